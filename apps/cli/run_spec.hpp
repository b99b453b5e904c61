// "600K.dump@600": a trajectory and its temperature.
#pragma once

#include <optional>
#include <string>

namespace vitrion::cli {

struct RunSpec {
  std::string file;
  std::optional<double> temperature;  ///< K
};

/// Throws InputError when what follows @ is no temperature.
RunSpec parse_run(const std::string& text);

}  // namespace vitrion::cli
