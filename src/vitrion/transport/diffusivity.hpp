// A diffusion coefficient with its interval, or an upper bound where the run does not resolve it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vitrion/transport/msd.hpp"
#include "vitrion/transport/slope.hpp"

namespace vitrion::transport {

/// What is known of the motion beforehand, and what counts as resolved.
struct DiffusivityOptions {
  double hop_length = 3;        ///< Å, a: distance between neighbouring sites of the mobile ion
  int dimensions = 3;           ///< d in D = slope / (2 d)
  double beta_tolerance = 0.1;  ///< of the log-log slope, |beta - 1|, or two of its standard errors
  double beta_deviation = 0.2;  ///< largest standard error of beta
  double fewest_hops = 10;      ///< effective hops (He, Zhu, Epstein, Mo 2018, doi 10.1038/s41524-018-0074-y)
};

/// D = slope / (2 d) of the MSD, Å^2/fs, and whether the run shows it.
///
/// Resolved: the log-log slope beta obeys |beta - 1| <= max(0.1, 2 s_beta) with s_beta <= 0.2, at least 10 effective
/// hops happened (walkers * 2 d D * run length / a^2), the motion goes on (bounded_motion.hpp), and the 95 % interval
/// excludes zero. Otherwise only
/// `upper_bound` is an answer: the larger of the slope's upper 99.9 % limit (runs are unresolved because they happened
/// to show little: of these 95 % are to lie below) and the limit 3 a^2 / (2 d N t) of a run in which no hop happened.
/// Runs that just pass these tests are resolved because they happened to show much: the low end of their interval
/// allows for it (SlopeEstimate::low_end_above).
struct Diffusivity {
  bool resolved = false;
  SlopeEstimate estimate;      ///< in units of D, Å^2/fs
  Interval ci95;               ///< Å^2/fs; its low end is cut at 0
  double selection = 0;        ///< by which part of the value the low end allows for runs like this with less luck
  double upper_bound = 0;      ///< Å^2/fs, whether resolved or not; infinite where the run says nothing
  double effective_hops = 0;   ///< of all ions during the run
  double hop_uncertainty = 0;  ///< relative standard deviation of D by the rule of He et al. 2018 from those hops
  bool bounded = false;        ///< a run shows motion with bounds, see bounded_motion.hpp
  std::optional<LogSlope> beta;
  std::string reason;            ///< why it is not resolved; empty when it is
  double run_length = 0;         ///< fs, all runs together
  double needed_run_length = 0;  ///< fs that would resolve it if D were at the upper bound
  std::vector<SlopeFit> fits;    ///< one per run, for plots

  double value() const { return estimate.value; }
};

/// What is known of the walkers beyond their displacements.
struct WalkerKnowledge {
  std::size_t n_ions = 1;                  ///< ions that hop; the collective walker is one walker made of all of them
  std::vector<std::size_t> at_least = {};  ///< earliest onset allowed, frames, per run; empty: no limit
  bool search_onset = true;                ///< false: the fit begins at `at_least`
  bool known_diffusive = false;            ///< from elsewhere: an uncertain log-log slope is no reason to doubt it
  double heterogeneity = 0;                ///< relative variance of D from ions that differ, known from elsewhere
  std::optional<double> selection = {};    ///< Diffusivity::selection of what decided that there is a value
  double quantum = 0;                      ///< least counting noise of hops, see SlopeEstimate, Å^2/fs of slope
};

/// D of one species from one or several independent runs. Throws InputError when a run has fewer than 12 frames.
Diffusivity diffusivity(const std::vector<Displacements>& runs, const WalkerKnowledge& walkers,
                        const DiffusivityOptions& options = {});

}  // namespace vitrion::transport
