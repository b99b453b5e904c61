// vitrion quench: glasses by melting and quenching.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "md/mpi.hpp"
#include "md/run.hpp"
#include "vitrion/commands.hpp"
#include "vitrion/md_report.hpp"
#include "vitrion/options.hpp"

namespace vitrion::cli {
namespace {

struct QuenchCommand {
  std::string file;
  std::vector<std::string> overrides;
  RunOptions run;

  void execute() const {
    run.apply();
    md::run_on_all_ranks([this] {
      Config config = Config::load(file, overrides);
      const md::QuenchOutcome outcome = md::run_quench(md::read_quench_options(config));
      if (!md::Mpi().is_root()) return;
      nlohmann::json j = nlohmann::json::array();
      for (std::size_t r = 0; r < outcome.replicas.size(); ++r) {
        nlohmann::json replica = md::to_json(outcome.replicas[r]);
        replica["folder"] = outcome.folders[r].string();
        j.push_back(std::move(replica));
      }
      run.write_json({{"replicas", j}});
      print_outcomes(outcome);
    });
  }
};

}  // namespace

void add_quench(CLI::App& app) {
  auto command = std::make_shared<QuenchCommand>();
  CLI::App* sub = app.add_subcommand("quench", "Amorphous structures by melt and quench, in replicas");
  sub->add_option("config", command->file, "Settings (YAML); docs/md.md lists the keys")->required();
  sub->add_option("overrides", command->overrides,
                  "key=value, for single settings: replicas=3 melt.temperature_K=2500");
  command->run.add_to(*sub);
  sub->footer(
      "Settings, for example quench.yaml:\n"
      "  potential: lipon.mtp\n"
      "  packed: {composition: Li47 P16 O56 N5, density_g_per_cm3: 2.4}      # or structure: crystal.extxyz\n"
      "  output: glass\n"
      "  replicas: 3\n"
      "  melt: {temperature_K: 2000, duration_ps: 10, timestep_fs: 1}\n"
      "  quench: {temperature_K: 250, rate_K_per_ps: 250}\n"
      "  equilibrate: {ensemble: npt, duration_ps: 10}\n\n"
      "Examples:\n"
      "  vitrion quench quench.yaml\n"
      "  mpirun -np 2 vitrion quench quench.yaml replicas=5 --json glass.json\n"
      "Killed or stopped at any moment, the same command goes on where the last restart file stands.");
  sub->callback([command] { command->execute(); });
}

}  // namespace vitrion::cli
