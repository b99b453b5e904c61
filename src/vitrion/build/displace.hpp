// Atoms moved at random from where they are.
#pragma once

#include <cstdint>

#include "vitrion/core/structure.hpp"

namespace vitrion::build {

enum class Distribution {
  gaussian,  ///< every coordinate normal with standard deviation `size`
  uniform    ///< every coordinate uniform in [-size, size]
};

struct DisplaceOptions {
  Distribution distribution = Distribution::gaussian;
  double size = 0.05;  ///< Å
  /// Å; displacements that bring two atoms nearer are drawn anew (all of them), at most 100 times.
  double min_distance = 1.0;
  std::uint64_t seed = 1;
  std::uint64_t copy = 0;  ///< copies 0, 1, ... of one seed are independent
};

/// The structure with every atom displaced; labels are dropped. The same options give the same structure.
///
/// Throws InputError when the size is not positive, or no draw keeps the distance.
Structure displaced(const Structure& s, const DisplaceOptions& options);

}  // namespace vitrion::build
