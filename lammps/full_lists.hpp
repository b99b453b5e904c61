// Full neighbour lists from the half lists LAMMPS makes with `newton off`.
#pragma once

#include <cstdint>
#include <vector>

namespace vitrion {

/// A half list as LAMMPS stores it: numneigh[i] neighbours firstneigh[i][..] of atom i = ilist[k], k = 0 .. inum-1.
struct HalfList {
  int inum = 0;
  const int* ilist = nullptr;
  const int* numneigh = nullptr;
  const int* const* firstneigh = nullptr;
  int mask = -1;  ///< neighbour numbers are `& mask`: the upper bits hold bond information
};

/// Full lists in rows: `neighbors[first[r] .. first[r+1])` are the rows near row r.
///
/// With newton off LAMMPS stores a pair of local atoms once, and a pair of a local atom and a ghost with the local
/// atom; so turning round the pairs of local atoms completes the lists, and lists of ghosts are never needed.
class FullLists {
 public:
  /// `row_of[atom]` is the row of a LAMMPS atom, or -1 for atoms to leave out; rows 0 .. n_local-1 are the local ones.
  void build(const HalfList& half, const std::vector<int>& row_of, int n_local);

  const std::vector<std::int64_t>& first() const { return first_; }
  const std::vector<int>& neighbors() const { return neighbors_; }

 private:
  std::vector<std::int64_t> first_;
  std::vector<int> neighbors_;
  std::vector<std::int64_t> end_;  // of what is filled, by row
};

}  // namespace vitrion
