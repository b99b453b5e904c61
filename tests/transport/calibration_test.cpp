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
      const Motion motion = walk_motion({.name = "free walk", .n_ions = ions, .n_frames = frames});
      const CalibrationReport r = measure_calibration(motion, walks, published_seed);
      const std::string what = std::to_string(ions) + " x " + std::to_string(frames);
      expect_coverage(r.tracer.every, what);
      expect_coverage(r.jump.every, what + " jump");
      EXPECT_LT(r.tracer.worst_resolved, 1) << what;
      EXPECT_NEAR(r.tracer.mean_ratio, 1, 0.03) << what;
      EXPECT_GE(r.tracer.resolved.n, ions > 1 ? r.walks : r.walks / 2) << what;
    }
}

TEST(Calibration, IntervalsHoldUnderVibrationAndHops) {
  for (const Motion& motion : published_motions()) {
    if (motion.n_frames > 1000 || motion.name.find("+ vibration") == std::string::npos) continue;
    const CalibrationReport r = measure_calibration(motion, 300, published_seed);
    expect_coverage(r.tracer.every, motion.name);
    EXPECT_GE(r.tracer.bounds_held, 0.9 * r.tracer.bounds) << motion.name;
  }
}

TEST(Calibration, HavenRatioOfCorrelatedIonsIsCovered) {
  const Motion motion = walk_motion({.name = "shared steps", .n_ions = 8, .n_frames = 1000, .haven_ratio = 0.4});
  const CalibrationReport r = measure_calibration(motion, 300, published_seed);
  ASSERT_GT(r.haven.resolved.n, 250);
  expect_coverage(r.haven.resolved, "Haven ratio");
  expect_coverage(r.tracer.every, "tracer");
}

/// Coverage among the resolved, bias, bounds and width of one motion. The limits
/// are those the published table is held to, less three standard deviations of 200 walks.
void expect_calibrated(const Motion& motion, double least_resolved, double widest = 1.6) {
  const CalibrationReport r = measure_calibration(motion, 200, published_seed);
  const auto least = [](int n) { return 93 - 3 * std::sqrt(0.93 * 0.07 / std::max(1, n)) * 100; };
  EXPECT_GE(r.tracer.resolved.n, least_resolved * r.walks) << motion.name;
  for (const auto& [quantity, what] : {std::pair{r.tracer, " D*"}, {r.jump, " D_J"}}) {
    EXPECT_GE(quantity.resolved.percent(), least(quantity.resolved.n)) << motion.name << what;
    EXPECT_GE(quantity.bounds_held + 1, 0.9 * quantity.bounds) << motion.name << what;
    EXPECT_NEAR(quantity.mean_ratio, 1, 0.03 + 3 * quantity.spread / std::sqrt(r.walks)) << motion.name << what;
    EXPECT_LT(quantity.width_over_required(), widest) << motion.name << what;
  }
  EXPECT_GE(r.haven.resolved.percent(), least(r.haven.resolved.n)) << motion.name;
  EXPECT_EQ(r.conductivity_jump.resolved.covered, r.jump.resolved.covered) << motion.name;
}

TEST(Calibration, HoldsWhereHopsAreUndone) {
  expect_calibrated(vacancy_motion({.tracer_factor = 0.7068}), 0.95);
  expect_calibrated(back_jump_motion({}), 0.95);
  // Slow bends, and an intercept nearly as large as the walk.
  expect_calibrated(vacancy_motion({.vacancies = 20, .n_frames = 1000, .rate = 0.012, .tracer_factor = 0.792}), 0.95);
  // Those with a value are the upper two thirds of the D_J: they scatter less than all do.
  expect_calibrated(back_jump_motion({.back = 0.8, .memory = 10}), 0.8, 2);
}

TEST(Calibration, HoldsWhereIonsHopTogether) {
  expect_calibrated(group_motion({.rate = 4.0 / 600}), 0.9);
  expect_calibrated(string_motion({}), 0.9);
}

TEST(Calibration, HoldsWhereIonsAreTrapped) {
  expect_calibrated(trap_motion({}), 0.95);
}

TEST(Calibration, HoldsInACellThatDriftsAndBreathes) {
  expect_calibrated(cell_motion({.name = "both", .drift = 0.02, .breathing = 0.005}), 0.95);
}

TEST(Calibration, BoundedMotionIsNeverResolved) {
  for (const Motion& motion : {double_well_motion({}), cage_motion(24, 1000, {.msd = 1.5, .time = 60}),
                               cage_motion(24, 500, {.msd = 1.5, .time = 60}),
                               // Few ions, whose MSD scatters so much that a line fits, too.
                               cage_motion(8, 500, {.msd = 4, .time = 50}), cage_motion(4, 300, {.msd = 6, .time = 28}),
                               cage_motion(1, 500, {.msd = 4, .time = 45})}) {
    const CalibrationReport r = measure_calibration(motion, 150, published_seed);
    EXPECT_LE(r.tracer.resolved.n, 3) << motion.name;
    EXPECT_LE(r.jump.resolved.n, 3) << motion.name;
    EXPECT_EQ(r.conductivity_jump.resolved.n, r.jump.resolved.n) << motion.name;
  }
}

