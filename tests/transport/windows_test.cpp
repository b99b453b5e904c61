// Windows of a long run against the whole of it.
#include "vitrion/transport/windows.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "vitrion/core/error.hpp"
#include "walks.hpp"

namespace vitrion::transport {
namespace {

constexpr double spacing = 100;  // fs
const TrackOptions walk_options{.species = Species::element("Li"), .file = "walk"};

FrameSource source(std::vector<Structure> frames) {
  auto rest = std::make_shared<std::vector<Structure>>(std::move(frames));
  return [rest, next = std::size_t{0}]() mutable -> std::optional<Structure> {
    if (next == rest->size()) return {};
    return (*rest)[next++];
  };
}

std::vector<Structure> free_walk(std::size_t n_frames, std::uint64_t seed) {
  return test::frames(test::walk(8, n_frames, {0.1, 0.1, 0.1}, seed), 8, spacing, 30);
}

WindowedResult windows_of(const std::vector<Structure>& frames, const std::vector<double>& lengths) {
  return compare_windows(follow_windows(source(frames), walk_options, lengths), lengths, {});
}

TEST(Windows, ShareNoStepAndAreMeasuredAsRunsOfTheirOwn) {
  const std::vector<Structure> frames = free_walk(1050, 3);
  const WindowedRun run = follow_windows(source(frames), walk_options, {20000, 10000});
  ASSERT_EQ(run.windows.size(), 2u);
  EXPECT_EQ(run.windows[0].size(), 5u);  // 1,049 steps: 49 are in no window
  ASSERT_EQ(run.windows[1].size(), 10u);
  for (const RunMotion& window : run.windows[1]) EXPECT_EQ(window.tracer.n_frames, 101u);
  const RunMotion alone =
      measure_motion(follow_ions(source({frames.begin() + 300, frames.begin() + 401}), walk_options));
  EXPECT_EQ(alone.tracer.total, run.windows[1][3].tracer.total);
  EXPECT_EQ(alone.collective.total, run.windows[1][3].collective.total);
}

TEST(Windows, OfAFreeWalkCoverTheWholeRun) {
  WindowCount tracer, jump;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const WindowedResult r = windows_of(free_walk(10001, seed), {20000});
    ASSERT_EQ(r.lengths.size(), 1u);
    tracer += r.lengths[0].tracer;
    jump += r.lengths[0].jump;
  }
  EXPECT_EQ(tracer.windows, 200);
  EXPECT_EQ(tracer.resolved, 200);
  EXPECT_EQ(tracer.covered + tracer.above + tracer.below, tracer.resolved);
  EXPECT_GE(tracer.covered, 183);  // 95 % of 200, less two and a half standard deviations
  EXPECT_LT(tracer.covered, 200);  // such windows miss now and then
  EXPECT_NEAR(tracer.ratio_sum / tracer.resolved, 1, 0.03);
  EXPECT_GT(jump.resolved, 150);
  EXPECT_GE(jump.covered, 0.9 * jump.resolved);
}

TEST(Windows, OfARunThatSpeedsUpDoNot) {
  // Twice as far in every step of the second half: no window of either half agrees with the mean.
  std::vector<double> faster = test::walk(8, 10001, {0.1, 0.1, 0.1}, 5);
  for (std::size_t i = 0; i < 24; ++i)
    for (std::size_t t = 5001; t < 10001; ++t)
      faster[i * 10001 + t] = 2 * faster[i * 10001 + t] - faster[i * 10001 + 5000];
  const WindowedResult r = windows_of(test::frames(faster, 8, spacing, 30), {50000});
  const WindowCount& c = r.lengths[0].tracer;
  ASSERT_EQ(c.resolved, 20);
  EXPECT_LE(c.covered, 2);
  EXPECT_GE(c.above, 9);
  EXPECT_GE(c.below, 9);
}

TEST(Windows, AreRefusedWhereTheyHoldTooLittleOrTheRunTooFew) {
  const std::vector<Structure> frames = free_walk(200, 3);
  EXPECT_THROW(follow_windows(source(frames), walk_options, {1000}), InputError);
  EXPECT_THROW(follow_windows(source(frames), walk_options, {5000}), InputError);
  EXPECT_NO_THROW(follow_windows(source(frames), walk_options, {1100}));
  EXPECT_NO_THROW(follow_windows(source(frames), walk_options, {4900}));
}

TEST(Windows, SpreadBetweenRunsIsWhatTheirErrorsLeave) {
  std::vector<WindowedResult> alike, different;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    alike.push_back(windows_of(free_walk(2001, seed), {20000}));
    const double step = seed % 2 ? 0.1 : 0.2;
    different.push_back(
        windows_of(test::frames(test::walk(8, 2001, {step, step, step}, seed), 8, spacing, 30), {20000}));
  }
  EXPECT_LT(spread_between(alike).relative_spread, 0.1);
  EXPECT_NEAR(spread_between(different).relative_spread, 0.38, 0.1);  // 0.1 and 0.2, twice each: 0.0577 over 0.15
  EXPECT_EQ(spread_between(different).runs, 4);
}

}  // namespace
}  // namespace vitrion::transport
