// Force errors by grade.
#include "vitrion/train/calibration.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace vitrion::train {
namespace {

TEST(Calibration, BinsHoldRootMeanSquareAndNinetyFifthPercentile) {
  GradedErrors graded;
  for (int k = 1; k <= 100; ++k) {
    graded.grades.push_back(0.3);
    graded.errors.push_back(k);
  }
  for (const double grade : std::initializer_list<double>{0.0, 0.25, 1.0, 1.5, 40.0, INFINITY}) {
    graded.grades.push_back(grade);
    graded.errors.push_back(7);
  }
  const potentials::Calibration bins = calibrate(graded);
  ASSERT_EQ(bins.size(), 5u);
  EXPECT_EQ(bins[0].n_atoms, 2);  // 0 and 0.25
  EXPECT_EQ(bins[0].rms, 7);
  EXPECT_EQ(bins[1].n_atoms, 100);
  EXPECT_NEAR(bins[1].rms, std::sqrt(3383.5), 1e-12);  // sum of the first 100 squares: 338350
  EXPECT_EQ(bins[1].quantile_95, 95);
  EXPECT_EQ(bins[2].from, 0.5);
  EXPECT_EQ(bins[2].to, 1);
  EXPECT_EQ(bins[3].from, 1);
  EXPECT_EQ(bins[4].from, 10);
  EXPECT_EQ(bins[4].n_atoms, 2);
  EXPECT_TRUE(calibrate({}).empty());
}

TEST(Calibration, SurvivesItsJson) {
  const potentials::Calibration bins = {{0, 0.25, 5, 0.1, 0.2}, {10, INFINITY, 1, 3, 4}};
  const nlohmann::json json = potentials::to_json(bins);
  EXPECT_TRUE(json[1]["to"].is_null());
  EXPECT_EQ(potentials::to_json(potentials::calibration_from_json(nlohmann::json::parse(json.dump()))), json);
}

// Spearman's own formula without ties; with ties the value scipy.stats.spearmanr gives.
TEST(Calibration, RanksAreCorrelated) {
  EXPECT_DOUBLE_EQ(rank_correlation({1, 2, 3, 4}, {10, 20, 25, 1000}), 1);
  EXPECT_DOUBLE_EQ(rank_correlation({1, 2, 3, 4}, {4, 3, 2, 1}), -1);
  EXPECT_DOUBLE_EQ(rank_correlation({1, 2, 3, 4, 5}, {2, 1, 4, 3, 5}), 1 - 6.0 * 4 / (5 * 24));
  EXPECT_DOUBLE_EQ(rank_correlation({1, 2, 2, 3}, {1, 2, 3, 4}), 4.5 / std::sqrt(4.5 * 5));
  EXPECT_EQ(rank_correlation({1, 1}, {1, 2}), 0);
}

}  // namespace
}  // namespace vitrion::train
