#include "cli/commands.hpp"

namespace vitrion::cli {

void add_commands(CLI::App& app) {
  add_build(app);
  add_train(app);
  add_evaluate(app);
  add_select(app);
  add_bench(app);
  add_quench(app);
  add_md(app);
  add_structure(app);
  add_transport(app);
  add_interface(app);
  add_run(app);
  add_submit(app);
  add_report(app);
  add_label(app);
  add_learn(app);
  add_lammps(app);
  add_dataset(app);
  add_convert(app);
  add_info(app);
  add_completion(app);
}

}  // namespace vitrion::cli
