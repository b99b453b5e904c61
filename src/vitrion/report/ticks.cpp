#include "vitrion/report/ticks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vitrion::report {
namespace {

double nice_step(double span, int wanted) {
  const double raw = span / std::max(1, wanted);
  const double decade = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * decade >= raw * (1 - 1e-9)) return factor * decade;
  return 10 * decade;
}

// A true minus sign is as wide as a plus; the hyphen is not.
Markup number(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", std::abs(value), decimals);
  const bool zero = text.find_first_not_of("0.") == std::string::npos;
  return (value < 0 && !zero ? "\u2212" : "") + text;
}

Ticks linear_ticks(const Axis& axis, double low, double high, int wanted) {
  if (!(high > low)) {
    const double half = low == 0 ? 1 : 0.1 * std::abs(low);
    low -= half;
    high += half;
  }
  const double step = nice_step(high - low, wanted);
  Ticks result;
  result.low = axis.minimum.value_or(std::floor(low / step + 1e-9) * step);
  result.high = axis.maximum.value_or(std::ceil(high / step - 1e-9) * step);
  if (!(result.high > result.low)) result.high = result.low + step;
  const double largest = std::max(std::abs(result.low), std::abs(result.high));
  if (largest >= 1e5 || largest < 1e-2) result.exponent = static_cast<int>(std::floor(std::log10(largest)));
  const double unit = std::pow(10.0, result.exponent);
  const int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step / unit) + 1e-9)), 0, 12);
  const double slack = 1e-9 * (result.high - result.low);
  for (double k = std::ceil((result.low - slack) / step); k * step <= result.high + slack; ++k)
    result.ticks.push_back({k * step, number(k * step / unit, decimals)});
  return result;
}

Ticks logarithmic_ticks(const Axis& axis, double low, double high, int wanted) {
  Ticks result;
  if (!(low > 0) || !(high > 0)) low = 0.1, high = 10;  // nothing positive to show
  if (high < 1.5 * low) {
    low /= 1.5;
    high *= 1.5;
  }
  result.low = axis.minimum.value_or(low / std::pow(high / low, 0.04));
  result.high = axis.maximum.value_or(high * std::pow(high / low, 0.04));
  const double decades = std::log10(result.high / result.low);
  const int every = std::max(1, static_cast<int>(std::ceil(decades / std::max(1, wanted))));
  const int first = static_cast<int>(std::floor(std::log10(result.low)));
  const int last = static_cast<int>(std::ceil(std::log10(result.high)));
  for (int e = first; e <= last; ++e)
    for (int m = 1; m <= 9; ++m) {
      const double value = m * std::pow(10.0, e);
      if (value < result.low * (1 - 1e-9) || value > result.high * (1 + 1e-9)) continue;
      if (m > 1 && decades > 6) continue;
      Markup label;
      const std::string power = (e < 0 ? "\u2212" : "") + std::to_string(std::abs(e));
      const bool small = e >= -2 && e <= 3 && decades <= 4;
      if (m == 1 && e % every == 0) label = small ? number(value, std::max(0, -e)) : "10^{" + power + "}";
      // Less than two decades would otherwise show one or two numbers only.
      if ((m == 2 || m == 5) && decades < 2)
        label = small ? number(value, std::max(0, -e)) : fmt::format("{}\u00d710^{{{}}}", m, power);
      result.ticks.push_back({value, label});
    }
  return result;
}

}  // namespace

Ticks make_ticks(const Axis& axis, double data_low, double data_high, int wanted) {
  const double low = axis.minimum.value_or(data_low), high = axis.maximum.value_or(data_high);
  return axis.scale == Scale::linear ? linear_ticks(axis, low, high, wanted)
                                     : logarithmic_ticks(axis, low, high, wanted);
}

}  // namespace vitrion::report
