#include "transport/msd_covariance.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace vitrion::transport {
namespace {

/// Overlapping origins carry 3/2 of the information of non-overlapping ones (Qian, Sheetz, Elson 1991,
/// doi 10.1016/S0006-3495(91)82125-7).
double samples(const Displacements& d, std::size_t lag) {
  const double overlap = lag > 1 ? 1.5 : 1.0;
  return std::max(1.0, overlap * d.independent(lag));
}

}  // namespace

MsdCovariance msd_covariance(const Displacements& displacements, const LinearMsd& model, double dimensions,
                             const std::vector<std::size_t>& lags) {
  const auto onset = static_cast<long>(model.onset), n_frames = static_cast<long>(displacements.n_frames);
  const auto k = static_cast<Eigen::Index>(lags.size());
  // The part of the MSD that does not grow, at lags below the onset; the intercept from there on.
  std::vector<double> rest(static_cast<std::size_t>(onset), 0.0);
  for (std::size_t lag = 1; lag < rest.size(); ++lag)
    rest[lag] = displacements.total[lag] - model.slope * static_cast<double>(lag);
  const auto bounded = [&](long lag) {
    lag = std::labs(lag);
    return lag < onset ? rest[static_cast<std::size_t>(lag)] : model.intercept;
  };

  MsdCovariance result{Eigen::MatrixXd(k, k), Eigen::MatrixXd(k, k), Eigen::MatrixXd(k, k)};
  for (Eigen::Index a = 0; a < k; ++a)
    for (Eigen::Index b = a; b < k; ++b) {
      const auto m = static_cast<long>(lags[static_cast<std::size_t>(a)]);
      const auto n = static_cast<long>(lags[static_cast<std::size_t>(b)]);
      const long n_m = n_frames - m, n_n = n_frames - n;
      double sum_bounded = 0, sum_mixed = 0, sum_free = 0;
      const long first = std::max(-n - onset, 1 - n_m), last = std::min(m + onset, n_n - 1);
      for (long l = first; l <= last; ++l) {
        const auto pairs = static_cast<double>(std::min(n_m, n_n - l) - std::max(0L, -l));
        if (pairs <= 0) continue;
        const double walk = static_cast<double>(std::max(0L, std::min(m, l + n) - std::max(0L, l)));
        const double cage = 0.5 * (bounded(l + n) + bounded(l - m) - bounded(l) - bounded(l + n - m));
        sum_bounded += pairs * cage * cage;
        sum_mixed += pairs * 2 * cage * walk;
        sum_free += pairs * walk * walk;
      }
      const double scale = 2 / (dimensions * static_cast<double>(displacements.n_walkers) * static_cast<double>(n_m) *
                                static_cast<double>(n_n));
      result.bounded(a, b) = result.bounded(b, a) = scale * sum_bounded;
      result.mixed(a, b) = result.mixed(b, a) = scale * sum_mixed;
      result.free(a, b) = result.free(b, a) = scale * sum_free;
    }
  return result;
}

double effective_dimensions(const Displacements& displacements, const DisplacementMoments& moments) {
  const double trace = moments.second.trace();
  if (!(trace > 0)) return 3;
  const double noise = (10.0 / 9.0) / samples(displacements, moments.lag);
  const double ratio = moments.second.squaredNorm() / (trace * trace);
  const bool one_axis = ratio > 1 - 1e-12;
  return one_axis ? 1 : 1 / std::clamp(ratio - noise, 1.0 / 3.0, 1.0);
}

FourthMoment excess_fourth_moment(const Displacements& displacements, const DisplacementMoments& moments,
                                  double dimensions) {
  const double trace = moments.second.trace(), square = trace * trace, d = dimensions;
  const auto lag = static_cast<double>(moments.lag);
  // Squares of noisy moments are too large by their variance.
  const double noise = (2 / d) * (d + 2) * square / samples(displacements, moments.lag);
  const double overlap = moments.lag > 1 ? 2.5 : 1.0;  // of the fourth powers of overlapping windows
  const double independent = std::max(1.0, overlap * displacements.independent(moments.lag));
  return {(moments.fourth - square - 2 * moments.second.squaredNorm() + noise) / lag,
          std::sqrt(8 * (d + 2) / (d * d * d * independent)) * square / lag};
}

}  // namespace vitrion::transport
