// How numbers read in a report.
#include "vitrion/report/numbers.hpp"

#include <gtest/gtest.h>

namespace vitrion::report {
namespace {

TEST(Numbers, KeepTheirSignificantDigits) {
  EXPECT_EQ(number(1200), "1200");
  EXPECT_EQ(number(600), "600");
  EXPECT_EQ(number(2.925), "2.92");
  EXPECT_EQ(number(0.4271), "0.427");
  EXPECT_EQ(number(0), "0.00");
  EXPECT_EQ(number(7.894e-6), "7.89×10^{-6}");
  EXPECT_EQ(number(-12345678, 2), "-1.2×10^{7}");
}

TEST(Numbers, AValueAndItsIntervalShareOnePowerOfTen) {
  EXPECT_EQ(with_interval(7.89e-6, 1.83e-6, 1.4e-5), "7.89×10^{-6} (1.8 … 14)×10^{-6}");
  EXPECT_EQ(with_interval(0.414, 0.242, 0.586), "0.414 (0.24 … 0.59)");
}

}  // namespace
}  // namespace vitrion::report
