// The intervals hold: fewer walks than `vitrion transport calibration`, judged by the binomial scatter of their number.
#include "vitrion/transport/calibration.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "vitrion/transport/msd.hpp"

namespace vitrion::transport {
namespace {

/// 95 % within four standard deviations of the count, and the little the method itself may be off.
void expect_coverage(const CoverageCount& count, const std::string& what) {
  const double scatter = 4 * std::sqrt(0.95 * 0.05 / count.n) * 100;
  EXPECT_NEAR(count.percent(), 95, scatter + 0.5) << what;
}

TEST(Calibration, IntervalsOfFreeWalksHold) {
  for (std::size_t ions : {1u, 8u, 47u})
    for (std::size_t frames : {100u, 1000u}) {
      const int walks = frames == 100 ? 1000 : 250;
      const CalibrationReport r =
          measure_calibration({.name = "free walk", .n_ions = ions, .n_frames = frames}, walks, published_seed);
      const std::string what = std::to_string(ions) + " x " + std::to_string(frames);
      expect_coverage(r.tracer, what);
      expect_coverage(r.jump, what + " jump");
      EXPECT_LT(r.worst_resolved, 1) << what;
      EXPECT_NEAR(r.mean_ratio, 1, 0.03) << what;
      EXPECT_GE(r.resolved, ions > 1 ? r.walks : r.walks / 2) << what;
    }
}

TEST(Calibration, IntervalsHoldUnderVibrationAndHops) {
  for (WalkModel model : published_walks()) {
    if (model.n_frames > 1000 || (model.vibration == 0 && model.hop_length == 0)) continue;
    const CalibrationReport r = measure_calibration(model, 300, published_seed);
    expect_coverage(r.tracer, model.name);
    const int unresolved = r.walks - r.resolved;
    EXPECT_GE(r.bounds_held, 0.9 * unresolved) << model.name;
  }
}

TEST(Calibration, HavenRatioOfCorrelatedIonsIsCovered) {
  const CalibrationReport r = measure_calibration(
      {.name = "correlated", .n_ions = 8, .n_frames = 1000, .haven_ratio = 0.4}, 300, published_seed);
  ASSERT_GT(r.haven.n, 250);
  expect_coverage(r.haven, "Haven ratio");
  expect_coverage(r.tracer, "tracer");
}

TEST(Calibration, DoesNotDependOnThreads) {
  const WalkModel model{.name = "free walk", .n_ions = 3, .n_frames = 60};
  EXPECT_EQ(simulate(model, 1, 2), simulate(model, 1, 2));
  EXPECT_NE(simulate(model, 1, 2), simulate(model, 1, 3));
  EXPECT_EQ(measure_calibration(model, 40, 9).mean_ratio, measure_calibration(model, 40, 9).mean_ratio);
}

TEST(Calibration, SimulatedWalksAreWhatTheySay) {
  const WalkModel model{.name = "",
                        .n_ions = 400,
                        .n_frames = 500,
                        .msd_per_frame = 0.09,
                        .hop_length = 3,
                        .vibration = 0.3,
                        .vibration_time = 3};
  const Displacements d = displacements_of(simulate(model, 1, 0), 400, 1);
  EXPECT_NEAR(d.total[1], 0.09 + 0.3 * (1 - std::exp(-1 / 3.0)), 0.01);
  EXPECT_NEAR(d.total[100], 9.3, 0.7);
}

}  // namespace
}  // namespace vitrion::transport
