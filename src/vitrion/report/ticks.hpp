// Where the ticks of an axis stand and what they say.
#pragma once

#include <string>
#include <vector>

#include "vitrion/report/plot.hpp"

namespace vitrion::report {

struct Tick {
  double value = 0;
  Markup label;  ///< empty: a minor tick
};

/// The range of an axis and its ticks.
struct Ticks {
  double low = 0;
  double high = 1;
  std::vector<Tick> ticks;
  int exponent = 0;  ///< labels are in units of 10^exponent (linear axes with very large or small values)
};

/// Round ticks (steps of 1, 2, 5 x 10^n; decades on logarithmic axes), about `wanted` of them with a label.
///
/// `data_low`, `data_high`: the range of the data on this axis; limits the axis sets itself are kept exactly, the
/// others are widened to the next tick or by a small margin.
Ticks make_ticks(const Axis& axis, double data_low, double data_high, int wanted);

}  // namespace vitrion::report
