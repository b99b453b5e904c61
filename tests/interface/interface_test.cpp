// The whole analysis: intervals that hold, a made-up trajectory from frames to JSON, what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "samples.hpp"
#include "schema.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/interface/coverage.hpp"
#include "vitrion/interface/recorder.hpp"
#include "vitrion/interface/stayers.hpp"

namespace vitrion::interface {
namespace {

using ::testing::HasSubstr;

// 40 runs a case: of 95 % at least 85 % are seen, less two where few are resolved.
TEST(Coverage, IntervalsHoldTheTruthAndBoundsLieAboveIt) {
  for (const LayeredMotion& motion : published_layers()) {
    const CoverageReport report = measure_coverage(motion, 40, coverage_seed);
    EXPECT_FALSE(report.rows.empty());
    for (const CoverageRow& r : report.rows) {
      EXPECT_GE(r.covered, 0.85 * r.resolved - 2) << motion.name << ", " << r.quantity << ", " << r.region;
      EXPECT_GE(r.held, 0.9 * r.bounds - 1) << motion.name << ", " << r.quantity << ", " << r.region;
      const bool frozen = motion.name == "two frozen regions";
      EXPECT_TRUE(!frozen || r.resolved == 0) << r.quantity << ", " << r.region;
    }
  }
}

TEST(Coverage, DoesNotDependOnThreads) {
  const LayeredMotion motion = brownian_motion({.n_ions = 10, .n_frames = 400});
  const CoverageReport a = measure_coverage(motion, 8, 5), b = measure_coverage(motion, 8, 5);
  ASSERT_EQ(a.rows.size(), b.rows.size());
  for (std::size_t i = 0; i < a.rows.size(); ++i) EXPECT_EQ(a.rows[i].mean_ratio, b.rows[i].mean_ratio);
}

Recording record(const std::vector<Structure>& frames) {
  Recorder recorder({.profile = {.ion = Species::element("Li")}, .file = "made up"});
  for (const Structure& frame : frames) recorder.add(frame);
  return recorder.finish();
}

TEST(Interface, IsMeasuredFromFramesToJson) {
  const Recording recording = record(test::interface_run(1500, 0.15));
  EXPECT_NEAR(recording.length, 42, 1e-9);
  EXPECT_NEAR(recording.area, 81, 1e-9);
  const Partition partition = find_regions(recording.profiles, Species::element("Li"), 42, true, 3);
  InterfaceOptions options;
  options.temperature = 600;
  options.area = recording.area;
  InterfaceResult result = analyse_interface(recording.paths, partition, options);
  result.file = "made up";
  result.ion = "Li";
  result.profiles = recording.profiles;
  const nlohmann::json json = with_header(interface_kind, to_json(result));
  EXPECT_EQ(test::violations(json, "interface"), "");
  EXPECT_EQ(json["regions"].size(), 3U);
  EXPECT_GT(json["exchanges"]["crossings"], 0);
  EXPECT_EQ(json["interfaces"].size(), 2U);
  nlohmann::json damaged = json;
  damaged["regions"][0].erase("residence_fs");
  EXPECT_NE(test::violations(damaged, "interface"), "");
}

TEST(Interface, HostDriftIsTakenOff) {
  std::vector<Structure> frames = test::interface_run(60, 0);
  for (std::size_t t = 0; t < frames.size(); ++t) frames[t].positions.col(2).array() += 0.1 * static_cast<double>(t);
  const Recording still = record(test::interface_run(60, 0)), drifting = record(frames);
  EXPECT_NEAR(drifting.drift, 5.9, 0.1);
  for (std::size_t i = 0; i < still.paths.z.size(); i += 97) EXPECT_NEAR(still.paths.z[i], drifting.paths.z[i], 1e-4);
}

std::string refusal(const std::vector<Structure>& frames) {
  try {
    record(frames);
  } catch (const InputError& error) {
    return std::string(error.what()) + " " + error.remedy();
  }
  return "";
}

TEST(Interface, ATiltingNormalOrACellThatGrowsAlongItIsRefused) {
  std::vector<Structure> frames = test::interface_run(4, 0);
  Matrix3 m = frames[3].cell.matrix();
  m(0, 2) = 0.3;
  frames[3].cell = Cell(m);
  EXPECT_THAT(refusal(frames), HasSubstr("tilted"));
  frames = test::interface_run(4, 0);
  frames[2].cell = Cell::orthorhombic(9, 9, 43.5);
  EXPECT_THAT(refusal(frames), HasSubstr("along the normal"));
  EXPECT_EQ(refusal(test::interface_run(4, 0)), "");
}

TEST(Interface, ABorderThatMovesIsRefused) {
  std::vector<Structure> frames = test::interface_run(200, 0);
  // The last third: the metal's lithium gives way to oxygen that was not there before.
  for (std::size_t t = 0; t < frames.size(); ++t)
    for (Eigen::Index i = 40; i < 70; ++i)
      frames[t].positions(i, 2) -= t > 100 && frames[0].positions(i, 2) < 24 ? 10.0 : 0.0;
  const Recording recording = record(frames);
  EXPECT_THROW(moved_borders(recording, Species::element("Li"), 3, "made up"), InputError);
  EXPECT_FALSE(moved_borders(record(test::interface_run(200, 0)), Species::element("Li"), 3, "made up"));
}

TEST(Interface, FramesTooFarApartAreRefused) {
  const Recording recording = record(test::interface_run(300, 2.5));
  const Partition partition = parse_regions("metal=0:14,glass=20:38", 0, 42, true);
  EXPECT_THROW(analyse_interface(recording.paths, partition, {}), InputError);
}

TEST(Stayers, AreTheIonsThatNeverLeave) {
  const std::vector<Structure> frames = test::interface_run(400, 0.15);
  Stayers stayers(Species::element("Li"), {{-2, 14.5}, {40, 44}});
  for (const Structure& frame : frames) stayers.add(frame);
  const std::vector<std::int64_t> ids = stayers.finish("made up");
  for (std::int64_t id = 25; id <= 40; ++id) EXPECT_THAT(ids, ::testing::Contains(id));
  EXPECT_LT(ids.size(), 40U);
  Stayers none(Species::element("Li"), {{16, 16.1}});
  for (const Structure& frame : frames) none.add(frame);
  EXPECT_THROW(none.finish("made up"), InputError);
  EXPECT_THROW(parse_range("12"), InputError);
}

}  // namespace
}  // namespace vitrion::interface
