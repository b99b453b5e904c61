// The edges of a system: who hears whom, and the geometry of it.
#pragma once

#include <cstdint>
#include <vector>

#include "vitrion/neighbors/neighborhoods.hpp"
#include "vitrion/potentials/aligned.hpp"
#include "vitrion/potentials/nequip/network.hpp"

namespace vitrion::potentials::nequip {

/// Edges i -> j with |r_j - r_i| < r_max, those of centre i being first[i] .. first[i+1]-1.
template <class T>
struct Graph {
  std::vector<std::int64_t> first;  ///< shape (n_local + 1)
  std::vector<std::int32_t> atoms;  ///< neighbour, ghosts included
  std::vector<std::int32_t> rows;   ///< neighbour, or the row to read in its place where the exchange names it
  std::vector<std::int32_t> types;  ///< neighbour's type
  std::vector<double> units;        ///< (r_j - r_i)/r, shape (n_edges, 3)
  std::vector<double> lengths;      ///< r, Å
  AlignedVector<T> harmonics;       ///< shape (n_edges, harmonics_width)
  AlignedVector<T> couplings;       ///< shape (n_edges, coupling_width)

  std::size_t n_edges() const { return lengths.size(); }
  std::size_t degree(std::size_t i) const { return static_cast<std::size_t>(first[i + 1] - first[i]); }
  std::size_t largest_degree() const;

  /// `owners` (may be null): the row to read in place of each ghost's (GhostExchange::owners).
  void build(const Network<T>& network, const neighbors::Neighborhoods& atoms, const std::vector<int>* owners);
};

}  // namespace vitrion::potentials::nequip
