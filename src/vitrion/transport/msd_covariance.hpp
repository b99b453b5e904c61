// How far overlapping MSD estimates scatter, and how they scatter together.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "vitrion/transport/msd.hpp"

namespace vitrion::transport {

/// MSD(k) = intercept + slope * k for lags k >= onset (frames), Å^2 and Å^2/frame; as observed below the onset.
struct LinearMsd {
  std::size_t onset = 1;
  double intercept = 0, slope = 0;
};

/// Covariance of the MSD estimates at a few lags as a quadratic function of the slope s (Å^2/frame):
/// bounded + mixed * s + free * s^2, shape (n_lags, n_lags), Å^4.
struct MsdCovariance {
  Eigen::MatrixXd bounded, mixed, free;
  Eigen::MatrixXd at(double slope) const { return bounded + slope * mixed + slope * slope * free; }
};

/// Covariance of all-origin MSD estimates of Gaussian walkers with the given MSD, without approximation.
///
/// The displacements over [i, i+m] and [j, j+n] of motion with stationary increments have the covariance
///   C(l) = [M(|l+n|) + M(|l-m|) - M(|l|) - M(|l+n-m|)] / 2,   l = j - i,   M the MSD,
/// and squares of Gaussians have twice its square (Isserlis 1918), so
///   cov[MSD(m), MSD(n)] = 2 / (d n_walkers N_m N_n) sum_l w(l) C(l)^2,
/// N_m = n_frames - m origins, w(l) pairs of origins l apart, d = `dimensions` the effective number of axes. It holds
/// for walk plus bounded motion alike (Bullerjahn, von Bülow, Hummer 2020, doi 10.1063/5.0008312). McCluskey et al.
/// 2024 (doi 10.1021/acs.jctc.4c01249) use var_i N_i / N_j with N the number of non-overlapping windows, which gives
/// the variance of long lags 3/2 of its value: overlapping origins are worth more than non-overlapping ones.
MsdCovariance msd_covariance(const Displacements& displacements, const LinearMsd& model, double dimensions,
                             const std::vector<std::size_t>& lags);

/// The same for any MSD, given at lags 0 to 2 n_frames - 1: shape (n_lags, n_lags), Å^4. Sums over all pairs of
/// origins.
Eigen::MatrixXd curve_covariance(const Displacements& displacements, const std::vector<double>& msd, double dimensions,
                                 const std::vector<std::size_t>& lags);

/// Effective number of axes at a lag, 1 to 3: (trace C)^2 / trace(C^2) of the second moments, corrected for the noise
/// of the moments themselves.
double effective_dimensions(const Displacements& displacements, const DisplacementMoments& moments);

/// Excess of <r^4> over that of a Gaussian with the same second moments, per frame, Å^4/frame (the rate of the fourth
/// cumulant): hops, which come in quanta, make estimates of D scatter by it on top of `msd_covariance`. For hops of
/// length a at rate g it is g a^4. `deviation` is the standard error it has where there are no hops (Mardia 1970,
/// doi 10.1093/biomet/57.3.519).
struct FourthMoment {
  double value = 0, deviation = 0;
};
FourthMoment excess_fourth_moment(const Displacements& displacements, const DisplacementMoments& moments,
                                  double dimensions);

}  // namespace vitrion::transport
