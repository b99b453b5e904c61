// Every command of the program: one file each, one line here, one line in commands.cpp.
#pragma once

#include <CLI/CLI.hpp>

namespace vitrion::cli {

/// All of them, in the order of --help.
void add_commands(CLI::App& app);

void add_build(CLI::App& app);
void add_train(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_select(CLI::App& app);
void add_bench(CLI::App& app);
void add_quench(CLI::App& app);
void add_md(CLI::App& app);
void add_structure(CLI::App& app);
void add_transport(CLI::App& app);
void add_interface(CLI::App& app);
void add_label(CLI::App& app);
void add_lammps(CLI::App& app);
void add_convert(CLI::App& app);
void add_dataset(CLI::App& app);
void add_info(CLI::App& app);
void add_run(CLI::App& app);
void add_submit(CLI::App& app);
void add_learn(CLI::App& app);
void add_report(CLI::App& app);
void add_completion(CLI::App& app);

}  // namespace vitrion::cli
