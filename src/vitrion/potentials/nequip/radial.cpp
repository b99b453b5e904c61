#include "vitrion/potentials/nequip/radial.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace vitrion::potentials::nequip {
namespace {

constexpr std::size_t order = 6;  // coefficients of a quintic spline that meet in an interval

struct Cutoff {
  double value, slope;
};

// f(u) = 1 - (p+1)(p+2)/2 u^p + p(p+2) u^(p+1) - p(p+1)/2 u^(p+2), u = r/R, and its derivative by r.
Cutoff polynomial_cutoff(double R, double p, double r) {
  const double u = r / R;
  if (u >= 1) return {0, 0};
  const double up = std::pow(u, p - 1);
  return {1 - up * u * ((p + 1) * (p + 2) / 2 - u * (p * (p + 2) - u * p * (p + 1) / 2)),
          -p * (p + 1) * (p + 2) / 2 * up * (1 - u) * (1 - u) / R};
}

// Basis functions of an interval at t in [0, 1], by looking up unit coefficients.
void basis(double t, double values[order]) {
  AlignedVector<double> unit(order * channel_pad<double>, 0.0);
  for (std::size_t k = 0; k < order; ++k) unit[k * channel_pad<double> + k] = 1;
  AlignedVector<double> row(channel_pad<double>);
  look_up<double>({unit.data(), 1, channel_pad<double>, 1.0}, &t, 1, row.data(), nullptr);
  std::copy_n(row.data(), order, values);
}

// Where the spline equals the function, in units of the step: the knots, and two midpoints at either end.
std::vector<double> collocation_points(std::size_t intervals) {
  std::vector<double> points;
  for (std::size_t k = 0; k <= intervals; ++k) {
    points.push_back(static_cast<double>(k));
    if (k < 2 || (k + 2 >= intervals && k < intervals)) points.push_back(static_cast<double>(k) + 0.5);
  }
  return points;
}

// Coefficients from values at the collocation points, in place; shape (intervals + 5, width).
//
// Elimination in a band without pivoting: collocation matrices of B-splines are totally positive (de Boor and Pinkus
// 1977, doi 10.1007/BF01389216).
void solve_collocation(const std::vector<double>& points, std::size_t intervals, std::size_t width,
                       AlignedVector<double>& values) {
  const std::size_t n = points.size();
  constexpr std::size_t band = order;
  std::vector<double> matrix(n * (2 * band + 1), 0.0);  // element (row, column) at column - row + band
  const auto at = [&](std::size_t row, std::size_t column) -> double& {
    return matrix[row * (2 * band + 1) + column + band - row];
  };
  for (std::size_t row = 0; row < n; ++row) {
    const std::size_t interval = std::min(static_cast<std::size_t>(points[row]), intervals - 1);
    double b[order];
    basis(points[row] - static_cast<double>(interval), b);
    for (std::size_t k = 0; k < order; ++k) at(row, interval + k) = b[k];
  }
  const auto subtract = [&](std::size_t row, std::size_t pivot, double factor) {
    for (std::size_t u = 0; u < width; ++u) values[row * width + u] -= factor * values[pivot * width + u];
  };
  for (std::size_t pivot = 0; pivot < n; ++pivot)
    for (std::size_t row = pivot + 1; row < std::min(n, pivot + band); ++row) {
      const double factor = at(row, pivot) / at(pivot, pivot);
      if (factor == 0) continue;
      for (std::size_t column = pivot; column < std::min(n, pivot + band); ++column)
        at(row, column) -= factor * at(pivot, column);
      subtract(row, pivot, factor);
    }
  for (std::size_t row = n; row-- > 0;) {
    for (std::size_t column = row + 1; column < std::min(n, row + band); ++column)
      if (at(row, column) != 0) subtract(row, column, at(row, column));
    for (std::size_t u = 0; u < width; ++u) values[row * width + u] /= at(row, row);
  }
}

double largest_difference(std::span<const double> a, std::span<const double> b) {
  double most = 0;
  for (std::size_t k = 0; k < a.size(); ++k) most = std::max(most, std::abs(a[k] - b[k]));
  return most;
}

}  // namespace

template <class T>
void embed(const Network<T>& network, double r, T* values, T* slopes) {
  const double R = network.r_max;
  const auto [f, df] = polynomial_cutoff(R, network.cutoff_p, r);
  std::fill(values, values + network.embedding_width, T(0));
  std::fill(slopes, slopes + network.embedding_width, T(0));
  for (std::size_t k = 0; k < network.bessel_frequencies.size(); ++k) {
    const double b = network.bessel_frequencies[k] / R, x = b * r;
    double wave = b, slope = 0;  // sin(b r)/r and its derivative, at r = 0
    if (std::abs(x) > 1e-4) {
      wave = std::sin(x) / r;
      slope = (b * std::cos(x) - wave) / r;
    } else if (x != 0) {
      wave = b * (1 - x * x / 6);
      slope = -b * b * x / 3;
    }
    values[k] = static_cast<T>(2 / R * wave * f);
    slopes[k] = static_cast<T>(2 / R * (slope * f + wave * df));
  }
}

