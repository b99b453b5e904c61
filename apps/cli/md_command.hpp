// What `vitrion md` and `vitrion quench` share.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "cli/options.hpp"
#include "cli/result_files.hpp"
#include "vitrion/core/config.hpp"
#include "vitrion/core/session.hpp"

namespace vitrion::cli {

/// Flags beside the settings.
struct MdFlags {
  RunOptions run;
  ResultFiles files;
  StrictOption strict;
};

/// A command that reads a YAML file with overrides and works on all MPI ranks.
struct MdCommand {
  std::string name, description;
  std::string override_example;                                       ///< "seed=2 guard.max_force_eV_per_A=50"
  std::string settings_example;                                       ///< YAML, for --help
  std::string examples;                                               ///< command lines
  std::function<void(Config&, const MdFlags&, const Session&)> work;  ///< called on every rank
};

void add_md_command(CLI::App& app, const MdCommand& command);

}  // namespace vitrion::cli
