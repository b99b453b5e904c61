// vitrion md: molecular dynamics in stages.
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

void run_md(Config& config, const MdFlags& flags, const Session& session) {
  const md::MdOptions options = md::read_md_options(config);
  const md::RunOutcome outcome = md::run_md(options, session);
  if (!md::Mpi().is_root()) return;
  const report::Section section = present::md_section(outcome, options.folder);
  fmt::print("{}", report::to_text(section));
  flags.files.write(md::md_kind, md::to_json(outcome), section, flags.run);
  if (outcome.guard) throw std::runtime_error(stop_message(outcome, options.folder));
  fmt::print("Final structure: {} (LAMMPS data: {})\n", outcome.final_structure.string(), outcome.final_data.string());
  flags.strict.heed(outcome.warnings());
}

}  // namespace

void add_md(CLI::App& app) {
  add_md_command(
      app,
      {.name = "md",
       .description = "Molecular dynamics in stages on LAMMPS, resumable and guarded",
       .override_example = "seed=2 guard.max_force_eV_per_A=50 stages.1.temperature_K=600",
       .settings_example =
           "  potential: lipon.mtp\n"
           "  structure: glass.extxyz\n"
           "  output: run-900K\n"
           "  stages:\n"
           "    - {name: equilibrate, ensemble: npt, temperature_K: 900, duration_ps: 10, timestep_fs: 1}\n"
           "    - {name: produce, ensemble: nvt, temperature_K: 900, duration_ps: 200, timestep_fs: 2, dump_ps: 0.1}\n",
       .examples = "  vitrion md md.yaml\n"
                   "  mpirun -np 2 vitrion md md.yaml seed=2 output=run-900K-2\n\n"
                   "A pair style of LAMMPS as the potential (docs/potentials.md):\n"
                   "  potential: {lammps: {pair_style: eam/alloy, pair_coeff: \"* * Cu_mishin1.eam.alloy Cu\"}, "
                   "species: [Cu]}\n",
       .work = run_md});
}

}  // namespace vitrion::cli
