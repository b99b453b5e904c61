// A potential that exists, as the stages of a study use it.
#pragma once

#include <string>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/study/settings.hpp"

namespace vitrion::study {

/// Where a study finds the potential that its settings name.
struct GivenPotential {
  /// In the study's folder: the potential itself first, then all it is read with (its card, parts, tables).
  std::vector<std::string> files;
  /// Settings of a potential that stand in the study itself: what `files.front()` holds, written by the stage that
  /// tests the potential. Empty where that is a file from outside.
  std::string settings;
};

/// Reads the section `potential` of a study: {file: ...}, or {lammps: {...}, species: [...]}. `stage` is the stage that
/// will write potential.yaml in the second case. Throws InputError when the potential is not there, when it is no
/// potential, or when a part of a sum does not lie beside it.
GivenPotential given_potential(Config& section, const std::string& stage, Imports& imports);

}  // namespace vitrion::study
