// Mean-square displacements: against direct sums, in every reference frame, in memory and on disk.
#include "vitrion/transport/msd.hpp"

#include <gtest/gtest.h>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/transport/ion_tracks.hpp"
#include "walks.hpp"

namespace vitrion::transport {
namespace {

const Species lithium = Species::element("Li");

IonTracks tracks_of(const std::vector<Structure>& frames, TrackOptions options) {
  std::size_t next = 0;
  return follow_ions(
      [&]() -> std::optional<Structure> {
        if (next == frames.size()) return {};
        return frames[next++];
      },
      options);
}

TEST(Msd, EqualsTheDirectSumOverOrigins) {
  const std::size_t n = 57, walkers = 3;
  const std::vector<double> x = test::walk(walkers, n, {0.3, 0.1, 0.7}, 1);
  const Displacements d = displacements_of(x, walkers, 2.0);
  ASSERT_EQ(d.n_lags(), n);
  for (std::size_t lag = 0; lag < d.n_lags(); ++lag)
    for (std::size_t k = 0; k < 3; ++k) {
      double sum = 0;
      for (std::size_t i = 0; i < walkers; ++i)
        for (std::size_t t = 0; t + lag < n; ++t)
          sum += std::pow(x[(3 * i + k) * n + t + lag] - x[(3 * i + k) * n + t], 2);
      EXPECT_NEAR(d.per_axis[k][lag], sum / static_cast<double>(walkers * (n - lag)), 1e-11) << lag << ' ' << k;
    }
}

TEST(Msd, MomentsAreThoseOfTheDisplacements) {
  const std::size_t n = 41;
  const std::vector<double> x = test::walk(2, n, {0.3, 0.1, 0.7}, 2);
  const Displacements d = displacements_of(x, 2, 1.0);
  const DisplacementMoments& m = d.moments.at(2);
  ASSERT_EQ(m.lag, 4u);
  double fourth = 0, xy = 0;
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t t = 0; t + 4 < n; ++t) {
      Vector3 r;
      for (std::size_t k = 0; k < 3; ++k)
        r[static_cast<Eigen::Index>(k)] = x[(3 * i + k) * n + t + 4] - x[(3 * i + k) * n + t];
      fourth += std::pow(r.squaredNorm(), 2);
      xy += r[0] * r[1];
    }
  EXPECT_NEAR(m.fourth, fourth / (2 * 37), 1e-10);
  EXPECT_NEAR(m.second(0, 1), xy / (2 * 37), 1e-12);
  EXPECT_NEAR(m.second.trace(), d.total[4], 1e-11);
}

TEST(Msd, BallisticMotionIsSpeedSquaredTimesTimeSquared) {
  const std::vector<double> x = test::paths(
      2, 40, [](std::size_t, std::size_t k, std::size_t t) { return (k == 0 ? 0.02 : 0.01) * static_cast<double>(t); });
  const Displacements d = displacements_of(x, 2, 5.0);
  for (std::size_t lag : {1u, 7u, 20u}) EXPECT_NEAR(d.total[lag], 6e-4 * static_cast<double>(lag * lag), 1e-12);
}

TEST(Msd, CollectiveOfEqualIonsIsNTimesTheTracer) {
  const std::vector<double> one = test::walk(1, 50, {1, 1, 1}, 3);
  std::vector<double> five;
  for (int i = 0; i < 5; ++i) five.insert(five.end(), one.begin(), one.end());
  const IonTracks tracks = tracks_of(test::frames(five, 5, 1.0, 20), {.species = lithium});
  const Displacements self = tracer_displacements(tracks), all = collective_displacements(tracks);
  EXPECT_NEAR(all.total[9], 5 * self.total[9], 1e-10);
}

TEST(Msd, DriftOfTheHostIsRemovedAndNothingElse) {
  const std::vector<double> x = test::walk(4, 60, {0.2, 0.2, 0.2}, 4);
  const auto still = test::frames(x, 4, 10, 25), drifting = test::frames(x, 4, 10, 25, Vector3(0.3, -0.1, 0.05));
  const Displacements a = tracer_displacements(tracks_of(still, {.species = lithium}));
  const Displacements b = tracer_displacements(tracks_of(drifting, {.species = lithium}));
  const Displacements lab =
      tracer_displacements(tracks_of(drifting, {.species = lithium, .frame = ReferenceFrame::lab}));
  const Displacements direct = displacements_of(x, 4, 10);
  EXPECT_NEAR(a.total[20], direct.total[20], 1e-10);
  EXPECT_NEAR(b.total[20], direct.total[20], 1e-10);
  EXPECT_GT(lab.total[20], direct.total[20] + 10);
}

TEST(Msd, CentreOfMassWeighsByMass) {
  // One Li moves by 1 Å, one O rests: the centre of mass moves by m_Li / (m_Li + m_O).
  auto frames = test::frames(
      test::paths(1, 2, [](auto, std::size_t k, std::size_t t) { return k == 0 ? double(t) : 0.0; }), 1, 1, 10);
  const double share = lithium.mass() / (lithium.mass() + Species::element("O").mass());
  const Displacements d =
      tracer_displacements(tracks_of(frames, {.species = lithium, .frame = ReferenceFrame::centre_of_mass}));
  EXPECT_NEAR(d.total[1], std::pow(1 - share, 2), 1e-12);
}

TEST(Msd, WrappedAndUnwrappedInputAgree) {
  const std::vector<double> x = test::walk(3, 400, {0.05, 0.05, 0.05}, 5);
  const Displacements a = tracer_displacements(tracks_of(test::frames(x, 3, 1, 6), {.species = lithium}));
  const Displacements b =
      tracer_displacements(tracks_of(test::frames(x, 3, 1, 6, Vector3::Zero(), true), {.species = lithium}));
  for (std::size_t lag = 1; lag < a.n_lags(); lag += 17) EXPECT_NEAR(a.total[lag], b.total[lag], 1e-9);
}

TEST(Msd, TrajectoryInMemoryAndStreamAgree) {
  const auto frames = test::frames(test::walk(3, 90, {0.1, 0.1, 0.1}, 6), 3, 1, 12);
  Unwrapper unwrapper;
  for (const Structure& frame : frames) unwrapper.add(frame);
  const UnwrappedTrajectory run = unwrapper.finish();
  const IonTracks a = follow_ions(run, {.species = lithium}), b = tracks_of(frames, {.species = lithium});
  EXPECT_EQ(tracer_displacements(a).total, tracer_displacements(b).total);
  EXPECT_EQ(a.unwrapping(), b.unwrapping());
}

TEST(Msd, ScratchFileGivesTheSameAsMemory) {
  const auto frames = test::frames(test::walk(37, 1000, {0.5, 0.5, 0.5}, 7), 37, 1, 30);
  const std::filesystem::path folder = test::scratch_folder();
  const IonTracks memory = tracks_of(frames, {.species = lithium});
  // 37 ions x 1000 frames are 888 kB; with 100 kB they go to disk, in tiles that do not divide the run evenly.
  const IonTracks disk = tracks_of(frames, {.species = lithium, .memory = 100'000, .scratch = folder});
  EXPECT_FALSE(memory.on_disk());
  EXPECT_TRUE(disk.on_disk());
  EXPECT_TRUE(std::filesystem::is_empty(folder)) << "the scratch file must have no name";
  const Displacements a = tracer_displacements(memory), b = tracer_displacements(disk);
  for (std::size_t lag = 1; lag < a.n_lags(); lag += 13) EXPECT_NEAR(b.total[lag] / a.total[lag], 1, 1e-6) << lag;
  EXPECT_EQ(collective_displacements(memory).total, collective_displacements(disk).total);
}

TEST(Msd, FramesThatAreNotUniformInTimeAreRefused) {
  auto frames = test::frames(test::walk(2, 30, {0.1, 0.1, 0.1}, 8), 2, 10, 10);
  frames.erase(frames.begin() + 12);
  try {
    tracks_of(frames, {.species = lithium, .file = "run.dump"});
    FAIL() << "a gap in time went unnoticed";
  } catch (const InputError& e) {
    EXPECT_NE(std::string(e.what()).find("run.dump"), std::string::npos);
    EXPECT_NE(std::string(e.what()).find("frame 12"), std::string::npos);
    EXPECT_NE(std::string(e.what()).find("--frames"), std::string::npos);
  }
}

TEST(Msd, HostFrameNeedsAHost) {
  auto frames = test::frames(test::walk(2, 5, {0.1, 0.1, 0.1}, 9), 2, 10, 10);
  for (Structure& f : frames) std::fill(f.species.begin(), f.species.end(), lithium);
  EXPECT_THROW(tracks_of(frames, {.species = lithium}), InputError);
  EXPECT_NO_THROW(tracks_of(frames, {.species = lithium, .frame = ReferenceFrame::centre_of_mass}));
  EXPECT_THROW(tracks_of(frames, {.species = Species::element("Na")}), InputError);
  frames.resize(1);
  EXPECT_THROW(tracks_of(frames, {.species = lithium, .frame = ReferenceFrame::lab}), InputError);
}

TEST(Msd, PositionsThatAreNotNumbersAreRefused) {
  auto frames = test::frames(test::walk(2, 5, {0.1, 0.1, 0.1}, 10), 2, 10, 10);
  frames[3].positions(1, 1) = std::nan("");
  EXPECT_THROW(tracks_of(frames, {.species = lithium}), InputError);
}

TEST(Msd, ShowsHowWalkersScatterAndMoveTogether) {
  // 40 walkers alone, and the same paths as 10 walkers in fours: what moves together scatters four times as much.
  const std::size_t n = 4000;
  const std::vector<double> alone = test::walk(40, n, {1, 1, 1}, 7);
  std::vector<double> fours(alone.size());
  for (std::size_t i = 0; i < fours.size(); ++i) fours[i] = alone[i / (3 * n) / 4 * (3 * n) + i % (3 * n)];
  const Displacements a = displacements_of(alone, 40, 1), b = displacements_of(fours, 40, 1);
  double together_a = 0, together_b = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    together_a += a.moments[i].rise[3].together / 4;
    together_b += b.moments[i].rise[3].together / 4;
  }
  EXPECT_NEAR(together_a, 1, 0.4);
  EXPECT_NEAR(together_b, 4, 1.6);
  // From lag 1 to 2 the rise of a Gaussian walk of variance 1 an axis and frame is 3, its variance (x1 + x2)^2 - mean
  // of x1^2, x2^2 = 2 x1 x2 an axis: 4 x 3 a window, all windows independent.
  EXPECT_NEAR(a.moments[0].rise[3].error_squared / (12.0 / (40 * (n - 2.0))), 1, 0.9);
  EXPECT_NEAR(a.along(0).moments[0].rise[3].error_squared / (4.0 / (40 * (n - 2.0))), 1, 0.9);
}

}  // namespace
}  // namespace vitrion::transport
