// Quantiles against printed tables.
#include "vitrion/transport/distributions.hpp"

#include <gtest/gtest.h>

using namespace vitrion::transport;

TEST(Distributions, QuantilesEqualPrintedTables) {
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-12);
  EXPECT_NEAR(chi_square_quantile(0.95, 1), 3.841458820694124, 1e-9);
  EXPECT_NEAR(chi_square_quantile(0.025, 10), 3.246972780236842, 1e-9);
  EXPECT_NEAR(chi_square_quantile(0.975, 300), 349.8745, 1e-3);
  EXPECT_NEAR(student_quantile(0.975, 1), 12.706204736, 1e-6);
  EXPECT_NEAR(student_quantile(0.975, 10), 2.228138852, 1e-8);
  EXPECT_NEAR(student_quantile(0.025, 10), -2.228138852, 1e-8);
  EXPECT_NEAR(f_quantile(0.95, 3, 10), 3.708264819, 1e-7);
  EXPECT_NEAR(f_quantile(0.975, 5, 7), 5.285236852, 1e-7);
}

TEST(Distributions, QuantileAndProbabilityAreInverse) {
  for (double dof : {0.7, 3.0, 47.0, 5000.0})
    for (double p : {0.001, 0.025, 0.5, 0.975, 0.999})
      EXPECT_NEAR(chi_square_cdf(chi_square_quantile(p, dof), dof), p, 1e-10) << dof << ' ' << p;
}

TEST(Distributions, PearsonThreeIsChiSquareOrNormalAtItsEnds) {
  // Chi-square of 8 degrees of freedom: mean 8, variance 16, skewness sqrt(8/8).
  EXPECT_NEAR(pearson3_cdf(5, 8, 4, 1), chi_square_cdf(5, 8), 1e-12);
  EXPECT_NEAR(pearson3_cdf(1.2, 0, 1, 0), normal_cdf(1.2), 1e-14);
}
