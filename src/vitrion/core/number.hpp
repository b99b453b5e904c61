// Decimal numbers from text, correctly rounded.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vitrion::inline core {

/// The whole word as a number ("1e-3", "-.5", "+2", Fortran "1.0D-3"); nothing else may follow. nan and inf are
/// numbers. The result is the double nearest to the decimal.
std::optional<double> parse_double(std::string_view word);
std::optional<std::int64_t> parse_integer(std::string_view word);

}  // namespace vitrion::inline core
