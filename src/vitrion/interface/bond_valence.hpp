// Bond valences: how strongly an anion at a distance binds a cation.
#pragma once

#include <optional>

#include "vitrion/core/species.hpp"

namespace vitrion::interface {

/// exp((R0 - r)/0.37 Å), r in Å, R0 of Brese and O'Keeffe 1991 (doi 10.1107/S0108768190011041); nothing for a pair that
/// has no parameters here (Li, Na, Mg with N, O, F, S, Cl).
std::optional<double> bond_valence(const Species& cation, const Species& anion, double distance);

}  // namespace vitrion::interface
