// vitrion quench: glasses by melting and quenching.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "cli/commands.hpp"
#include "cli/md_command.hpp"
#include "cli/md_report.hpp"
#include "vitrion/md/mpi.hpp"
#include "vitrion/md/run.hpp"
#include "vitrion/present/md.hpp"
#include "vitrion/report/text.hpp"

namespace vitrion::cli {
namespace {

void run_quench(Config& config, const MdFlags& flags, const Session& session) {
  const md::QuenchOutcome outcome = md::run_quench(md::read_quench_options(config), session);
  if (!md::Mpi().is_root()) return;
  nlohmann::json replicas = nlohmann::json::array();
  std::vector<std::string> warnings;
  for (std::size_t r = 0; r < outcome.replicas.size(); ++r) {
    nlohmann::json replica = md::to_json(outcome.replicas[r]);
    replica["folder"] = outcome.folders[r].string();
    replicas.push_back(std::move(replica));
    for (const std::string& text : outcome.replicas[r].warnings())
      warnings.push_back(outcome.folders[r].filename().string() + ": " + text);
  }
  const report::Section section = present::quench_section(outcome);
  fmt::print("{}", report::to_text(section));
  flags.files.write(present::quench_kind, {{"replicas", replicas}, {"warnings", warnings}}, section, flags.run);
  std::string stops;
  for (std::size_t r = 0; r < outcome.replicas.size(); ++r)
    if (outcome.replicas[r].guard)
      stops += (stops.empty() ? "" : "\n") + stop_message(outcome.replicas[r], outcome.folders[r]);
  if (!stops.empty()) throw std::runtime_error(stops);
  flags.strict.heed(warnings);
}

}  // namespace

void add_quench(CLI::App& app) {
  add_md_command(
      app, {.name = "quench",
            .description = "Amorphous structures by melt and quench, in replicas",
            .override_example = "replicas=3 melt.temperature_K=2500",
            .settings_example =
                "  potential: lipon.mtp\n"
                "  packed: {composition: Li47 P16 O56 N5, density_g_per_cm3: 2.4}      # or structure: crystal.extxyz\n"
                "  output: glass\n"
                "  replicas: 3\n"
                "  melt: {temperature_K: 2000, duration_ps: 10, timestep_fs: 1}\n"
                "  quench: {temperature_K: 250, rate_K_per_ps: 250}\n"
                "  equilibrate: {ensemble: npt, duration_ps: 10}\n",
            .examples = "  vitrion quench quench.yaml\n"
                        "  mpirun -np 2 vitrion quench quench.yaml replicas=5 --json glass.json\n",
            .work = run_quench});
}

}  // namespace vitrion::cli
