#include "vitrion/transport/bounded_motion.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <functional>

#include "vitrion/transport/distributions.hpp"
#include "vitrion/transport/least_squares.hpp"

namespace vitrion::transport {
namespace {

constexpr int rounds = 3;              // of the covariance to the curve
constexpr double slowest = 8;          // bounded motion relaxes in at most this part of the run
constexpr double step_of_times = 1.4;  // between the relaxation times tried
constexpr std::size_t fewest_octaves = 3;

/// What an MSD grows along, 0 at lag 0; lag in frames.
using Shape = std::function<double(double)>;

/// Octaves of lags from the onset to half the run.
std::vector<std::size_t> octaves(const Displacements& d, std::size_t onset) {
  std::vector<std::size_t> lags;
  for (std::size_t lag = d.longest_lag(); lag >= onset && lag > 0; lag /= 2) lags.insert(lags.begin(), lag);
  return lags;
}

double log_normal_density(const Eigen::VectorXd& residual, const Eigen::MatrixXd& covariance) {
  const Eigen::LDLT<Eigen::MatrixXd> solver(covariance);
  return -0.5 * residual.dot(solver.solve(residual)) - 0.5 * solver.vectorD().array().max(1e-300).log().sum();
}

/// Log likelihood of the best intercept + amplitude * shape.
double log_likelihood(const Displacements& d, const SlopeFit& fit, const std::vector<std::size_t>& lags,
                      const Shape& shape) {
  const Eigen::VectorXd y = values_at(d.total, lags), rise = as_numbers(lags).unaryExpr(shape);
  const double together = moving_together(d, fit.line.onset), last = static_cast<double>(y.size()) - 1;
  const double rest = std::max(0.0, fit.line.intercept);
  Eigen::Vector2d curve{rest, (y[static_cast<Eigen::Index>(last)] - rest) / rise[static_cast<Eigen::Index>(last)]};
  Eigen::MatrixXd covariance;
  std::vector<double> msd(2 * d.n_frames);
  for (int i = 0; i < rounds; ++i) {
    for (std::size_t lag = 1; lag < msd.size(); ++lag)
      msd[lag] =
          lag < fit.line.onset ? d.total[lag] : std::max(0.0, curve[0]) + curve[1] * shape(static_cast<double>(lag));
    covariance = together * curve_covariance(d, msd, fit.dimensions, lags);
    const LineFit line = generalised_least_squares(rise, y, covariance);
    if (!(line.coefficients[1] > 0)) break;
    curve = line.coefficients;
  }
  const Eigen::VectorXd model = (curve[1] * rise).array() + curve[0];
  return log_normal_density(y - model, covariance + fit.heterogeneity * model * model.transpose());
}

}  // namespace

double probability_of_end(const Displacements& displacements, const SlopeFit& fit) {
  const std::size_t longest = displacements.longest_lag();
  const double lag = static_cast<double>(longest), mean = fit.line.intercept + fit.line.slope * lag;
  if (!(fit.line.slope > 0) || !(mean > 0)) return 1;
  const MsdCovariance covariance = msd_covariance(displacements, fit.line, fit.dimensions, {longest});
  const double walk = covariance.at(fit.line.slope)(0, 0) * moving_together(displacements, fit.line.onset);
  const double line = lag * displacements.timestep * fit.slope.deviation();
  const double deviation = std::sqrt(walk + line * line + fit.heterogeneity * mean * mean);
  return pearson3_cdf(displacements.total[longest], mean, deviation, 2 * deviation / mean);
}

double evidence_of_walk(const Displacements& displacements, const SlopeFit& fit) {
  const std::vector<std::size_t> lags = octaves(displacements, fit.line.onset);
  if (lags.size() < fewest_octaves) return INFINITY;
  const double walk = log_likelihood(displacements, fit, lags, [](double lag) { return lag; });
  double bounded = -INFINITY;
  const double earliest = std::max(1.0, 0.5 * static_cast<double>(fit.line.onset));
  for (double time = static_cast<double>(displacements.n_frames) / slowest; time > earliest; time /= step_of_times)
    bounded = std::max(bounded, log_likelihood(displacements, fit, lags,
                                               [time](double lag) { return time * (1 - std::exp(-lag / time)); }));
  return walk - bounded;
}

}  // namespace vitrion::transport
