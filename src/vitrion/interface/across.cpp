#include "vitrion/interface/across.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "vitrion/core/parallel.hpp"

namespace vitrion::interface {
namespace {

constexpr std::size_t shortest_part = 16;    // a lag is at most this part of the run
constexpr double disagreement = 2;           // standard errors of a difference between lags
constexpr double sure_of_difference = 0.35;  // of ln D: a later lag known worse tells nothing of this one
constexpr double discretisation = 0.2;  // of ln D: what bins of finite width make of D at lags of many passes
constexpr std::size_t between_lags = 4;
constexpr double confidence_of_bound = 0.999;  // see docs: runs are unresolved because they happened to show little

std::vector<std::size_t> lags_to_try(std::size_t n_frames, std::size_t shortest) {
  std::vector<std::size_t> lags;
  const std::size_t longest = std::max<std::size_t>(shortest, n_frames / shortest_part);
  for (std::size_t lag = std::max<std::size_t>(1, shortest); lag <= longest; lag *= between_lags)
    lags.push_back(lag);
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
  Scatter scatter;
};

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
    const double share = 1 / fit.flux[g] / sum.resistance;
    if (sum.influence.value.empty()) sum.influence = PieceSums(fit.influence[g].n_ions, fit.influence[g].n_parts);
    for (std::size_t i = 0; i < sum.influence.value.size(); ++i)
      sum.influence.value[i] += share * fit.influence[g].value[i];
    fair += 1 / fit.flux[g] / (1 + scatter_of(fit.influence[g]).variance);
  }
  sum.scatter = scatter_of(sum.influence);
  sum.resistance = fair;
  sum.diffusivity = integral / fair;
  return sum;
}

double error_of_difference(const Sum& a, const Sum& b) {
  PieceSums d(a.influence.n_ions, a.influence.n_parts);
  for (std::size_t i = 0; i < d.value.size(); ++i) d.value[i] = a.influence.value[i] - b.influence.value[i];
  return std::sqrt(scatter_of(d).variance);
}

// The shortest lag that all later ones agree with (Lepski 1991, doi 10.1137/1135065).
std::size_t choose_lag(const std::vector<Sum>& sums, bool& settled) {
  for (std::size_t k = 0; k < sums.size(); ++k) {
    bool agree = true, seen = false;
    for (std::size_t later = k + 1; later < sums.size() && agree; ++later) {
      if (!(sums[later].diffusivity > 0)) continue;
      const double error = error_of_difference(sums[k], sums[later]);
      agree = std::abs(std::log(sums[k].diffusivity / sums[later].diffusivity)) <= discretisation + disagreement * error;
      seen = seen || error < sure_of_difference;
    }
    if (agree) {
      settled = seen;
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

Across collect(const std::vector<TransitionFit>& fits, const std::vector<std::size_t>& gaps,
               const std::vector<double>& occupation, const Nodes& nodes, const AcrossOptions& options,
               double frames) {
  Across a;
  a.passes = INFINITY;
  for (const std::size_t g : gaps) a.passes = std::min(a.passes, fits.front().passes[g]);
  Measured& d = a.diffusivity;
  std::vector<Sum> sums;
  for (const TransitionFit& fit : fits) {
    if (!fit.converged && !sums.empty()) break;
    sums.push_back(sum_of(fit, gaps, occupation, nodes));
    const Sum& s = sums.back();
    if (s.diffusivity > 0)
      a.lags.push_back(
          {fit.lag, s.diffusivity, interval_of_rate(s.diffusivity, s.scatter.variance, s.scatter.freedom)});
  }
  const bool empty = std::any_of(gaps.begin(), gaps.end(), [&](std::size_t g) { return !(occupation[g] > 0); });
  const std::size_t k = sums.front().diffusivity > 0 ? choose_lag(sums, a.settled) : 0;
  const Sum& s = sums[k];
  a.lag = fits[k].lag;
  a.resistance = s.resistance;
  d.upper_bound = bound_of(fits[k], gaps, occupation, nodes, frames);
  if (s.diffusivity > 0) {
    // Where short lags disagree, what the next one still changes is taken for a standard error.
    const bool bent = k > 0 && k + 1 < sums.size() && sums[k + 1].diffusivity > 0;
    const double bend = bent ? std::log(sums[k + 1].diffusivity / s.diffusivity) : 0;
    d.value = s.diffusivity;
    d.events = 1 / s.scatter.variance;
    d.ci95 = interval_of_rate(d.value, s.scatter.variance + bend * bend, s.scatter.freedom);
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
  std::vector<TransitionFit> fits;
  for (const std::size_t lag : lags_to_try(paths.n_frames, options.shortest_lag))
    fits.push_back(fit_transitions(labels, nodes, lag, session));

  const double frames = static_cast<double>(paths.n_frames - 1);
  const auto take = [&](const std::vector<std::size_t>& gaps) {
    return collect(fits, gaps, result.occupation, nodes, options, frames);
  };
  for (std::size_t g = 0; g < nodes.n_gaps(); ++g) {
    result.gaps.push_back(take({g}));
    result.coarsest_step =
        std::max(result.coarsest_step,
                 std::sqrt(2 * diffusivity_of_gap(fits.front(), result.occupation, nodes, g)) / nodes.width(g));
  }
  for (std::size_t r = 0; r < partition.regions.size(); ++r) {
    const std::size_t n = partition.regions[r].ranges.size();
    std::vector<std::vector<std::size_t>> of_range(n);
    std::vector<std::size_t> all;
    for (std::size_t g = 0; g < nodes.n_gaps(); ++g) {
      if (result.nodes.place[g].region != r) continue;
      of_range[result.nodes.place[g].range].push_back(g);
      all.push_back(g);
    }
    result.regions.push_back(take(all));
    result.ranges.emplace_back();
    for (const auto& gaps : of_range) result.ranges.back().push_back(take(gaps));
  }
  return result;
}

}  // namespace vitrion::interface
