// Flags that mean the same in every command.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/potential.hpp"

namespace vitrion::cli {

/// What --tag does, wherever there is one.
inline constexpr const char* tag_help = "Key under which each frame is told which file it came from";

/// How to read what a structure or trajectory file does not say itself.
struct InputOptions {
  std::string species, frames, format, units;
  std::optional<double> timestep;  ///< fs
  io::LabelKeys label_keys;
  bool skip_unconverged = false;

  /// Adds --species, --frames, --format, --skip-unconverged, --units, --energy-key, --forces-key, --stress-key and, for
  /// trajectories, --timestep.
  void add_to(CLI::App& command, bool trajectory);
  void add_timestep_to(CLI::App& command);
  void add_units_to(CLI::App& command);
  /// The same for the readers. Throws InputError when a flag makes no sense.
  io::ReadOptions read_options() const;
};

/// --precision double|float: the arithmetic of potentials that have both.
struct PrecisionOptions {
  std::string precision = "double";

  void add_to(CLI::App& command);
  potentials::Precision value() const {
    return precision == "float" ? potentials::Precision::single_precision : potentials::Precision::double_precision;
  }
};

/// --strict: warnings end with exit code 3, after everything was written.
struct StrictOption {
  bool strict = false;

  void add_to(CLI::App& command);
  /// Call last. Throws frontend::StrictWarnings where there are warnings and --strict was given.
  void heed(const std::vector<std::string>& warnings) const;
};

/// --threads N (default: all processors) and --json FILE.
struct RunOptions {
  int threads = 0;
  std::string json;

  void add_to(CLI::App& command);
  /// Sets the number of threads for the whole program.
  void apply() const;
  /// Writes the result where --json says, if it says so.
  void write_json(const nlohmann::json& result) const;
};

}  // namespace vitrion::cli
