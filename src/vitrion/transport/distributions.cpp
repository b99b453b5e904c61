#include "vitrion/transport/distributions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace vitrion::transport {
namespace {

constexpr double tiny = 1e-300;
constexpr double precision = 1e-15;
constexpr int most_terms = 100000;

/// x in [low, high] where the increasing `cdf` reaches p.
template <class Cdf>
double bisect(double p, double low, double high, const Cdf& cdf) {
  for (int i = 0; i < 200 && high - low > 1e-14 * (std::abs(low) + std::abs(high)); ++i) {
    const double middle = 0.5 * (low + high);
    (cdf(middle) < p ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

/// The same for a variable that is positive without a known end.
template <class Cdf>
double positive_quantile(double p, double start, const Cdf& cdf) {
  double high = start;
  while (cdf(high) < p && high < 1e300) high *= 2;
  double low = high;
  while (cdf(low) > p && low > 1e-300) low /= 2;
  return bisect(p, low, high, cdf);
}

double beta_fraction(double x, double a, double b) {
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::abs(d) < tiny ? tiny : d);
  double result = d;
  for (int m = 1; m < most_terms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double change = 1;
    for (double term : {even, odd}) {
      d = 1 + term * d;
      c = 1 + term / c;
      d = 1 / (std::abs(d) < tiny ? tiny : d);
      if (std::abs(c) < tiny) c = tiny;
      change = c * d;
      result *= change;
    }
    if (std::abs(change - 1) < precision) break;
  }
  return result;
}

}  // namespace

double normal_cdf(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

double normal_quantile(double p) {
  return bisect(p, -40, 40, normal_cdf);
}

double gamma_cdf(double x, double shape) {
  if (!(x > 0)) return 0;
  const double scale = std::exp(-x + shape * std::log(x) - std::lgamma(shape));
  if (x < shape + 1) {
    double term = 1 / shape, sum = term;
    for (int n = 1; n < most_terms && term > precision * sum; ++n) sum += term *= x / (shape + n);
    return sum * scale;
  }
  double b = x + 1 - shape, c = 1 / tiny, d = 1 / b, fraction = d;
  for (int n = 1; n < most_terms; ++n) {
    const double a = -n * (n - shape);
    b += 2;
    d = a * d + b;
    d = 1 / (std::abs(d) < tiny ? tiny : d);
    c = b + a / c;
    if (std::abs(c) < tiny) c = tiny;
    const double change = c * d;
    fraction *= change;
    if (std::abs(change - 1) < precision) break;
  }
  return 1 - scale * fraction;
}

double chi_square_cdf(double x, double dof) {
  return gamma_cdf(x / 2, dof / 2);
}

double chi_square_quantile(double p, double dof) {
  return positive_quantile(p, dof, [&](double x) { return chi_square_cdf(x, dof); });
}

double beta_cdf(double x, double a, double b) {
  if (!(x > 0)) return 0;
  if (!(x < 1)) return 1;
  const double scale =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return scale * beta_fraction(x, a, b) / a;
  return 1 - scale * beta_fraction(1 - x, b, a) / b;
}

double student_quantile(double p, double dof) {
  if (p < 0.5) return -student_quantile(1 - p, dof);
  if (p == 0.5) return 0;
  return positive_quantile(p, 1, [&](double t) { return 1 - 0.5 * beta_cdf(dof / (dof + t * t), dof / 2, 0.5); });
}

double f_quantile(double p, double dof1, double dof2) {
  return positive_quantile(p, 1, [&](double x) { return beta_cdf(dof1 * x / (dof1 * x + dof2), dof1 / 2, dof2 / 2); });
}

double pearson3_cdf(double x, double mean, double deviation, double skewness) {
  const double z = (x - mean) / deviation;
  if (skewness < 1e-3) return normal_cdf(z);
  const double shape = 4 / (skewness * skewness);
  return gamma_cdf(shape + z * std::sqrt(shape), shape);
}

}  // namespace vitrion::transport
