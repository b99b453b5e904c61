#include "vitrion/core/number.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

#include "vitrion/core/decimal.hpp"

namespace vitrion {
namespace {

TEST(Number, ReadsNumbersWholeOrNotAtAll) {
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
TEST(Number, ReadsPlainDecimalsAsTheStandardLibraryDoes) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 300000; ++i) {
    std::string word = random() % 2 == 0 ? "-" : "";
    for (std::size_t n = random() % (i % 3 == 0 ? 20 : 9); n > 0; --n) word += static_cast<char>('0' + random() % 10);
    if (random() % 4 != 0) word += '.';
    for (std::size_t n = random() % 22; n > 0; --n) word += static_cast<char>('0' + random() % 10);
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

// Halfway between two doubles, and one digit beside it: where a second rounding would show. The C library is the judge.
TEST(Number, RoundsTiesAndTheirNeighboursOnce) {
  std::mt19937_64 random(9);
  int fast = 0;
  for (int i = 0; i < 100000; ++i) {
    // 54 significant bits ending in 1, over 2^k: exact decimals of at most 19 digits with k <= 4 decimals.
    const std::uint64_t odd = (std::uint64_t{1} << 53) + (random() >> 11) * 2 + 1;
    const int k = static_cast<int>(random() % 5);
    static constexpr std::uint64_t five_to[] = {1, 5, 25, 125, 625};
    std::string digits = std::to_string(odd * five_to[k]);  // odd / 2^k = odd * 5^k / 10^k
    digits.back() = static_cast<char>(digits.back() + static_cast<int>(random() % 3) - 1);
    if (digits.back() < '0' || digits.back() > '9') continue;
    const auto place = std::min<std::size_t>(digits.size(), static_cast<std::size_t>(k) + random() % 3);
    std::string word = digits.substr(0, digits.size() - place) + "." + digits.substr(digits.size() - place);
    // And the same digits far behind the point, as fractions are printed.
    if (i % 2 == 0) word = "0." + digits.substr(0, 19);
    const std::optional<double> value = parse_double(word);
    ASSERT_TRUE(value) << word;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(*value), std::bit_cast<std::uint64_t>(std::strtod(word.c_str(), nullptr)))
        << word;
    char padded[128] = {};
    word.copy(padded, sizeof padded - decimal_padding);
    double read = 0;
    fast += read_decimal(padded, read) != nullptr ? 1 : 0;
  }
  EXPECT_GT(fast, 10000);
}

TEST(Number, EndsWhereTheNumberEnds) {
  const auto read = [](std::string text) {
    const std::size_t length = text.size();
    text.resize(length + decimal_padding, '\0');
    double value = 0;
    const char* end = read_decimal(text.data(), value);
    return end ? std::pair{value, static_cast<std::size_t>(end - text.data())} : std::pair{0.0, std::size_t{999}};
  };
  EXPECT_EQ(read("-12.5 7"), (std::pair{-12.5, std::size_t{5}}));
  EXPECT_EQ(read("3\n4"), (std::pair{3.0, std::size_t{1}}));
  EXPECT_EQ(read("0.123456789012345678"), (std::pair{0.123456789012345678, std::size_t{20}}));
  EXPECT_EQ(read("1.5E3"), (std::pair{1.5, std::size_t{3}}));
  EXPECT_TRUE(std::signbit(read("-0.000 ").first));
  for (const char* other : {"12345678.5", "nan", "+1", "", "-", ".", "1.23456789012345678901"})
    EXPECT_EQ(read(other).second, 999u) << other;
  std::int64_t value = 0;
  std::string text = "-123456 7" + std::string(decimal_padding, ' ');
  EXPECT_EQ(read_integer(text.data(), value), text.data() + 7);
  EXPECT_EQ(value, -123456);
  text[0] = '1';
  EXPECT_EQ(read_integer(text.data(), value), text.data() + 7);
  text[7] = '8';
  EXPECT_EQ(read_integer(text.data(), value), nullptr);
}

}  // namespace
}  // namespace vitrion
