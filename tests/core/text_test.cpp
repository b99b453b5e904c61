#include "vitrion/core/text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <sstream>

namespace vitrion {
namespace {

TEST(Text, CountsAsAPersonDoes) {
  std::vector<std::string> names{"CONTCAR10", "CONTCAR2", "CONTCAR1", "CONTCAR", "CONTCAR002"};
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return natural_less(a, b); });
  EXPECT_EQ(names, (std::vector<std::string>{"CONTCAR", "CONTCAR1", "CONTCAR002", "CONTCAR2", "CONTCAR10"}));
}

// Lines are cut 64 characters at a time: words across those borders must stay whole.
TEST(Text, SplitsLinesOfAnyLength) {
  std::mt19937_64 random(8);
  for (int i = 0; i < 20000; ++i) {
    std::string line;
    for (std::size_t n = random() % 300; n > 0; --n) line += "ab1. \t\r\xff"[random() % 8];
    std::vector<std::string> expected;
    std::istringstream in(line);
    for (std::string word; in >> word;) expected.push_back(word);
    const std::vector<std::string_view> words = split_words(line);
    ASSERT_EQ(std::vector<std::string>(words.begin(), words.end()), expected) << line;
  }
}

TEST(Text, FindsTheNearestWord) {
  EXPECT_EQ(nearest_word("r_mx", {"r_max", "level"}), "r_max");
  EXPECT_EQ(nearest_word("banana", {"r_max", "level"}), "");
}

}  // namespace
}  // namespace vitrion