TEST(Calibration, RunsThatShowedMoreThanMostAreStillCovered) {
  // A third of these walks shows enough hops to be called resolved: the lucky ones.
  const Motion motion = walk_motion({.name = "rare hops",
                                     .n_ions = 47,
                                     .n_frames = 1000,
                                     .msd_per_frame = 0.0035,
                                     .hop_length = 3,
                                     .vibration = 0.3,
                                     .vibration_time = 3});
  const CalibrationReport r = measure_calibration(motion, 300, published_seed);
  EXPECT_GT(r.tracer.resolved.n, 60);
  EXPECT_LT(r.tracer.resolved.n, 240);
  EXPECT_GE(r.tracer.resolved.percent(), 93);
  EXPECT_GE(r.jump.resolved.percent(), 93);
}

TEST(Calibration, MemorylessWalksKeepTheirPower) {
  const CalibrationReport r =
      measure_calibration(walk_motion({.name = "free walk", .n_ions = 8, .n_frames = 1000}), 200, published_seed);
  EXPECT_EQ(r.tracer.resolved.n, r.walks);
  // 1.25 x what exact intervals of an onset at 5 frames need: a standard error of 3.2 %.
  EXPECT_LT(r.tracer.width, 1.25 * 2 * 1.96 * 0.032);
}

TEST(Calibration, DoesNotDependOnThreads) {
  const Motion motion = walk_motion({.name = "free walk", .n_ions = 3, .n_frames = 60});
  EXPECT_EQ(motion.simulate(1, 2), motion.simulate(1, 2));
  EXPECT_NE(motion.simulate(1, 2), motion.simulate(1, 3));
  EXPECT_EQ(measure_calibration(motion, 40, 9).tracer.mean_ratio, measure_calibration(motion, 40, 9).tracer.mean_ratio);
}

/// MSD of many ions or runs of a motion at one lag, tracer and collective.
std::pair<double, double> simulated_msd(const Motion& motion, std::size_t lag, std::uint64_t runs) {
  double tracer = 0, collective = 0;
  for (std::uint64_t r = 0; r < runs; ++r) {
    const std::vector<double> paths = motion.simulate(5, r);
    tracer += displacements_of(paths, motion.n_ions, 1).total[lag] / static_cast<double>(runs);
    std::vector<double> sum(3 * motion.n_frames, 0.0);
    for (std::size_t i = 0; i < paths.size(); ++i) sum[i % sum.size()] += paths[i];
    collective += displacements_of(sum, 1, 1).total[lag] / static_cast<double>(runs * motion.n_ions);
  }
  return {tracer, collective};
}

TEST(Motions, HaveTheDisplacementsTheyState) {
  const WalkModel hops{.name = "",
                       .n_ions = 400,
                       .n_frames = 500,
                       .msd_per_frame = 0.09,
                       .hop_length = 3,
                       .vibration = 0.3,
                       .vibration_time = 3};
  EXPECT_NEAR(simulated_msd(walk_motion(hops), 1, 1).first, 0.09 + 0.3 * (1 - std::exp(-1 / 3.0)), 0.01);
  EXPECT_NEAR(simulated_msd(walk_motion(hops), 100, 1).first, 9.3, 0.7);
  EXPECT_NEAR(simulated_msd(double_well_motion({.n_ions = 400}), 10, 1).first, 4.5 * (1 - std::exp(-0.2)) + 0.29, 0.1);
  EXPECT_NEAR(simulated_msd(cage_motion(400, 300, {.msd = 1.5, .time = 60}), 60, 1).first, 1.5 * (1 - std::exp(-1)),
              0.1);
}

TEST(Motions, DiffuseAsTheyState) {
  for (const Motion& motion : published_motions()) {
    const bool quick = motion.n_frames >= 500 && motion.n_frames <= 1000 && motion.n_ions >= 20;
    if (!quick || motion.msd_per_frame == 0) continue;
    const auto near = simulated_msd(motion, 60, 30), far = simulated_msd(motion, 120, 30);
    const double tracer = (far.first - near.first) / 60, collective = (far.second - near.second) / 60;
    EXPECT_NEAR(tracer / motion.msd_per_frame, 1, 0.1) << motion.name;
    EXPECT_NEAR(collective / motion.msd_per_frame * motion.haven_ratio, 1, 0.4) << motion.name;
  }
}

TEST(Motions, CollectiveHopsOfALatticeGasHaveNoMemory) {
  const Motion gas = vacancy_motion({.n_frames = 400, .rate = 0.1, .vibration = {}});
  for (std::size_t lag : {1u, 10u})
    EXPECT_NEAR(simulated_msd(gas, lag, 200).second / static_cast<double>(lag), gas.msd_per_frame,
                0.06 * gas.msd_per_frame);
  const TracerFactor f = vacancy_tracer_factor({.n_frames = 1000, .rate = 0.1}, 100, 40, 3);
  EXPECT_NEAR(f.value, 0.707, 4 * f.deviation);
  EXPECT_LT(f.deviation, 0.02);
}

}  // namespace
}  // namespace vitrion::transport
