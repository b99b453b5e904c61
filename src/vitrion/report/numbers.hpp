// How numbers read, on a page and on a terminal.
#pragma once

#include <string>

#include "vitrion/report/plot.hpp"

namespace vitrion::report {

/// "1.23×10^{-6}" with `digits` significant digits; plain between 0.01 and 9999; a dash for what is not finite.
Markup number(double value, int digits = 3);

/// "1.2×10^{-6} (0.9 … 1.6)×10^{-6}": a value and its 95 % interval on one power of ten.
Markup with_interval(double value, double low, double high);

}  // namespace vitrion::report
