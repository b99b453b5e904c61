#include "vitrion/interface/scatter.hpp"

#include <algorithm>
#include <cmath>

#include "vitrion/transport/distributions.hpp"

namespace vitrion::interface {
namespace {

constexpr double enough_ions = 20;       // effective, to trust a scatter between ions that is small
constexpr double moving_together = 1.5;  // of the scatter of the pieces: two standard deviations for 32 parts
constexpr double least_factor = 0.5;     // of the scatter of the pieces

double squares(const std::vector<double>& values) {
  double sum = 0;
  for (const double x : values) sum += x * x;
  return sum;
}

double fourths(const std::vector<double>& values) {
  double sum = 0;
  for (const double x : values) sum += x * x * x * x;
  return sum;
}

// Of a sum of squares: three times what one value of its fourth moment would leave, exact for Gaussian values.
double freedom_of(const std::vector<double>& values) {
  const double second = squares(values), fourth = fourths(values);
  return fourth > 0 ? std::max(1.0, 3 * second * second / fourth) : 1;
}

double events_behind(double relative, double freedom, double confidence) {
  const double p = 0.5 * (1 + confidence);
  const double wider = transport::student_quantile(p, std::max(1.0, freedom)) / transport::normal_quantile(p);
  return 1 / (relative * wider * wider);
}

}  // namespace

Scatter scatter_of(const PieceSums& pieces) {
  std::vector<double> ions(pieces.n_ions, 0.0), parts(pieces.n_parts, 0.0);
  for (std::size_t i = 0; i < pieces.n_ions; ++i)
    for (std::size_t p = 0; p < pieces.n_parts; ++p) {
      ions[i] += pieces.at(i, p);
      parts[p] += pieces.at(i, p);
    }
  const double single = squares(pieces.value);
  if (!(single > 0)) return {};
  const double by_ion = squares(ions) / single, by_part = squares(parts) / single;
  // Many ions tell their scatter themselves, also where it is less than that of pieces: passes of a walker follow each
  // other more evenly than chance would have it. Not where they move together: then they are few.
  const double of_ions = freedom_of(ions);
  const bool told = of_ions >= enough_ions && by_part <= moving_together;
  const double factor = std::max(told ? least_factor : 1.0, by_ion);
  Scatter scatter{single * factor * std::max(1.0, by_part), freedom_of(pieces.value),
                  single * single / fourths(pieces.value)};
  if (factor != 1) scatter.freedom = std::min(scatter.freedom, of_ions);
  if (by_part > 1) scatter.freedom = std::min(scatter.freedom, freedom_of(parts));
  return scatter;
}

transport::Interval interval_of_rate(double value, double relative, double freedom, double confidence) {
  const double events = events_behind(relative, freedom, confidence), tail = 0.5 * (1 - confidence);
  return {value * transport::chi_square_quantile(tail, 2 * events) / (2 * events),
          value * transport::chi_square_quantile(1 - tail, 2 * events + 2) / (2 * events)};
}

double upper_limit_of_rate(double value, double relative, double freedom, double probability) {
  return interval_of_rate(value, relative, freedom, 2 * probability - 1).high;
}

}  // namespace vitrion::interface
