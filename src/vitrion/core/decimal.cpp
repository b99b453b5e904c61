#include "vitrion/core/decimal.hpp"

#include <cmath>

namespace vitrion::inline core::decimal {

// The first 63 or 64 bits of the quotient and, in the lowest, whether anything is left over: all that rounding to 53
// bits needs. The caller's `end` passes through so that it has nothing to keep across the call.
const char* divide(const char* end, std::uint64_t digits, std::size_t decimals, bool negative, double& value) {
  __extension__ using Wide = unsigned __int128;
  // Both moved to the top of their words; 63 more bits keep the quotient below 2^64 and above 2^62.
  const int up = std::countl_zero(digits), divisor_up = std::countl_zero(powers[decimals]);
  const Wide dividend = static_cast<Wide>(digits << up) << 63;
  const std::uint64_t divisor = powers[decimals] << divisor_up;
  auto quotient = static_cast<std::uint64_t>(dividend / divisor);
  quotient |= static_cast<Wide>(quotient) * divisor != dividend ? 1U : 0U;
  const double magnitude = std::ldexp(static_cast<double>(quotient), divisor_up - up - 63);
  value = negative ? -magnitude : magnitude;
  return end;
}

}  // namespace vitrion::inline core::decimal
