// Atoms at random in a cell of given density, none nearer than allowed: where a melt starts from.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vitrion/build/pair_distances.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::build {

struct PackingOptions {
  std::vector<std::pair<Species, int>> composition;
  double density = 0;  ///< g/cm^3; the cell is a cube
  /// Smallest distance allowed, Å. Pairs that are not named keep 0.8 (V/N)^(1/3).
  PairDistances distances;
  std::uint64_t seed = 1;
};

/// "Li47 P16 O56 N5" (blanks optional). Throws InputError on anything else.
std::vector<std::pair<Species, int>> parse_composition(const std::string& formula);

/// Throws the atoms in at random and pushes apart those that are too near (gradient descent on the squared overlaps)
/// until every pair keeps its distance. The same seed gives the same structure.
///
/// Throws InputError when the composition is empty, the density not positive, or no such packing is found: the
/// distances are too large for the density.
Structure packed_cell(const PackingOptions& options);

}  // namespace vitrion::build
