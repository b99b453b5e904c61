#include "vitrion/dataset/summary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"

namespace vitrion::dataset {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

/// Two atoms 1.5 Å apart in a cubic cell of 5 Å, the second moved along x.
Structure frame(double moved, double time) {
  Structure s;
  s.cell = Cell::orthorhombic(5, 5, 5);
  s.species = {Species::element("Li"), Species::element("O")};
  s.positions.resize(2, 3);
  s.positions << 0, 0, 0, 0, 1.5, 0;
  s.positions(1, 0) += moved;
  s.time = time;
  return s;
}

TEST(Summary, FollowsARunThroughItsBoundaries) {
  Summarizer summarizer;
  for (int i = 0; i < 200; ++i) summarizer.add(frame(-0.25 + 0.5 * (i % 2), 2.0 * i));  // 0.5 Å of 5 Å, to and fro
  const Summary s = summarizer.finish();
  EXPECT_EQ(s.contents.n_frames, 200u);
  EXPECT_EQ(s.contents.n_atoms, 400u);
  EXPECT_EQ(s.first_composition, "Li1 O1");
  EXPECT_NEAR(s.largest_move, 0.1, 1e-12);
  EXPECT_EQ(s.last_time, 398);
  EXPECT_EQ(s.spacing.low, 2);
  EXPECT_EQ(s.spacing.high, 2);
  EXPECT_NEAR(shortest_distance(s.contents), std::hypot(0.25, 1.5), 1e-12);
  EXPECT_THAT(s.warnings, ::testing::ElementsAre(HasSubstr("minimum image")));
}

TEST(Summary, WarnsOfWhatLooksWrong) {
  Summarizer summarizer;
  Structure labelled = frame(0, 0);
  labelled.labels.energy = -10;
  labelled.labels.forces.resize(2, 3);
  labelled.labels.forces << 1, 0, 0, 0, 0, 0;
  summarizer.add(labelled);
  Structure touching = frame(0, 5);
  touching.positions(1, 1) = 0.3;
  summarizer.add(touching);
  summarizer.add(frame(0, 4));
  const Summary s = summarizer.finish();
  EXPECT_THAT(s.warnings, Contains(HasSubstr("0.300 Å apart")));
  EXPECT_THAT(s.warnings, Contains(HasSubstr("only 1 of 3 frames hold an energy")));
  EXPECT_THAT(s.warnings, Contains(HasSubstr("do not sum to zero: up to 0.5")));
  EXPECT_THAT(s.warnings, Contains(HasSubstr("times do not increase")));
  EXPECT_EQ(to_json(s)["frames_with_energy"], 1);
  EXPECT_EQ(s.contents.energy.low, -5);
}

TEST(Summary, CopesWithCoincidingAtomsAndRefusesNothing) {
  Summarizer summarizer;
  Structure same = frame(0, 0);
  same.positions.setZero();
  summarizer.add(same);
  EXPECT_THAT(summarizer.finish().warnings, Contains(HasSubstr("same place")));
  EXPECT_THROW(Summarizer().finish(), InputError);
}

}  // namespace
}  // namespace vitrion::dataset
