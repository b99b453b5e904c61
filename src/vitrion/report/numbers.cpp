#include "vitrion/report/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vitrion::report {
namespace {

struct Scaled {
  double factor;
  std::string power;  // "×10^{-6}" or ""
};

Scaled scale_of(double value) {
  const double magnitude = std::abs(value);
  if (magnitude == 0 || (magnitude >= 0.01 && magnitude < 1e4)) return {1, ""};
  const int exponent = static_cast<int>(std::floor(std::log10(magnitude)));
  return {std::pow(10.0, -exponent), fmt::format("×10^{{{}}}", exponent)};
}

// `digits` significant digits without an exponent: the value is between 0.01 and 9999, or 0.
std::string plain(double value, int digits) {
  const int before = value == 0 ? 1 : static_cast<int>(std::floor(std::log10(std::abs(value)))) + 1;
  return fmt::format("{:.{}f}", value, std::max(0, digits - before));
}

}  // namespace

Markup number(double value, int digits) {
  if (!std::isfinite(value)) return "–";
  const Scaled scale = scale_of(value);
  return plain(value * scale.factor, digits) + scale.power;
}

Markup with_interval(double value, double low, double high) {
  const Scaled scale = scale_of(value);
  const auto text = [&](double v, int digits) { return plain(v * scale.factor, digits); };
  return fmt::format("{}{} ({} … {}){}", text(value, 3), scale.power, text(low, 2), text(high, 2), scale.power);
}

}  // namespace vitrion::report
