// Point charges from oxidation states.
#pragma once

#include <map>
#include <vector>

#include "vitrion/core/structure.hpp"

namespace vitrion::build {

/// Species -> charge, e.
using OxidationStates = std::map<Species, double>;

/// One charge an atom, e. Throws InputError when a species has no oxidation state.
std::vector<double> charges_of(const std::vector<Species>& species, const OxidationStates& states);

/// Sum of the charges, e.
double total_charge(const std::vector<Species>& species, const OxidationStates& states);

/// Charges that sum up to less than this, e, are neutral.
inline constexpr double charge_tolerance = 1e-6;

}  // namespace vitrion::build
