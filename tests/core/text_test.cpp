#include "core/text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace vitrion {
namespace {

TEST(Text, CountsAsAPersonDoes) {
  std::vector<std::string> names{"CONTCAR10", "CONTCAR2", "CONTCAR1", "CONTCAR", "CONTCAR002"};
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return natural_less(a, b); });
  EXPECT_EQ(names, (std::vector<std::string>{"CONTCAR", "CONTCAR1", "CONTCAR002", "CONTCAR2", "CONTCAR10"}));
}

TEST(Text, ReadsNumbersWholeOrNotAtAll) {
  EXPECT_EQ(parse_double("1e-3"), 1e-3);
  EXPECT_EQ(parse_double("+2.5"), 2.5);
  EXPECT_EQ(parse_double("1.5D-02"), 1.5e-2);
  EXPECT_TRUE(std::isnan(*parse_double("nan")));
  EXPECT_FALSE(parse_double("1.0abc"));
  EXPECT_FALSE(parse_double(""));
  EXPECT_FALSE(parse_double("D"));
  EXPECT_EQ(parse_integer("-12"), -12);
  EXPECT_FALSE(parse_integer("1.0"));
  EXPECT_FALSE(parse_integer("99999999999999999999"));
}

TEST(Text, FindsTheNearestWord) {
  EXPECT_EQ(nearest_word("r_mx", {"r_max", "level"}), "r_max");
  EXPECT_EQ(nearest_word("banana", {"r_max", "level"}), "");
}

}  // namespace
}  // namespace vitrion
