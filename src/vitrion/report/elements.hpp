// How atoms are drawn.
#pragma once

#include <string>

#include "vitrion/core/species.hpp"

namespace vitrion::report {

/// Colours close to Jmol's, which the field is used to, muted a little for white paper; "#rrggbb".
std::string atom_color(Species species);
/// Å; smaller than real atoms, so that one sees through the structure.
double atom_radius(Species species);

}  // namespace vitrion::report
