// Regions: as written by hand, as found from profiles, and what ions do at their borders.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vitrion/core/error.hpp"
#include "vitrion/interface/profiles.hpp"
#include "vitrion/interface/regions.hpp"

namespace vitrion::interface {
namespace {

using ::testing::HasSubstr;

TEST(Regions, WhatIsNotNamedIsTheTransition) {
  const Partition p = parse_regions("metal=0:12,glass=18:30", 0, 36, true);
  ASSERT_EQ(p.regions.size(), 3U);
  EXPECT_EQ(p.regions[2].name, "transition");
  ASSERT_EQ(p.regions[2].ranges.size(), 2U);
  EXPECT_DOUBLE_EQ(p.regions[2].length(), 12);
  EXPECT_EQ(p.place_of(6).region, 0U);
  EXPECT_EQ(p.place_of(15).region, 2U);
  EXPECT_EQ(p.place_of(-1).region, 2U);
  EXPECT_EQ(p.place_of(42).region, 0U);
  EXPECT_NEAR(p.outside(14, 0), 2, 1e-12);
  EXPECT_NEAR(p.outside(-2, 0), 2, 1e-12);
}

TEST(Regions, NodesStandOnEveryBorder) {
  const RegionNodes n = nodes_of(parse_regions("metal=0:12,glass=19:30", 0, 36, true), 3);
  EXPECT_EQ(n.nodes.position, (std::vector<double>{0, 3, 6, 9, 12, 15.5, 19, 19 + 11.0 / 3, 19 + 22.0 / 3, 30, 33}));
  EXPECT_EQ(n.place.size(), n.nodes.n_gaps());
  EXPECT_EQ(n.place[4].region, 2U);
}

TEST(Regions, BadOnesAreRefused) {
  for (const char* text : {"metal", "metal=3", "metal=12:0,glass=18:30", "metal=0:20,glass=18:30", "metal=0:40",
                           "metal=0:36", "metal=-3:4,glass=18:30", ""})
    EXPECT_THROW(parse_regions(text, 0, 36, true), InputError) << text;
}

TEST(Regions, VibrationAtABorderIsNoExchange) {
  const Partition p = parse_regions("metal=0:12,glass=18:30", 0, 36, true);
  const std::vector<double> z{11, 12.5, 11.5, 13.6, 12.5, 10.4, -1.6, 35};
  std::vector<std::uint8_t> region(z.size());
  region_path(z.data(), z.size(), p, 1.5, region.data());
  EXPECT_EQ(region, (std::vector<std::uint8_t>{0, 0, 0, 2, 2, 0, 2, 2}));
}

Profiles profiles_of(const std::vector<double>& lithium, const std::vector<double>& oxygen) {
  Profiles p;
  p.width = 1;
  for (std::size_t b = 0; b < lithium.size(); ++b) p.center.push_back(static_cast<double>(b) + 0.5);
  p.density = {{"density_Li", "Li", lithium, lithium, lithium}, {"density_O", "O", oxygen, oxygen, oxygen}};
  return p;
}

TEST(Regions, AreFoundFromTheDensityOfTheHost) {
  std::vector<double> lithium(42, 0.04), oxygen(42, 0.0);
  for (std::size_t b = 18; b < 40; ++b) oxygen[b] = 0.06;
  const Partition p = find_regions(profiles_of(lithium, oxygen), Species::element("Li"), 42, true, 3);
  ASSERT_EQ(p.regions.size(), 3U);
  EXPECT_EQ(p.regions[0].name, "metal");
  EXPECT_EQ(p.regions[1].name, "glass");
  EXPECT_NEAR(p.regions[1].ranges[0].low, 19, 1.5);
  EXPECT_NEAR(p.regions[0].length(), 16, 2.5);
  EXPECT_EQ(p.regions[2].ranges.size(), 2U);
}

TEST(Regions, OfABulkGlassAreNotFoundAndTheRemedyIsSaid) {
  try {
    find_regions(profiles_of(std::vector<double>(42, 0.04), std::vector<double>(42, 0.06)), Species::element("Li"), 42,
                 true, 3);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no two regions"));
    EXPECT_THAT(error.remedy(), HasSubstr("--regions"));
  }
}

}  // namespace
}  // namespace vitrion::interface
