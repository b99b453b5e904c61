// Who is near whom: full neighbour lists over local and ghost atoms.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vitrion/core/structure.hpp"
#include "vitrion/neighbors/neighbor_search.hpp"

namespace vitrion::neighbors {

/// A view of full neighbour lists, as every potential reads them.
///
/// Atoms 0 .. n_local-1 are local, n_local .. n_total-1 are ghosts: periodic images, or atoms of another MPI rank. Only
/// local atoms have neighbour lists. Neighbours may lie beyond the potential's cutoff (the list has a skin): the
/// potential skips them. An atom may neighbour its own images.
struct Neighborhoods {
  std::size_t n_local = 0;
  std::size_t n_total = 0;
  const double* positions = nullptr;    ///< Å, shape (n_total, 3), row major
  const int* types = nullptr;           ///< index into Potential::species(), shape (n_total)
  const std::int64_t* first = nullptr;  ///< shape (n_local + 1): neighbours of i are neighbors[first[i] .. first[i+1])
  const int* neighbors = nullptr;       ///< atom numbers, shape (first[n_local])

  std::span<const int> of(std::size_t i) const {
    return {neighbors + first[i], static_cast<std::size_t>(first[i + 1] - first[i])};
  }
};

/// Neighbour lists of a structure in its (partly) periodic cell; the cell may be smaller than the cutoff.
///
/// Sees local atoms in the cell. Owns its ghosts: ghost g is atom owner[g - n_local] moved by a lattice vector.
class PeriodicNeighborhoods {
 public:
  /// Lists all pairs within `cutoff` (Å; 0: none). Linked cells, O(N). Throws InputError when atoms coincide (< 1e-6 Å)
  /// or the cutoff is negative, not finite, or asks for more images than make sense or fit in memory.
  PeriodicNeighborhoods(const Structure& structure, std::vector<int> types, double cutoff);

  Neighborhoods view() const;
  std::size_t n_local() const { return n_local_; }
  std::size_t n_ghost() const { return owners_.size(); }
  /// Local atom that ghost g (0-based among the ghosts) is an image of.
  const std::vector<int>& owners() const { return owners_; }
  /// Mean number of listed neighbours per atom.
  double mean_neighbors() const;

  /// New positions of the local atoms (Å, same cell); ghosts follow, lists stay. For MD-like loops with a skin.
  void move(const Positions& local_positions);
  /// Adds the rows of ghosts to those of their owners and drops them: (n_total, 3) -> (n_local, 3).
  Positions fold(const Positions& per_atom) const;

 private:
  void make_ghosts(const Cell& cell, double cutoff);
  [[noreturn]] void refuse_coincident() const;

  std::size_t n_local_;
  Positions positions_;  // local, then ghosts
  std::vector<int> types_;
  std::vector<int> owners_;  // of ghosts
  Positions shifts_;         // of local atoms into the cell; of ghosts against their owners; Å
  NeighborLists lists_;
};

}  // namespace vitrion::neighbors
