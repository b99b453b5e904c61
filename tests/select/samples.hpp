// Random rows.
#pragma once

#include <vector>

#include "vitrion/core/random.hpp"
#include "vitrion/select/reference.hpp"

namespace vitrion::select {

inline Rows random_rows(int n_rows, int n, std::uint64_t seed) {
  Random random(seed);
  return Rows::NullaryExpr(n_rows, n, [&] { return random.normal(); });
}

inline std::vector<Origin> numbered(int n) {
  std::vector<Origin> origins;
  for (int i = 0; i < n; ++i) origins.push_back({i, 0});
  return origins;
}

}  // namespace vitrion::select
