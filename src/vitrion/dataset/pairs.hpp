// Pairs of atoms near each other, with the species they are of.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "vitrion/core/structure.hpp"
#include "vitrion/neighbors/neighborhoods.hpp"

namespace vitrion::dataset {

/// Calls visit(a, b, distance) for every pair of atoms (periodic images included) nearer than `radius` (Å): a <= b are
/// numbers in `species`, which must name all species of `s`; distance in Å. Pairs of unlike species come once, those of
/// like species once from each side.
template <class Visit>
void for_each_pair(const Structure& s, const std::vector<Species>& species, double radius, Visit&& visit) {
  std::vector<int> types;
  for (const Species& one : s.species)
    types.push_back(static_cast<int>(std::find(species.begin(), species.end(), one) - species.begin()));
  const neighbors::PeriodicNeighborhoods lists(s, types, radius);
  const neighbors::Neighborhoods view = lists.view();
  for (std::size_t i = 0; i < view.n_local; ++i)
    for (const int j : view.of(i)) {
      const auto a = static_cast<std::size_t>(view.types[i]), b = static_cast<std::size_t>(view.types[j]);
      if (a > b) continue;
      const double* x = view.positions + 3 * i;
      const double* y = view.positions + 3 * static_cast<std::size_t>(j);
      visit(a, b, std::hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]));
    }
}

}  // namespace vitrion::dataset
