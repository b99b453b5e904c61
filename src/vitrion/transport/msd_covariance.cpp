#include "vitrion/transport/msd_covariance.hpp"

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
  // Symmetric tables over l = -reach .. reach: the part of the MSD that does not grow, and |l|.
  const long longest = static_cast<long>(*std::max_element(lags.begin(), lags.end()));
  const long reach = 2 * longest + onset;
  std::vector<double> rest(static_cast<std::size_t>(2 * reach + 1)), distance(rest.size());
  for (long l = -reach; l <= reach; ++l) {
    const long lag = std::labs(l);
    const auto i = static_cast<std::size_t>(l + reach), frames = static_cast<std::size_t>(lag);
    distance[i] = static_cast<double>(lag);
    rest[i] = lag == 0       ? 0
              : lag >= onset ? model.intercept
                             : displacements.total[frames] - model.slope * static_cast<double>(lag);
  }
  const double *v = rest.data() + reach, *w = distance.data() + reach;

  MsdCovariance result{Eigen::MatrixXd(k, k), Eigen::MatrixXd(k, k), Eigen::MatrixXd(k, k)};
  for (Eigen::Index a = 0; a < k; ++a)
    for (Eigen::Index b = a; b < k; ++b) {
      const auto m = static_cast<long>(lags[static_cast<std::size_t>(a)]);
      const auto n = static_cast<long>(lags[static_cast<std::size_t>(b)]);
      const long n_m = n_frames - m, n_n = n_frames - n;
      const auto origins_m = static_cast<double>(n_m), origins_n = static_cast<double>(n_n);
      const long first = std::max(-n - onset, 1 - n_m), last = std::min(m + onset, n_n - 1);
      double sum_bounded = 0, sum_mixed = 0, sum_free = 0;
#pragma omp simd reduction(+ : sum_bounded, sum_mixed, sum_free)
      for (long l = first; l <= last; ++l) {
        const auto shift = static_cast<double>(l);
        const double pairs = std::min(origins_m, origins_n - shift) - std::max(0.0, -shift);
        const double walk = 0.5 * (w[l + n] + w[l - m] - w[l] - w[l + n - m]);
        const double cage = 0.5 * (v[l + n] + v[l - m] - v[l] - v[l + n - m]);
        sum_bounded += pairs * cage * cage;
        sum_mixed += pairs * 2 * cage * walk;
        sum_free += pairs * walk * walk;
      }
      const double scale = 2 / (dimensions * static_cast<double>(displacements.n_walkers) * origins_m * origins_n);
      result.bounded(a, b) = result.bounded(b, a) = scale * sum_bounded;
      result.mixed(a, b) = result.mixed(b, a) = scale * sum_mixed;
      result.free(a, b) = result.free(b, a) = scale * sum_free;
    }
  return result;
}

Eigen::MatrixXd curve_covariance(const Displacements& displacements, const std::vector<double>& msd, double dimensions,
                                 const std::vector<std::size_t>& lags) {
  const long n_frames = static_cast<long>(displacements.n_frames);
  const auto k = static_cast<Eigen::Index>(lags.size());
  // Symmetric over l = -reach .. reach.
  const long reach = 2 * n_frames - 1;
  std::vector<double> both(static_cast<std::size_t>(2 * reach + 1));
  for (long l = -reach; l <= reach; ++l)
    both[static_cast<std::size_t>(l + reach)] = msd.at(static_cast<std::size_t>(std::labs(l)));
  const double* at = both.data() + reach;
  Eigen::MatrixXd result(k, k);
  for (Eigen::Index a = 0; a < k; ++a)
    for (Eigen::Index b = a; b < k; ++b) {
      const auto m = static_cast<long>(lags[static_cast<std::size_t>(a)]);
      const auto n = static_cast<long>(lags[static_cast<std::size_t>(b)]);
      const auto origins_m = static_cast<double>(n_frames - m), origins_n = static_cast<double>(n_frames - n);
      double sum = 0;
#pragma omp simd reduction(+ : sum)
      for (long l = 1 - (n_frames - m); l < n_frames - n; ++l) {
        const auto shift = static_cast<double>(l);
        const double pairs = std::min(origins_m, origins_n - shift) - std::max(0.0, -shift);
        const double c = 0.5 * (at[l + n] + at[l - m] - at[l] - at[l + n - m]);
        sum += pairs * c * c;
      }
      const auto walkers = static_cast<double>(displacements.n_walkers);
      result(a, b) = result(b, a) = 2 * sum / (dimensions * walkers * origins_m * origins_n);
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
