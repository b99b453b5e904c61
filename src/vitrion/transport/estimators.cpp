#include "vitrion/transport/estimators.hpp"

#include <algorithm>
#include <cmath>

#include "vitrion/core/error.hpp"

namespace vitrion::transport {
namespace {

constexpr double first_lag_fs = 1000;
constexpr std::size_t number_of_lags = 200;

std::vector<std::size_t> lags_of(std::size_t n_ions, std::size_t n_frames, double timestep, const PymatgenOptions& o) {
  std::vector<std::size_t> lags;
  if (o.smoothing == Smoothing::constant) {
    for (std::size_t lag = 0; lag + o.n_origins < n_frames; ++lag) lags.push_back(lag);
  } else {
    const auto first = static_cast<std::size_t>(first_lag_fs / timestep);
    const std::size_t end = std::min(n_ions * n_frames / o.min_obs, n_frames);
    const std::size_t step = end > first ? std::max<std::size_t>((end - first) / number_of_lags, 1) : 1;
    for (std::size_t lag = std::max<std::size_t>(first, 1); lag < end; lag += step) lags.push_back(lag);
  }
  if (lags.size() < 2) throw InputError("the run is too short for this estimator of pymatgen");
  return lags;
}

double line_slope(const std::vector<std::size_t>& lags, const std::vector<double>& y, double timestep, bool weighted) {
  double w_sum = 0, x_sum = 0, y_sum = 0, xx = 0, xy = 0;
  const auto weight = [&](double x) { return weighted ? 1 / x : 1.0; };
  for (std::size_t i = 0; i < lags.size(); ++i) {
    const double x = static_cast<double>(lags[i]) * timestep, w = weight(x);
    w_sum += w;
    x_sum += w * x;
    y_sum += w * y[i];
  }
  for (std::size_t i = 0; i < lags.size(); ++i) {
    const double x = static_cast<double>(lags[i]) * timestep, w = weight(x);
    xx += w * (x - x_sum / w_sum) * (x - x_sum / w_sum);
    xy += w * (x - x_sum / w_sum) * (y[i] - y_sum / w_sum);
  }
  return xy / xx;
}

}  // namespace

PymatgenEstimate pymatgen_estimate(const std::vector<double>& paths, std::size_t n_ions, double timestep,
                                   const PymatgenOptions& options) {
  const std::size_t n_frames = paths.size() / (3 * n_ions);
  PymatgenEstimate result;
  result.lags = lags_of(n_ions, n_frames, timestep, options);
  const auto ions = static_cast<double>(n_ions);
  for (std::size_t lag : result.lags) {
    const std::size_t origins = options.smoothing == Smoothing::constant ? options.n_origins : n_frames - lag;
    double self = 0, together = 0;
    for (std::size_t t = 0; t < origins; ++t)
      for (std::size_t k = 0; k < 3; ++k) {
        double sum = 0;
        for (std::size_t i = 0; i < n_ions; ++i) {
          const double* x = paths.data() + (3 * i + k) * n_frames;
          const double moved = x[t + lag] - x[t];
          self += moved * moved;
          sum += moved;
        }
        together += sum * sum;
      }
    result.msd.push_back(self / (ions * static_cast<double>(origins)));
    result.mscd.push_back(together / (ions * static_cast<double>(origins)));
  }
  const bool weighted = options.smoothing == Smoothing::max && options.weighted;
  result.diffusivity = line_slope(result.lags, result.msd, timestep, weighted) / 6;
  result.charge_diffusivity = line_slope(result.lags, result.mscd, timestep, weighted) / 6;
  return result;
}

}  // namespace vitrion::transport
