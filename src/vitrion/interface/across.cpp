#include "vitrion/interface/across.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "vitrion/core/parallel.hpp"
#include "vitrion/interface/turns.hpp"

namespace vitrion::interface {
namespace {

constexpr std::size_t shortest_part = 8;  // a lag is at most this part of the run
constexpr double disagreement = 2;        // standard errors of a difference between lags
constexpr double discretization = 0.25;   // of ln D: what bins of finite width add to D at lags of many passes
constexpr double least_between = 0.05;    // of ln x, between regions
constexpr std::size_t between_lags = 2;
constexpr double confidence_of_bound = 0.999;  // see docs: runs are unresolved because they happened to show little

std::vector<std::size_t> lags_to_try(std::size_t n_frames, std::size_t shortest) {
  std::vector<std::size_t> lags;
  const std::size_t longest = std::max<std::size_t>(shortest, n_frames / shortest_part);
  for (std::size_t lag = std::max<std::size_t>(1, shortest); lag <= longest; lag *= between_lags) lags.push_back(lag);
  return lags;
}

std::vector<double> occupation_of(const NormalPaths& paths, const Nodes& nodes) {
  std::vector<std::size_t> counts(nodes.n_gaps(), 0);
  parallel_for(paths.n_ions, [&](std::size_t ion) {
    std::vector<double> z(paths.n_frames);
    paths.read(ion, z.data());
    std::vector<std::size_t> own(nodes.n_gaps(), 0);
    const auto n = static_cast<std::int64_t>(nodes.size()), gaps = static_cast<std::int64_t>(nodes.n_gaps());
    for (const double x : z) {
      const std::int64_t node = nodes.below(x);
      const std::int64_t gap = nodes.periodic() ? ((node % n) + n) % n : std::clamp<std::int64_t>(node, 0, gaps - 1);
      ++own[static_cast<std::size_t>(gap)];
    }
#pragma omp critical(vitrion_interface_occupation)
    for (std::size_t g = 0; g < own.size(); ++g) counts[g] += own[g];
  });
  std::vector<double> mean;
  for (const std::size_t c : counts) mean.push_back(static_cast<double>(c) / static_cast<double>(paths.n_frames));
  return mean;
}

LabelPaths labels_of(const NormalPaths& paths, const Nodes& nodes, const std::vector<double>& reach) {
  LabelPaths labels{paths.n_ions, paths.n_frames, nodes.size(), {}, {}};
  labels.label.resize(paths.n_ions * paths.n_frames);
  parallel_for(paths.n_ions, [&](std::size_t ion) {
    std::vector<double> z(paths.n_frames);
    paths.read(ion, z.data());
    label_path(z.data(), paths.n_frames, nodes, reach, labels.label.data() + ion * paths.n_frames);
  });
  labels.count_carriers();
  return labels;
}

// Å^2 a frame; rho is even inside a gap.
double diffusivity_of_gap(const TransitionFit& fit, const std::vector<double>& occupation, const Nodes& nodes,
                          std::size_t gap) {
  return occupation[gap] > 0 ? fit.flux[gap] * nodes.width(gap) * nodes.width(gap) / occupation[gap] : 0;
}

// Reach of every node by the walk's own steps, mean of the gaps beside it.
std::vector<double> reach_of(const TransitionFit& fit, const std::vector<double>& occupation, const Nodes& nodes) {
  constexpr double largest = 0.25;  // of a gap
  std::vector<double> reach(nodes.size(), 0.0);
  for (std::size_t g = 0; g < nodes.n_gaps(); ++g) {
    const double step = std::sqrt(2 * diffusivity_of_gap(fit, occupation, nodes, g));
    for (const std::size_t node : {g, nodes.after(g)})
      reach[node] += 0.5 * std::min(late * step, largest * nodes.width(g));
  }
  return reach;
}

/// Everything about a set of gaps at one lag.
struct Sum {
  double diffusivity = 0, resistance = 0;
  PieceSums influence{0, 0};  // of ln D
  double variance = 0, freedom = 1;
};

void add(PieceSums& sum, double factor, const PieceSums& other) {
  if (sum.value.empty()) sum = PieceSums(other.n_ions, other.n_parts);
  if (sum.value.size() != other.value.size()) return;
  for (std::size_t i = 0; i < sum.value.size(); ++i) sum.value[i] += factor * other.value[i];
}

// r = sum of 1/flux. A mean of 1/n is larger than 1 over the mean of n, by the relative variance: taken off.
Sum sum_of(const TransitionFit& fit, const std::vector<std::size_t>& gaps, const std::vector<double>& occupation,
           const Nodes& nodes) {
  Sum sum;
  double integral = 0;
  for (const std::size_t g : gaps) {
    integral += occupation[g] > 0 ? nodes.width(g) * nodes.width(g) / occupation[g] : INFINITY;
    sum.resistance += fit.flux[g] > 0 ? 1 / fit.flux[g] : INFINITY;
  }
  if (!std::isfinite(sum.resistance) || !std::isfinite(integral)) {
    sum.resistance = INFINITY;
    return sum;
  }
  double fair = 0;
  for (const std::size_t g : gaps) {
    add(sum.influence, 1 / fit.flux[g] / sum.resistance, fit.influence[g]);
    fair += 1 / fit.flux[g] / (1 + scatter_of(fit.influence[g]).variance);
  }
  const Scatter scatter = scatter_of(sum.influence);
  sum.variance = scatter.variance;
  sum.freedom = scatter.freedom;
  sum.resistance = fair;
  sum.diffusivity = integral / fair;
  return sum;
}

/// The factor of a set of gaps, drawn to that of all gaps as far as the regions do not differ (DerSimonian and Laird
/// 1986, doi 10.1016/0197-2456(86)90046-2).
struct Memory {
  Correlation all;
  double between = 0;  // variance of ln x between regions
};

Memory memory_of(const Turns& turns, const TransitionFit& fit, const Nodes& nodes,
                 const std::vector<std::vector<std::size_t>>& regions) {
  Memory memory;
  std::vector<std::size_t> every(nodes.n_gaps());
  std::iota(every.begin(), every.end(), std::size_t{0});
  memory.all = correlation_of(turns, fit, nodes, every);
  double weights = 0, squares = 0, mean = 0, q = 0, n = 0;
  std::vector<Correlation> own;
  for (const auto& gaps : regions) {
    own.push_back(correlation_of(turns, fit, nodes, gaps));
    if (!(own.back().arrivals > 0)) continue;
    const double w = 1 / own.back().variance;
    weights += w;
    squares += w * w;
    mean += w * own.back().log_factor;
    ++n;
  }
  if (n < 2) return memory;
  mean /= weights;
  for (const Correlation& c : own)
    if (c.arrivals > 0) q += (c.log_factor - mean) * (c.log_factor - mean) / c.variance;
  memory.between = std::max(0.0, (q - (n - 1)) / (weights - squares / weights));
  return memory;
}

void correct(Sum& sum, const Memory& memory, const Correlation& own) {
  if (!(sum.diffusivity > 0)) return;
  // Some difference between regions is always there, more than can be seen.
  const double between = memory.between + least_between * least_between;
  const double share = own.arrivals > 0 ? between / (between + own.variance) : 0;
  const double log_factor = share * own.log_factor + (1 - share) * memory.all.log_factor;
  sum.diffusivity *= std::exp(log_factor);
  sum.resistance *= std::exp(-log_factor);
  add(sum.influence, share, own.influence);
  add(sum.influence, 1 - share, memory.all.influence);
  const Scatter scatter = scatter_of(sum.influence);
  sum.variance = scatter.variance + (1 - share) * (1 - share) * between;
  sum.freedom = scatter.freedom;
}

double error_of_difference(const Sum& a, const Sum& b) {
  PieceSums d(a.influence.n_ions, a.influence.n_parts);
  for (std::size_t i = 0; i < d.value.size(); ++i) d.value[i] = a.influence.value[i] - b.influence.value[i];
  return std::sqrt(scatter_of(d).variance);
}

// The shortest lag that all later ones agree with (Lepski 1991, doi 10.1137/1135065).
std::size_t choose_lag(const std::vector<Sum>& sums, bool& settled) {
  for (std::size_t k = 0; k < sums.size(); ++k) {
    bool agree = sums[k].diffusivity > 0;
    for (std::size_t later = k + 1; later < sums.size() && agree; ++later) {
      if (!(sums[later].diffusivity > 0)) continue;
      const double error = disagreement * error_of_difference(sums[k], sums[later]);
      const double rise = std::log(sums[later].diffusivity / sums[k].diffusivity);
      agree = rise > -error && rise < discretization + error;
    }
    if (agree) {
      settled = k == 0 || k + 1 < sums.size();
      return k;
    }
  }
  settled = false;
  return sums.size() - 1;
}

// Upper limit of the flux through a gap, from the passes seen and how they come in bursts.
double upper_flux(const TransitionFit& fit, std::size_t gap, double frames) {
  const double seen = fit.passes[gap];
  if (!(seen > 0) || !(fit.flux[gap] > 0)) return interval_of_rate(0.5 / frames, 1, 1e9, 0.998).high;
  const Scatter s = scatter_of(fit.influence[gap]);
  return upper_limit_of_rate(std::max(fit.flux[gap], 0.5 * seen / frames), std::max(s.variance, 1 / seen), s.freedom,
                             confidence_of_bound);
}

double bound_of(const TransitionFit& fit, const std::vector<std::size_t>& gaps, const std::vector<double>& occupation,
                const Nodes& nodes, double frames) {
  double integral = 0, least = 0;
  for (const std::size_t g : gaps) {
    if (!(occupation[g] > 0)) return INFINITY;
    integral += nodes.width(g) * nodes.width(g) / occupation[g];
    least += 1 / upper_flux(fit, g, frames);
  }
  return integral / least;
}

/// All that is known before regions are looked at.
struct Evidence {
  std::vector<TransitionFit> fits;  // at rising lags
  Turns turns;
  Memory memory;
  std::vector<double> occupation;
  double frames = 0;
};

// Frames between two passes of an ion in these gaps.
double dwell_of(const Evidence& e, const std::vector<std::size_t>& gaps) {
  double ions = 0, passes = 0;
  for (const std::size_t g : gaps) {
    ions += e.occupation[g];
    passes += e.fits.front().passes[g];
  }
  return passes > 0 ? ions * e.frames / passes : INFINITY;
}

// Passes one by one with their memory; at lags of one pass or more the lag holds it.
std::vector<Sum> sums_of(const Evidence& e, const std::vector<std::size_t>& gaps, const Nodes& nodes, Across& a) {
  std::vector<Sum> sums;
  const double dwell = dwell_of(e, gaps);
  for (const TransitionFit& fit : e.fits) {
    const bool first = sums.empty();
    if (!first && (!fit.converged || static_cast<double>(fit.lag) < dwell)) continue;
    Sum s = sum_of(fit, gaps, e.occupation, nodes);
    if (first) {
      const Correlation own = correlation_of(e.turns, fit, nodes, gaps);
      correct(s, e.memory, own);
    }
    if (s.diffusivity > 0)
      a.lags.push_back({fit.lag, s.diffusivity, interval_of_rate(s.diffusivity, s.variance, s.freedom)});
    else if (!first)
      continue;
    sums.push_back(std::move(s));
  }
  return sums;
}

Across collect(const Evidence& e, const std::vector<std::size_t>& gaps, const Nodes& nodes,
               const AcrossOptions& options) {
  Across a;
  a.passes = INFINITY;
  for (const std::size_t g : gaps) a.passes = std::min(a.passes, e.fits.front().passes[g]);
  Measured& d = a.diffusivity;
  const std::vector<Sum> sums = sums_of(e, gaps, nodes, a);
  const bool empty = std::any_of(gaps.begin(), gaps.end(), [&](std::size_t g) { return !(e.occupation[g] > 0); });
  const std::size_t k = sums.front().diffusivity > 0 ? choose_lag(sums, a.settled) : 0;
  const Sum& s = sums[k];
  a.lag = a.lags.empty() ? e.fits.front().lag : a.lags[k].lag;
  a.resistance = s.resistance;
  // Without the factor of turning back, which is below 1.
  d.upper_bound = bound_of(e.fits.front(), gaps, e.occupation, nodes, e.frames);
  if (s.diffusivity > 0) {
    // Where short lags disagree, what the next one still changes is taken for a standard error.
    const double bend = k > 0 && k + 1 < sums.size() ? std::log(sums[k + 1].diffusivity / s.diffusivity) : 0;
    d.value = s.diffusivity;
    d.events = 1 / s.variance;
    d.ci95 = interval_of_rate(d.value, s.variance + bend * bend, s.freedom);
    d.upper_bound = std::max(d.upper_bound, upper_limit_of_rate(d.value, s.variance, s.freedom, confidence_of_bound));
  }
  if (empty)
    d.reason = "a part of it holds no ion";
  else if (!(s.diffusivity > 0))
    d.reason = "no ion passed a part of it";
  else if (d.events < options.fewest_events)
    d.reason = fmt::format("{:.1f} effective passes, fewer than {:g}", d.events, options.fewest_events);
  else if (!a.settled)
    d.reason = "it depends on the lag to the longest one";
  d.resolved = d.reason.empty();
  return a;
}

}  // namespace

AcrossResult measure_across(const NormalPaths& paths, const Partition& partition, const AcrossOptions& options,
                            const Session& session) {
  AcrossResult result;
  result.nodes = nodes_of(partition, options.spacing);
  const Nodes& nodes = result.nodes.nodes;
  result.occupation = occupation_of(paths, nodes);
  std::vector<double> reach(nodes.size(), 0.0);
  LabelPaths labels = labels_of(paths, nodes, reach);
  reach = reach_of(fit_transitions(labels, nodes, 1, session), result.occupation, nodes);
  labels = labels_of(paths, nodes, reach);
  Evidence e;
  for (const std::size_t lag : lags_to_try(paths.n_frames, options.shortest_lag))
    e.fits.push_back(fit_transitions(labels, nodes, lag, session));
  e.turns = count_turns(labels, nodes);
  e.occupation = result.occupation;
  e.frames = static_cast<double>(paths.n_frames - 1);

  std::vector<std::vector<std::size_t>> of_region(partition.regions.size());
  std::vector<std::vector<std::vector<std::size_t>>> of_range(partition.regions.size());
  for (std::size_t r = 0; r < partition.regions.size(); ++r) of_range[r].resize(partition.regions[r].ranges.size());
  for (std::size_t g = 0; g < nodes.n_gaps(); ++g) {
    of_region[result.nodes.place[g].region].push_back(g);
    of_range[result.nodes.place[g].region][result.nodes.place[g].range].push_back(g);
  }
  e.memory = memory_of(e.turns, e.fits.front(), nodes, of_region);
  const auto take = [&](const std::vector<std::size_t>& gaps) { return collect(e, gaps, nodes, options); };
  for (std::size_t g = 0; g < nodes.n_gaps(); ++g) {
    result.gaps.push_back(take({g}));
    result.coarsest_step =
        std::max(result.coarsest_step,
                 std::sqrt(2 * diffusivity_of_gap(e.fits.front(), result.occupation, nodes, g)) / nodes.width(g));
  }
  for (std::size_t r = 0; r < partition.regions.size(); ++r) {
    result.regions.push_back(take(of_region[r]));
    result.ranges.emplace_back();
    for (const auto& gaps : of_range[r]) result.ranges.back().push_back(take(gaps));
  }
  return result;
}

}  // namespace vitrion::interface
