// Parity plots hold every point and say the error.
#include "vitrion/report/parity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vitrion::report {
namespace {

TEST(ParityFigure, HoldsEverySubsetAndItsTitleTheError) {
  const Figure figure =
      parity_figure("parity-force", "Force", "eV/Å", {{"melt", {{0, 1}, {0, 1.2}}}, {"glass", {{2, 3}, {2, 3}}}});
  EXPECT_EQ(figure.series.size(), 2u);
  EXPECT_THAT(figure.title, ::testing::HasSubstr("RMSE 0.1 eV/Å"));  // sqrt(0.2^2 / 4)
  EXPECT_THAT(to_svg(figure), ::testing::HasSubstr("melt"));
}

TEST(ResidualFigure, ShowsWhatTheParityPlotHides) {
  ParityPoints points;
  for (int i = 0; i < 100; ++i) {
    points.reference.push_back(-300 + i);
    points.predicted.push_back(-300 + i + (i == 0 ? 1.0 : i % 2 == 0 ? 0.01 : -0.01));
  }
  const Figure figure = residual_figure("residual-energy", "Energy", "eV/atom", {{"test", points}});
  EXPECT_NEAR(figure.series.at(0).y.at(0), 1, 1e-9);
  EXPECT_NEAR(figure.series.at(0).y.at(1), -0.01, 1e-9);
  EXPECT_THAT(figure.caption, ::testing::HasSubstr("1.0 % lie beyond three"));
}

}  // namespace
}  // namespace vitrion::report
