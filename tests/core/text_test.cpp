#include "core/text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <random>
#include <sstream>

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

// Plain decimals take a faster way than the standard library: the results must be the same bits.
TEST(Text, ReadsPlainDecimalsAsTheStandardLibraryDoes) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200000; ++i) {
    std::string word = random() % 2 == 0 ? "-" : "";
    for (std::size_t n = random() % 12; n > 0; --n) word += static_cast<char>('0' + random() % 10);
    if (random() % 4 != 0) word += '.';
    for (std::size_t n = random() % 12; n > 0; --n) word += static_cast<char>('0' + random() % 10);
    if (random() % 50 == 0) word += "/:xe-+ "[random() % 7];  // neighbours of the digits, and what cannot follow
    double expected = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), expected);
    const bool is_number = error == std::errc{} && end == word.data() + word.size();
    const std::optional<double> value = parse_double(word);
    ASSERT_EQ(value.has_value(), is_number) << word;
    if (is_number) {
      ASSERT_EQ(std::bit_cast<std::uint64_t>(*value), std::bit_cast<std::uint64_t>(expected)) << word;
    }
    std::int64_t whole = 0;
    const auto [whole_end, whole_error] = std::from_chars(word.data(), word.data() + word.size(), whole);
    const bool is_integer = whole_error == std::errc{} && whole_end == word.data() + word.size();
    ASSERT_EQ(parse_integer(word), is_integer ? std::optional(whole) : std::nullopt) << word;
  }
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
