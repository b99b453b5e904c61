#include "vitrion/transport/diffusivity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "vitrion/core/error.hpp"
#include "vitrion/transport/bounded_motion.hpp"

namespace vitrion::transport {
namespace {

// Runs are unresolved because their estimate came out small: for the bound to hold in 95 % of those it must be that of
// a higher confidence.
constexpr double bound_confidence = 0.998;
// Where motion is known to be diffusive only those are refused a value whose estimate came out wrong by much.
constexpr double bound_confidence_of_outliers = 0.99998;
constexpr double least_likely_end = 2e-4;  // probability to refuse a walk
constexpr double least_evidence = -2;      // of a walk against bounded motion: of two walkers 0.8 % are refused
constexpr std::size_t many_walkers = 24;   // whose MSD scatters so little that its end tells enough
constexpr double most_over_observed = 10;  // a bound above ten times the fastest mean displacement seen says nothing
constexpr std::size_t fewest_frames = 12;  // onset 1 and a fit of its slope, and one later onset to compare with

SlopeEstimate scaled(SlopeEstimate s, double factor) {
  s.value *= factor;
  s.bounded *= factor * factor;
  s.mixed *= factor;
  s.quantum *= factor;
  s.between *= factor * factor;
  s.drift *= factor;
  return s;
}

std::optional<LogSlope> combined_beta(const std::vector<Displacements>& runs, const std::vector<SlopeFit>& fits) {
  double sum = 0, weights = 0;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const std::optional<LogSlope> beta = log_slope(runs[r], fits[r]);
    if (!beta) continue;
    const double weight = 1 / (beta->deviation * beta->deviation);
    sum += weight * beta->value;
    weights += weight;
  }
  if (weights == 0) return {};
  return LogSlope{sum / weights, 1 / std::sqrt(weights)};
}

/// Does one of the runs show that the motion has bounds?
bool looks_bounded(const std::vector<Displacements>& runs, const std::vector<SlopeFit>& fits) {
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const double end = probability_of_end(runs[r], fits[r]);
    if (static_cast<double>(runs.size()) * end < least_likely_end) return true;
    const bool few = runs[r].n_walkers > 1 && runs[r].n_walkers < many_walkers;
    if (few && end < 0.5 && evidence_of_walk(runs[r], fits[r]) < least_evidence) return true;
  }
  return false;
}

/// The least D, Å^2/fs, that is called a value in runs like these: the hops asked for, and a walk that clears the
/// intercept.
double least_resolved(const Diffusivity& d, const std::vector<Displacements>& runs, double per_hop, double two_d,
                      const DiffusivityOptions& options) {
  double clears = 0;
  for (std::size_t r = 0; r < runs.size(); ++r)
    clears = std::max(clears, walk_over_cage * std::abs(d.fits[r].line.intercept) /
                                  (static_cast<double>(runs[r].longest_lag()) * runs[r].timestep * two_d));
  return std::max(clears, options.fewest_hops * per_hop);
}

std::string why_not(const Diffusivity& d, bool known_diffusive, const DiffusivityOptions& options) {
  if (!(d.ci95.low > 0)) return "the slope of the MSD is not distinguishable from zero";
  if (d.effective_hops < options.fewest_hops)
    return fmt::format("only {:.1f} effective hops happened ({:.0f} are needed)", d.effective_hops,
                       options.fewest_hops);
  if (d.bounded && !known_diffusive)
    return "the motion does not go on: the MSD falls behind a line as that of bounded motion does";
  if (known_diffusive && (!d.beta || d.beta->deviation > options.beta_deviation)) return {};
  if (!d.beta) return "the MSD does not rise far enough above the vibration within half the run";
  if (d.beta->deviation > options.beta_deviation)
    return fmt::format("the log-log slope of the MSD is too uncertain ({:.2f} +- {:.2f})", d.beta->value,
                       d.beta->deviation);
  if (std::abs(d.beta->value - 1) > std::max(options.beta_tolerance, 2 * d.beta->deviation))
    return fmt::format("the motion is not diffusive: the log-log slope of the MSD is {:.2f} +- {:.2f}, not 1",
                       d.beta->value, d.beta->deviation);
  return {};
}

