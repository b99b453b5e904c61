// Distances that belong to pairs of species.
#pragma once

#include <algorithm>
#include <map>
#include <utility>

#include "vitrion/core/species.hpp"

namespace vitrion::build {

/// Pairs of species in either order -> Å.
using PairDistances = std::map<std::pair<Species, Species>, double>;

/// The distance of a pair, in whichever order it is named, Å; `otherwise` for pairs that are not.
inline double distance_of(const PairDistances& named, const Species& a, const Species& b, double otherwise) {
  const auto ab = named.find({a, b}), ba = named.find({b, a});
  return ab != named.end() ? ab->second : ba != named.end() ? ba->second : otherwise;
}

/// The longest of them, Å; 0 when there is none.
inline double longest(const PairDistances& named) {
  double most = 0;
  for (const auto& [pair, distance] : named) most = std::max(most, distance);
  return most;
}

}  // namespace vitrion::build
