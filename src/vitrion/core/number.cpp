#include "vitrion/core/number.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "vitrion/core/decimal.hpp"

namespace vitrion::inline core {
namespace {

/// Exponents, signs, many digits, nan, inf.
std::optional<double> parse_any_spelling(std::string_view word) {
  if (!word.empty() && word.front() == '+') word.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error == std::errc{} && end == word.data() + word.size()) return value;
  // Fortran writes 1.0D-03.
  const std::size_t d = word.find_first_of("dD");
  if (d == std::string_view::npos || word.find_first_of("eE") != std::string_view::npos) return std::nullopt;
  std::string with_e(word);
  with_e[d] = 'e';
  const auto [end2, error2] = std::from_chars(with_e.data(), with_e.data() + with_e.size(), value);
  if (error2 == std::errc{} && end2 == with_e.data() + with_e.size()) return value;
  return std::nullopt;
}

}  // namespace

std::optional<double> parse_double(std::string_view word) {
  std::array<char, 2 * decimal_padding> padded{};
  if (word.size() < decimal_padding) {
    std::copy(word.begin(), word.end(), padded.begin());
    double value = 0;
    if (read_decimal(padded.data(), value) == padded.data() + word.size()) return value;
  }
  return parse_any_spelling(word);
}

std::optional<std::int64_t> parse_integer(std::string_view word) {
  if (!word.empty() && word.front() == '+') word.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

}  // namespace vitrion::inline core