/// The upper bound; infinite where the run gives none.
double bound_of(const Diffusivity& d, const std::vector<Displacements>& runs, double no_hop, double two_d,
                double confidence) {
  double fastest = 0;  // MSD / time of any lag, Å^2/fs
  for (const Displacements& run : runs)
    for (std::size_t lag = 1; lag <= run.longest_lag(); ++lag)
      fastest = std::max(fastest, run.total[lag] / (run.timestep * static_cast<double>(lag)));
  const double high = d.estimate.interval(confidence).high;
  return high <= std::max(most_over_observed * fastest / two_d, no_hop) ? std::max(high, no_hop) : INFINITY;
}

/// fs in which what is missing would be there, if D were at its upper bound: 10 hops; a slope known to half its value;
/// a walk that clears the cage within half the run; a log-log slope known well enough. Errors fall as 1/sqrt(length).
double needed_length(const Diffusivity& d, const std::vector<Displacements>& runs, double hops_per_time,
                     const DiffusivityOptions& options) {
  if (!std::isfinite(d.upper_bound)) return INFINITY;
  double needed = options.fewest_hops / hops_per_time;
  if (!(d.ci95.low > 0))
    needed = std::max(needed, d.run_length * std::pow(2 * d.estimate.deviation() / d.upper_bound, 2));
  if (d.beta) needed = std::max(needed, d.run_length * std::pow(d.beta->deviation / options.beta_deviation, 2));
  const SlopeFit& fit = d.fits.front();
  if (!d.beta && fit.line.slope > 0)
    needed =
        std::max(needed, d.run_length * cage_time(fit) * walk_over_cage / static_cast<double>(runs[0].longest_lag()));
  return needed;
}

}  // namespace

Diffusivity diffusivity(const std::vector<Displacements>& runs, const WalkerKnowledge& walkers,
                        const DiffusivityOptions& options) {
  Diffusivity result;
  const double a2 = options.hop_length * options.hop_length, two_d = 2.0 * options.dimensions;
  std::vector<SlopeEstimate> slopes;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    if (runs[r].n_frames < fewest_frames)
      throw InputError(fmt::format("{} frames are too few for a diffusion coefficient", runs[r].n_frames),
                       fmt::format("Give at least {}; a hundred and more are sensible.", fewest_frames));
    const std::size_t first =
        std::max(onset_floor(runs[r], a2 / 2), walkers.at_least.empty() ? 1 : walkers.at_least[r]);
    const OnsetSearch search = walkers.known_diffusive ? OnsetSearch::first : OnsetSearch::best;
    result.fits.push_back(walkers.search_onset ? fit_diffusive_slope(runs[r], first, walkers.quantum, search)
                                               : fit_slope(runs[r], walkers.at_least.at(r), walkers.quantum));
    result.fits.back().slope.free += walkers.heterogeneity;
    slopes.push_back(result.fits.back().slope);
    result.run_length += runs[r].timestep * static_cast<double>(runs[r].n_frames - 1);
  }
  result.estimate = scaled(combine(slopes), 1 / two_d);
  const Interval interval = result.estimate.interval();
  const auto ions = static_cast<double>(walkers.n_ions);
  result.ci95 = {std::max(0.0, interval.low), std::max(0.0, interval.high)};
  result.upper_bound = bound_of(result, runs, 3 * a2 / (two_d * ions * result.run_length), two_d,
                                walkers.known_diffusive ? bound_confidence_of_outliers : bound_confidence);
  result.effective_hops = std::max(0.0, ions * two_d * result.value() * result.run_length / a2);
  result.hop_uncertainty = result.effective_hops > 0 ? 3.43 / std::sqrt(result.effective_hops) + 0.04 : INFINITY;
  result.beta = combined_beta(runs, result.fits);
  result.bounded = looks_bounded(runs, result.fits);
  result.reason = why_not(result, walkers.known_diffusive, options);
  result.resolved = result.reason.empty();
  if (result.resolved) {
    const double least = least_resolved(result, runs, a2 / (two_d * ions * result.run_length), two_d, options);
    result.selection =
        walkers.selection.value_or((result.ci95.low - result.estimate.low_end_above(least)) / result.value());
    result.ci95.low = std::max(result.ci95.low - result.selection * result.value(), result.ci95.low / 10);
  }
  result.needed_run_length = needed_length(result, runs, two_d * ions * result.upper_bound / a2, options);
  return result;
}

}  // namespace vitrion::transport
