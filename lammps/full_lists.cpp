#include "lammps/full_lists.hpp"

namespace vitrion {
namespace {

// Calls pair(row of i, row of j) for every stored pair whose atoms both have a row.
template <class Pair>
void for_each_pair(const HalfList& half, const std::vector<int>& row_of, Pair pair) {
  for (int k = 0; k < half.inum; ++k) {
    const int i = half.ilist[k];
    const int row = row_of[static_cast<std::size_t>(i)];
    if (row < 0) continue;
    const int* list = half.firstneigh[i];
    for (int m = 0; m < half.numneigh[i]; ++m) {
      const int other = row_of[static_cast<std::size_t>(list[m] & half.mask)];
      if (other >= 0) pair(row, other);
    }
  }
}

}  // namespace

void FullLists::build(const HalfList& half, const std::vector<int>& row_of, int n_local) {
  first_.assign(static_cast<std::size_t>(n_local) + 1, 0);
  for_each_pair(half, row_of, [&](int i, int j) {
    ++first_[static_cast<std::size_t>(i) + 1];
    if (j < n_local) ++first_[static_cast<std::size_t>(j) + 1];
  });
  for (std::size_t r = 1; r < first_.size(); ++r) first_[r] += first_[r - 1];
  neighbors_.resize(static_cast<std::size_t>(first_.back()));
  end_.assign(first_.begin(), first_.end() - 1);
  for_each_pair(half, row_of, [&](int i, int j) {
    neighbors_[static_cast<std::size_t>(end_[static_cast<std::size_t>(i)]++)] = j;
    if (j < n_local) neighbors_[static_cast<std::size_t>(end_[static_cast<std::size_t>(j)]++)] = i;
  });
}

}  // namespace vitrion
