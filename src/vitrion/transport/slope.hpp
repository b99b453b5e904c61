// The slope of an MSD in its diffusive regime: where the regime begins, the slope, its distribution.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "vitrion/transport/msd.hpp"
#include "vitrion/transport/msd_covariance.hpp"

namespace vitrion::transport {

/// Two ends of an interval.
struct Interval {
  double low = 0, high = 0;
};

/// An estimate of a slope s, Å^2/fs, with the variance it would have at any true slope:
/// bounded + mixed * s + free * s^2 (vibration; vibration times walk and hop counting; the walk itself).
struct SlopeEstimate {
  double value = 0;
  double bounded = 0, mixed = 0, free = 0;
  double quantum = 0;    ///< part of `mixed` that comes from hops, Å^2/fs: variance per slope, as of Poisson counts
  double between = 0;    ///< variance of the mean from differences between replicas, (Å^2/fs)^2
  double drift = 0;      ///< Å^2/fs that the slope may still lose at later onsets, see fit_diffusive_slope
  double inflation = 1;  ///< of the deviation, where `between` is known from few replicas only

  /// Variance if `slope` were the truth.
  double variance(double slope) const;
  /// Of the estimate itself, `drift` included.
  double deviation() const;
  /// Degrees of freedom of the chi-square with the same relative variance.
  double freedom() const;
  /// P(estimate <= x | true slope): gamma-shaped (Pearson III). A mean square is chi-square distributed and a count
  /// of hops Poisson; both skewnesses are kept, a normal would miss more often on one side.
  double probability(double x, double slope) const;
  /// Central confidence interval by inversion of `probability`: low may be negative. Twice `drift` (which is taken
  /// for a standard error) is added in quadrature below, once above.
  Interval interval(double confidence = 0.95) const;
  /// Low end of the interval among estimates of `threshold` or more, where smaller ones are not called a value: the
  /// slope that gives an estimate as large as this one with (1 - confidence)/2 of the probability to pass the
  /// threshold at all (Fithian, Sun, Taylor 2014, arXiv:1410.2597). Not below the 99.8 % interval, nor below a
  /// tenth of the low end of `interval`, which it is where the threshold is far.
  double low_end_above(double threshold, double confidence = 0.95) const;
};

/// The straight line through an MSD from the onset of diffusion on.
struct SlopeFit {
  LinearMsd line;            ///< in frames
  std::size_t last_lag = 0;  ///< longest lag of the fit, frames
  SlopeEstimate slope;       ///< Å^2/fs
  double dimensions = 3;     ///< effective number of axes
  double heterogeneity = 0;  ///< relative variance of the slope from walkers that differ; part of `slope.free`
};

/// Generalised least squares of intercept + slope * lag with the covariance of `msd_covariance` iterated to the fitted
/// line, on a dozen or two of lags from `onset` to 32 times the onset (or the time the walk needs to cover the
/// intercept), at most half the run. The intercept is what bounded vibration (or the ballistic start) adds; because it
/// is fitted, it does not bias the slope. `onset` in frames; `quantum` (Å^2/fs, see SlopeEstimate) is a lower limit
/// where it is known from elsewhere. Throws InputError when there are fewer than 3 lags.
///
/// The variance is that of the model (independent Gaussian walkers, and hops where their quanta show) corrected by what
/// the run itself shows (RiseScatter), the two-way clustered variance of Cameron, Gelbach and Miller (2011, doi
/// 10.1198/jbes.2010.07136) in parts: walkers that differ more than the model allows (some trapped, some mobile) add
/// the difference; parts of the run that differ more than independent walkers would (they hop together) multiply it.
SlopeFit fit_slope(const Displacements& displacements, std::size_t onset, double quantum = 0);

/// The slope from the onset, of 1, 2, 4, ... times `at_least` frames, that is known best, its drift included.
///
/// Onsets earlier than the first whose slope agrees with that of every later one within their errors (Lepski 1991, doi
/// 10.1137/1135065) are not considered. Where motion is diffusive in the end, an MSD of reversible dynamics is concave:
/// its slope falls towards the limit. Ions that hop back, or leave an empty site that calls them back, let it fall over
/// several octaves. What the slope lost over the last octave before an onset, and over the octave before that, tells
/// what it may still lose (Aitken 1926, doi 10.1017/S0370164600022070): drift = d r/(1 - r), r the ratio of the two
/// losses, 1/2 where it is unknown. The onset chosen has the least variance + drift^2; or it is the first of those
/// considered where `at_least` is known to lie in the diffusive regime, for every choice by noisy data is a bias. Where
/// the bend is seen down to the chosen onset, half of the drift is taken off the slope.
enum class OnsetSearch { best, first };
SlopeFit fit_diffusive_slope(const Displacements& displacements, std::size_t at_least, double quantum = 0,
                             OnsetSearch search = OnsetSearch::best);

/// One slope of several independent runs: weighted by their variances, which are all taken at the common slope (weights
/// by each run's own estimate would favour the small ones), plus the variance between runs that they do not explain
/// (DerSimonian and Laird 1986, doi 10.1016/0197-2456(86)90046-2) with Student's t for its few degrees of freedom.
SlopeEstimate combine(const std::vector<SlopeEstimate>& runs);

/// Lag, frames, at which the MSD reaches `msd` (Å^2), at most 1/64 of the run, or 1/32 where hops stand out: below it
/// an ion may still be rattling in its cage or be called back by the site it left, too little to be seen and enough to
/// bias a slope. At half a hop length squared a later onset costs nothing: the count of hops then scatters as much as
/// the walk between them.
std::size_t onset_floor(const Displacements& displacements, double msd);

/// Frames in which the walk covers the intercept.
double cage_time(const SlopeFit& fit);
inline constexpr double walk_over_cage = 4;  ///< what `log_slope` asks of the walk at the longest lag, in intercepts

/// d ln(MSD - intercept) / d ln(lag) by generalised least squares, and its standard error: 1 in the diffusive regime.
struct LogSlope {
  double value = 0, deviation = 0;
};
/// Over lags from the onset, and from where the walk is twice the intercept, up to half the run. Nothing when the walk
/// does not become four times the intercept there: the run is too short to tell diffusion from a slow cage.
std::optional<LogSlope> log_slope(const Displacements& displacements, const SlopeFit& fit);

/// Factor of the variance from walkers that move together: what parts of the run show, at a lag that leaves many.
double moving_together(const Displacements& displacements, std::size_t onset);

}  // namespace vitrion::transport
