// Bond angle distributions.
#pragma once

#include <array>
#include <map>
#include <vector>

#include "vitrion/structure/bonds.hpp"

namespace vitrion::structure {

/// Distribution of the angle end1 - center - end2 over bonded triplets.
struct AngleDistribution {
  Species end1, center, end2;
  std::vector<double> angle;    ///< degrees, bin centres, shape (n_bins)
  std::vector<double> density;  ///< probability per degree (not divided by sin), integrates to 1, shape (n_bins)
  double mean = 0;              ///< degrees
  double deviation = 0;         ///< standard deviation, degrees
  double per_frame = 0;         ///< triplets per frame
};

/// Collects angles frame by frame. end1 <= end2 in the order of species; a triplet is counted once.
class AngleAccumulator {
 public:
  explicit AngleAccumulator(double bin_width_degrees = 2) : bin_width_(bin_width_degrees) {}
  void add(const Structure& structure, const BondGraph& bonds);
  /// Triplets that occurred, by centre.
  std::vector<AngleDistribution> finish() const;

 private:
  struct Sum {
    std::vector<double> counts;
    double n = 0, angle = 0, square = 0;
  };
  double bin_width_;
  std::size_t n_frames_ = 0;
  std::map<std::array<Species, 3>, Sum> sums_;  // center, end1, end2
};

}  // namespace vitrion::structure
