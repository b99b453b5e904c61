// A walk goes on; what has bounds stays behind.
#include "vitrion/transport/bounded_motion.hpp"

#include <gtest/gtest.h>

#include "vitrion/transport/motions.hpp"

namespace vitrion::transport {
namespace {

Displacements one_of(const Motion& motion, std::uint64_t run) {
  return displacements_of(motion.simulate(11, run), motion.n_ions, 100);
}

TEST(BoundedMotion, IsLikelierThanAWalkWhereFewIonsAreCaged) {
  int walks_doubted = 0, cages_seen = 0;
  for (std::uint64_t run = 0; run < 60; ++run) {
    const Displacements walk = one_of(walk_motion({.name = "free walk", .n_ions = 4, .n_frames = 500}), run);
    walks_doubted += evidence_of_walk(walk, fit_slope(walk, 4)) < 0;
    const Displacements cage = one_of(cage_motion(4, 500, {.msd = 6, .time = 45}), run);
    cages_seen += evidence_of_walk(cage, fit_slope(cage, 4)) < 0;
  }
  EXPECT_LE(walks_doubted, 3);
  EXPECT_GE(cages_seen, 57);
}

TEST(BoundedMotion, EndsBelowTheLineAndAWalkDoesNot) {
  int low = 0;
  for (std::uint64_t run = 0; run < 100; ++run) {
    const Displacements walk = one_of(walk_motion({.name = "free walk", .n_ions = 20, .n_frames = 400}), run);
    const double p = probability_of_end(walk, fit_slope(walk, 2));
    EXPECT_GE(p, 0);
    EXPECT_LE(p, 1);
    low += p < 0.1;
  }
  EXPECT_LE(low, 22);  // 10 expected
  const Displacements cage = one_of(cage_motion(20, 400, {.msd = 6, .time = 40}), 1);
  EXPECT_LT(probability_of_end(cage, fit_slope(cage, 4)), 1e-4);
}

TEST(BoundedMotion, CovarianceOfACurveIsThatOfTheLineWhereItIsOne) {
  const Displacements walk = one_of(walk_motion({.name = "free walk", .n_ions = 3, .n_frames = 60}), 1);
  const std::vector<std::size_t> lags{2, 5, 11, 30};
  std::vector<double> msd(2 * walk.n_frames, 0.0);
  for (std::size_t lag = 1; lag < msd.size(); ++lag) msd[lag] = 0.5 + 0.3 * static_cast<double>(lag);
  const Eigen::MatrixXd line = msd_covariance(walk, {1, 0.5, 0.3}, 3, lags).at(0.3);
  EXPECT_LT((curve_covariance(walk, msd, 3, lags) - line).norm(), 1e-9 * line.norm());
}

}  // namespace
}  // namespace vitrion::transport
