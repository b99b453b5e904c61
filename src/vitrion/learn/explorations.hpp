// The section `explore`: lists of compositions, densities, starting frames and temperatures taken apart into runs.
#pragma once

#include <string>
#include <vector>

#include "vitrion/learn/options.hpp"

namespace vitrion::learn {

/// Reads the list `explore`; every run's settings are read as `vitrion md` or `vitrion quench` will read them. Files
/// named there are added to `imports`. Throws InputError (file:line).
std::vector<Exploration> read_explorations(Config& config, const std::string& potential, study::Imports& imports);

}  // namespace vitrion::learn
