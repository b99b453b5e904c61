#include "vitrion/interface/turns.hpp"

#include <algorithm>
#include <cmath>

#include "vitrion/core/parallel.hpp"

namespace vitrion::interface {
namespace {

constexpr int most_turn_steps = 50;
constexpr double settled_turns = 1e-9;
constexpr double farthest_factor = 4;  // of ln x

struct Arrivals {
  std::size_t node, way;
  double odds;  // of going on, without memory
};

double chance(double log_factor, double odds) {
  const double o = std::exp(log_factor) * odds;
  return o / (1 + o);
}

}  // namespace

Turns count_turns(const LabelPaths& paths, const Nodes& nodes) {
  Turns turns{paths.n_ions, parts_of(paths.n_frames), nodes.size(), {}, {}};
  turns.went_on.assign(2 * nodes.size() * turns.n_ions * turns.n_parts, 0);
  turns.came = turns.went_on;
  const std::size_t n = nodes.size();
  parallel_for(paths.n_ions, [&](std::size_t ion) {
    const std::uint8_t* label = paths.of(ion);
    int way = -1;  // by which the ion came to the node it is at: 0 from below, 1 from above; -1: not known
    for (std::size_t t = 1; t < paths.n_frames; ++t) {
      if (label[t] == label[t - 1]) continue;
      const std::size_t part = (t - 1) * turns.n_parts / (paths.n_frames - 1);
      const std::size_t up = (label[t] + n - label[t - 1]) % n;
      const bool rises = nodes.periodic() ? 2 * up <= n : label[t] > label[t - 1];
      for (std::size_t node = label[t - 1]; node != label[t]; node = rises ? nodes.after(node) : (node + n - 1) % n) {
        if (way >= 0) {
          const std::size_t i = turns.index(node, static_cast<std::size_t>(way), ion, part);
          ++turns.came[i];
          turns.went_on[i] += rises == (way == 0) ? 1.0F : 0.0F;
        }
        way = rises ? 0 : 1;
      }
    }
  });
  return turns;
}

Correlation correlation_of(const Turns& turns, const TransitionFit& fit, const Nodes& nodes,
                           const std::vector<std::size_t>& gaps) {
  std::vector<Arrivals> arrivals;
  const auto has = [&](std::size_t gap) { return std::find(gaps.begin(), gaps.end(), gap) != gaps.end(); };
  for (std::size_t node = 0; node < nodes.size(); ++node) {
    if (!nodes.periodic() && (node == 0 || node + 1 == nodes.size())) continue;
    const std::size_t below = (node + nodes.size() - 1) % nodes.size(), above = node;
    if ((!has(below) && !has(above)) || !(fit.flux[below] > 0) || !(fit.flux[above] > 0)) continue;
    arrivals.push_back({node, 0, fit.flux[above] / fit.flux[below]});
    arrivals.push_back({node, 1, fit.flux[below] / fit.flux[above]});
  }
  const auto sum = [&](const std::vector<float>& of, const Arrivals& a) {
    const auto first = of.begin() + static_cast<std::ptrdiff_t>(turns.index(a.node, a.way, 0, 0));
    double all = 0;
    for (auto i = first; i != first + static_cast<std::ptrdiff_t>(turns.n_ions * turns.n_parts); ++i)
      all += static_cast<double>(*i);
    return all;
  };
  Correlation c;
  c.influence = PieceSums(turns.n_ions, turns.n_parts);
  std::vector<double> came, went_on;
  for (const Arrivals& a : arrivals) {
    came.push_back(sum(turns.came, a));
    went_on.push_back(sum(turns.went_on, a));
    c.arrivals += came.back();
  }
  // One of each is added: with few arrivals all may go on, or none.
  double information = 0;
  for (int step = 0; step < most_turn_steps; ++step) {
    double score = 1 - 2 * chance(c.log_factor, 1);
    information = 2 * chance(c.log_factor, 1) * (1 - chance(c.log_factor, 1));
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
      const double p = chance(c.log_factor, arrivals[i].odds);
      score += went_on[i] - came[i] * p;
      information += came[i] * p * (1 - p);
    }
    const double moved = std::clamp(score / information, -1.0, 1.0);
    c.log_factor = std::clamp(c.log_factor + moved, -farthest_factor, farthest_factor);
    if (std::abs(moved) < settled_turns) break;
  }
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    const double p = chance(c.log_factor, arrivals[i].odds);
    for (std::size_t ion = 0; ion < turns.n_ions; ++ion)
      for (std::size_t part = 0; part < turns.n_parts; ++part) {
        const std::size_t k = turns.index(arrivals[i].node, arrivals[i].way, ion, part);
        c.influence.at(ion, part) +=
            (static_cast<double>(turns.went_on[k]) - static_cast<double>(turns.came[k]) * p) / information;
      }
  }
  c.variance = std::max(scatter_of(c.influence).variance, 1 / information * (c.arrivals > 0 ? 0.25 : 1));
  return c;
}

}  // namespace vitrion::interface
