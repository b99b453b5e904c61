// Plain decimals in the columns of large files: the inner loop of every reader of trajectories.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace vitrion::inline core {

/// How many bytes from its start on `read_decimal` may look at, though the number is shorter.
inline constexpr std::size_t decimal_padding = 40;

namespace decimal {

static_assert(std::endian::native == std::endian::little, "digits are read eight at a time, the first the lowest byte");

/// Eight characters, each less '0': 0..9 where they are digits.
inline std::uint64_t load_digits(const char* c) {
  std::uint64_t eight = 0;
  std::memcpy(&eight, c, 8);
  return eight ^ 0x3030303030303030U;
}

/// How many of the eight are digits before the first that is not. The sum carries only beyond that one; the bit behind
/// the last makes eight digits no case of its own, since a branch on it would often be guessed wrong.
inline int count_digits(std::uint64_t eight) {
  const std::uint64_t other = (eight | (eight + 0x7676767676767676U)) & 0x8080808080808080U;
  return (std::countr_zero(other >> 1 | std::uint64_t{1} << 63) + 1) / 8;
}

/// The number that the first n of them spell, 1 <= n <= 8: moved to the end, so that zeros stand before them, then
/// added in pairs, fours and eights.
inline std::uint64_t combine(std::uint64_t eight, int n) {
  eight <<= (64 - 8 * n) & 63;
  eight = eight * 10 + (eight >> 8);
  eight = (eight & 0x000000FF000000FFU) * (100 + (std::uint64_t{1000000} << 32)) +
          ((eight >> 16) & 0x000000FF000000FFU) * (1 + (std::uint64_t{10000} << 32));
  return eight >> 32;
}

inline constexpr std::array<std::uint64_t, 20> powers = [] {
  std::array<std::uint64_t, 20> list{1};
  for (std::size_t i = 1; i < list.size(); ++i) list[i] = 10 * list[i - 1];
  return list;
}();

/// The same as doubles with either sign: the sign of a number comes with its divisor, for signs of forces are random
/// and a branch on them is guessed wrong half the time.
inline constexpr std::array<std::array<double, 20>, 2> divisors = [] {
  std::array<std::array<double, 20>, 2> list{};
  for (std::size_t i = 0; i < powers.size(); ++i) {
    list[0][i] = static_cast<double>(powers[i]);
    list[1][i] = -static_cast<double>(powers[i]);
  }
  return list;
}();

/// Stores digits / 10^decimals for 0 < digits < 2^64 and decimals <= 19, rounded once, and returns `end`.
const char* divide(const char* end, std::uint64_t digits, std::size_t decimals, bool negative, double& value);

}  // namespace decimal

/// A plain decimal such as -12.345 (at most 7 digits before the point and 19 in all) that begins at `c`: returns where
/// it ends and stores the nearest double. Null where there is none. Whoever finds no blank behind it has met another
/// spelling (1.5e3): find the end of the word and ask parse_double.
///
/// Made for columns of a large file: no word is cut out first, and no branch depends on a digit or a sign. At least
/// `decimal_padding` bytes from `c` on must be readable.
inline const char* read_decimal(const char* c, double& value) {
  const bool negative = *c == '-';
  c += negative ? 1 : 0;
  std::uint64_t eight = decimal::load_digits(c);
  const int n_whole = decimal::count_digits(eight);
  if (n_whole == 8) return nullptr;
  int n_digits = n_whole;
  if (c[n_whole] == '.') {
    // The digits on both sides of the point as one number.
    const std::uint64_t before = (std::uint64_t{1} << (8 * n_whole)) - 1;
    eight = (eight & before) | (decimal::load_digits(c + 1) & ~before);
    n_digits = decimal::count_digits(eight);
    ++c;
  }
  std::uint64_t digits = decimal::combine(eight, n_digits);
  // "Eight digits and then another" as arithmetic and one branch: columns are uniform in that, while between seven and
  // eight digits a branch would often be guessed wrong.
  const int next_below_ten = static_cast<unsigned char>(c[8] - '0') - 10;  // negative for a digit
  if (((next_below_ten >> 8) & (n_digits >> 3)) != 0) {
    int n = 0;
    while ((n = decimal::count_digits(eight = decimal::load_digits(c + n_digits))) == 8) {
      if (n_digits == 16) return nullptr;
      digits = digits * decimal::powers[8] + decimal::combine(eight, 8);
      n_digits += 8;
    }
    digits = digits * decimal::powers[static_cast<std::size_t>(n)] + (n == 0 ? 0 : decimal::combine(eight, n));
    n_digits += n;
  }
  c += n_digits;
  // No digits, or so many that they may exceed 2^64.
  if (n_digits == 0 || n_digits > 19) return nullptr;
  const auto decimals = static_cast<std::size_t>(n_digits - n_whole);
  if (digits > std::uint64_t{1} << 53) return decimal::divide(c, digits, decimals, negative, value);
  // Both exact as doubles: the quotient is rounded once (Clinger 1990, doi 10.1145/93548.93557).
  value = static_cast<double>(static_cast<std::int64_t>(digits)) / decimal::divisors[negative ? 1 : 0][decimals];
  return c;
}

/// The same for a whole number of at most 7 digits.
inline const char* read_integer(const char* c, std::int64_t& value) {
  const bool negative = *c == '-';
  c += negative ? 1 : 0;
  const std::uint64_t eight = decimal::load_digits(c);
  const int n = decimal::count_digits(eight);
  if (n == 0 || n == 8) return nullptr;
  const auto digits = static_cast<std::int64_t>(decimal::combine(eight, n));
  value = negative ? -digits : digits;
  return c + n;
}

}  // namespace vitrion::inline core
