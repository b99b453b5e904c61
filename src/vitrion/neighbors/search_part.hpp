// What one thread of a neighbour search finds.
#pragma once

#include <cstddef>
#include <vector>

namespace vitrion::neighbors {

struct SearchPart {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::vector<int> neighbors;  ///< the lists, one after the other; longer than what is used
  std::size_t used = 0;
  std::size_t crowded = none;  ///< the first point that another one stands on

  void clear() {
    used = 0;
    crowded = none;
  }
  /// Where to write the next numbers; there is room for `more`.
  int* room_for(std::size_t more) {
    if (neighbors.size() < used + more) neighbors.resize(2 * (used + more));
    return neighbors.data() + used;
  }
};

}  // namespace vitrion::neighbors
