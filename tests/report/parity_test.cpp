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

}  // namespace
}  // namespace vitrion::report
