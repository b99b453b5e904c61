#include "vitrion/structure/long_range_order.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>
#include <set>

#include "vitrion/core/error.hpp"

namespace vitrion::structure {
namespace {

constexpr int largest_period = 11;
constexpr int n_candidates = 10;
constexpr int n_directions = 700;

// Mean of m s modulo 1, each value unwrapped to the image nearest the mean of those before it.
double phase_of(const std::vector<double>& s, int m) {
  std::vector<double> q;
  for (const double x : s) {
    double value = std::fmod(m * x, 1.0);
    if (value < 0) value += 1;
    q.push_back(value > 0.5 ? value - 1 : value);
  }
  std::sort(q.begin(), q.end());
  double sum = 0;
  for (std::size_t i = 0; i < q.size(); ++i) {
    if (i > 0) {
      const double mean = sum / static_cast<double>(i);
      double nearest = q[i] + 1;
      for (const double image : {q[i], q[i] - 1})
        if (std::abs(image - mean) < std::abs(nearest - mean)) nearest = image;
      q[i] = nearest;
    }
    sum += q[i];
  }
  return sum / static_cast<double>(q.size());
}

// std::nearbyint rounds half to even in the default rounding mode.
std::vector<double> plane_numbers(const std::vector<double>& s, int m, double phase) {
  std::vector<double> n;
  for (const double x : s) n.push_back(std::nearbyint(m * x - phase));
  return n;
}

int period_of(const std::vector<double>& s) {
  std::vector<double> strength(largest_period + 1, 0);
  for (int m = 1; m <= largest_period; ++m) {
    std::complex<double> sum = 0;
    for (const double x : s) sum += std::polar(1.0, -2 * std::numbers::pi * m * x);
    strength[static_cast<std::size_t>(m)] = std::abs(sum);
  }
  std::vector<int> order(largest_period);
  std::iota(order.begin(), order.end(), 1);
  std::stable_sort(order.begin(), order.end(), [&](int i, int j) {
    return strength[static_cast<std::size_t>(i)] > strength[static_cast<std::size_t>(j)];
  });
  for (int i = 0; i < n_candidates; ++i) {
    const int m = order[static_cast<std::size_t>(i)];
    if (m == 1) continue;
    const std::vector<double> n = plane_numbers(s, m, phase_of(s, m));
    if (std::set<double>(n.begin(), n.end()).size() >= static_cast<std::size_t>(m)) return m;
  }
  return order[0] == 1 ? order[1] : order[0];
}

// Fits one axis; `deviation` receives |s - plane| / spacing of every atom.
AxisLattice fit_axis(const std::vector<double>& s, std::vector<double>& deviation) {
  AxisLattice axis;
  axis.period = period_of(s);
  axis.phase = phase_of(s, axis.period);
  std::set<double> sites;
  std::vector<double> site;
  for (const double n : plane_numbers(s, axis.period, axis.phase)) {
    site.push_back((n + axis.phase) / axis.period);
    sites.insert(site.back());
  }
  // With a single plane occupied there is no second one to measure the spacing by.
  axis.spacing = sites.size() > 1 ? *std::next(sites.begin()) - *sites.begin() : 1.0 / axis.period;
  deviation.clear();
  for (std::size_t i = 0; i < s.size(); ++i) deviation.push_back(std::abs(s[i] - site[i]) / axis.spacing);
  return axis;
}

double disorder_along(const std::array<std::vector<double>, 3>& delta, const std::array<double, 3>& u) {
  double sum = 0;
  for (std::size_t i = 0; i < delta[0].size(); ++i)
    sum += std::abs(delta[0][i] * u[0] + delta[1][i] * u[1] + delta[2][i] * u[2]);
  return sum / static_cast<double>(delta[0].size());
}

}  // namespace

LatticeDisorder lattice_disorder(const Structure& structure, Species species) {
  if (!structure.cell.has_volume()) throw InputError("the long-range-order measure needs a cell with a volume");
  std::array<std::vector<double>, 3> s;
  for (std::size_t i = 0; i < structure.size(); ++i) {
    if (structure.species[i] != species) continue;
    const Vector3 f = structure.cell.to_fractional(structure.positions.row(static_cast<Eigen::Index>(i)).transpose());
    for (std::size_t k = 0; k < 3; ++k) {
      const double x = f[static_cast<Eigen::Index>(k)] - std::floor(f[static_cast<Eigen::Index>(k)]);
      s[k].push_back(x >= 1 ? 0 : x);
    }
  }
  if (s[0].empty()) throw InputError("there is no " + species.name() + " in the structure");

  LatticeDisorder result{.species = species, .axes = {}};
  std::array<std::vector<double>, 3> delta;
  for (std::size_t k = 0; k < 3; ++k) result.axes[k] = fit_axis(s[k], delta[k]);
  result.along_a = disorder_along(delta, {1, 0, 0});
  result.along_b = disorder_along(delta, {0, 1, 0});
  result.along_c = disorder_along(delta, {0, 0, 1});
  result.minimum = std::numeric_limits<double>::infinity();
  for (int k = 0; k < n_directions; ++k) {
    const double y = 1 - 2 * k / static_cast<double>(n_directions - 1);
    const double theta = k * std::numbers::pi * (3 - std::sqrt(5.0));
    const double radius = std::sqrt(std::max(0.0, 1 - y * y));
    const double value = disorder_along(delta, {radius * std::cos(theta), y, radius * std::sin(theta)});
    result.maximum = std::max(result.maximum, value);
    result.minimum = std::min(result.minimum, value);
  }
  return result;
}

}  // namespace vitrion::structure
