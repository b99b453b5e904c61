// vitrion md: molecular dynamics in stages.
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

struct MdCommand {
  std::string file;
  std::vector<std::string> overrides;
  RunOptions run;

  void execute() const {
    run.apply();
    md::run_on_all_ranks([this] {
      Config config = Config::load(file, overrides);
      const md::MdOptions options = md::read_md_options(config);
      const md::RunOutcome outcome = md::run_md(options);
      if (!md::Mpi().is_root()) return;
      run.write_json(md::to_json(outcome));
      print_outcome(outcome, options.folder);
    });
  }
};

}  // namespace

void add_md(CLI::App& app) {
  auto command = std::make_shared<MdCommand>();
  CLI::App* sub = app.add_subcommand("md", "Molecular dynamics in stages on LAMMPS, resumable and guarded");
  sub->add_option("config", command->file, "Settings (YAML); docs/md.md lists the keys")->required();
  sub->add_option("overrides", command->overrides,
                  "key=value, for single settings: seed=2 guard.max_force_eV_per_A=50");
  command->run.add_to(*sub);
  sub->footer(
      "Settings, for example run.yaml:\n"
      "  potential: lipon.mtp\n"
      "  structure: glass.extxyz\n"
      "  output: run-900K\n"
      "  stages:\n"
      "    - {name: equilibrate, ensemble: npt, temperature_K: 900, duration_ps: 10, timestep_fs: 1}\n"
      "    - {name: produce, ensemble: nvt, temperature_K: 900, duration_ps: 200, timestep_fs: 2, dump_ps: 0.1}\n\n"
      "Examples:\n"
      "  vitrion md run.yaml\n"
      "  mpirun -np 2 vitrion md run.yaml seed=2 output=run-900K-2\n"
      "Killed or stopped at any moment, the same command goes on where the last restart file stands.");
  sub->callback([command] { command->execute(); });
}

}  // namespace vitrion::cli