template <class T>
void embed_by_frequency(const Network<T>& network, double r, double* values, double* slopes) {
  const double R = network.r_max;
  const auto [f, df] = polynomial_cutoff(R, network.cutoff_p, r);
  for (std::size_t k = 0; k < network.bessel_frequencies.size(); ++k) {
    const double b = network.bessel_frequencies[k] / R;
    values[k] = 2 / (R * R) * std::cos(b * r) * f;
    slopes[k] = 2 / (R * R) * (std::cos(b * r) * df - b * std::sin(b * r) * f);
  }
}

template <class T>
void evaluate_radial(const Network<T>& network, const RadialWeights<T>& weights, const double* r, std::size_t n,
                     T* values, T* slopes, RadialScratch<T>& scratch) {
  std::size_t width = network.embedding_width;
  for (const Matrix<T>& m : weights.matrices) width = std::max(width, m.rows);
  for (AlignedVector<T>& rows : scratch.rows) rows.resize(n * width);
  T *value = scratch.rows[0].data(), *slope = scratch.rows[1].data();
  T *next_value = scratch.rows[2].data(), *next_slope = scratch.rows[3].data();
  for (std::size_t e = 0; e < n; ++e)
    embed(network, r[e], value + e * network.embedding_width, slope + e * network.embedding_width);
  for (std::size_t k = 0; k + 1 < weights.matrices.size(); ++k) {
    const Matrix<T>& m = weights.matrices[k];
    multiply_rows(m, false, value, next_value, n, scratch.pointers);
    if (slopes) multiply_rows(m, false, slope, next_slope, n, scratch.pointers);
    silu_with_slope<T>(n * m.columns, next_value, slopes ? next_slope : nullptr);
    std::swap(value, next_value);
    std::swap(slope, next_slope);
  }
  multiply_rows(weights.matrices.back(), false, value, values, n, scratch.pointers);
  if (slopes) multiply_rows(weights.matrices.back(), false, slope, slopes, n, scratch.pointers);
}

namespace {

// Coefficients in double precision of splines that are fine enough; sets `intervals`.
AlignedVector<double> tabulate(const Network<double>& network, const RadialWeights<double>& weights, double tolerance,
                               std::size_t& intervals) {
  constexpr std::size_t coarsest = 32, finest = 4096;
  constexpr double shortest = 0.5;  // Å: atoms never come closer
  const std::size_t width = weights.matrices.back().columns;
  RadialScratch<double> scratch;
  AlignedVector<double> coefficients;
  for (intervals = coarsest;; intervals *= 2) {
    const double inverse_step = static_cast<double>(intervals) / network.r_max;
    const std::vector<double> points = collocation_points(intervals);
    std::vector<double> r;
    for (const double point : points) r.push_back(std::min(point / inverse_step, network.r_max));
    coefficients.resize(points.size() * width);
    evaluate_radial(network, weights, r.data(), r.size(), coefficients.data(), static_cast<double*>(nullptr), scratch);
    solve_collocation(points, intervals, width, coefficients);

    std::vector<double> between;
    for (std::size_t k = 0; k < intervals; ++k)
      for (const double t : {0.2, 0.5, 0.8})
        if (const double at = (static_cast<double>(k) + t) / inverse_step; at > shortest) between.push_back(at);
    AlignedVector<double> values(between.size() * width), exact(values.size()), tabulated(values.size());
    evaluate_radial(network, weights, between.data(), between.size(), values.data(), exact.data(), scratch);
    look_up<double>({coefficients.data(), intervals, width, inverse_step}, between.data(), between.size(),
                    values.data(), tabulated.data());
    const AlignedVector<double> zero(exact.size(), 0.0);
    if (largest_difference(exact, tabulated) <= tolerance * largest_difference(exact, zero) || intervals >= finest)
      return coefficients;
  }
}

}  // namespace

template <class T>
RadialTable<T>::RadialTable(const Network<double>& network, const RadialWeights<double>& weights, double tolerance) {
  const AlignedVector<double> coefficients = tabulate(network, weights, tolerance, intervals_);
  inverse_step_ = static_cast<double>(intervals_) / network.r_max;
  // Channels are padded otherwise here than in double precision.
  const std::size_t paths = weights.matrices.back().columns / network.channels, rows = intervals_ + order - 1;
  const std::size_t channels = padded<T>(network.features);
  width_ = paths * channels;
  coefficients_.assign(rows * width_, T(0));
  for (std::size_t block = 0; block < rows * paths; ++block)
    std::transform(coefficients.begin() + static_cast<std::ptrdiff_t>(block * network.channels),
                   coefficients.begin() + static_cast<std::ptrdiff_t>(block * network.channels + network.features),
                   coefficients_.begin() + static_cast<std::ptrdiff_t>(block * channels),
                   [](double c) { return static_cast<T>(c); });
}

template void embed(const Network<float>&, double, float*, float*);
template void embed(const Network<double>&, double, double*, double*);
template void embed_by_frequency(const Network<float>&, double, double*, double*);
template void embed_by_frequency(const Network<double>&, double, double*, double*);
template void evaluate_radial(const Network<float>&, const RadialWeights<float>&, const double*, std::size_t, float*,
                              float*, RadialScratch<float>&);
template void evaluate_radial(const Network<double>&, const RadialWeights<double>&, const double*, std::size_t, double*,
                              double*, RadialScratch<double>&);
template class RadialTable<float>;
template class RadialTable<double>;

}  // namespace vitrion::potentials::nequip
