// Which points of a cloud lie within a cutoff of each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace vitrion::neighbors {

/// Points nearer than this stand on the same place, Å.
inline constexpr double coincident = 1e-6;

/// Lists in rows: the neighbours of point i are neighbors[first[i] .. first[i+1]).
struct NeighborLists {
  std::vector<std::int64_t> first{0};  ///< shape (n_lists + 1)
  std::vector<int> neighbors;          ///< point numbers, shape (first.back())
  /// Two points that stand on the same place, where there are such; they are not in each other's list.
  std::optional<std::pair<std::size_t, std::size_t>> same_place;
};

/// Full neighbour lists by linked cells, O(N), on all threads. Keeps its memory from one search to the next.
///
/// Points are sorted into columns of boxes half a cutoff wide; a point looks at the part of each column that its sphere
/// can reach: about twice as many points as the sphere holds, several at a time. The order within a list follows the
/// boxes: it depends on the positions, never on the number of threads.
class NeighborSearch {
 public:
  NeighborSearch();
  ~NeighborSearch();
  NeighborSearch(NeighborSearch&&) noexcept;
  NeighborSearch& operator=(NeighborSearch&&) noexcept;

  /// Lists, for each of the first `n_lists` of `n_points` points, all other points nearer than `cutoff` (Å).
  /// `positions`: finite, Å, shape (n_points, 3) row major.
  void build(const double* positions, std::size_t n_points, std::size_t n_lists, double cutoff, NeighborLists& lists);

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace vitrion::neighbors
