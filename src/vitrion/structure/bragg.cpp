#include "vitrion/structure/bragg.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numbers>

namespace vitrion::structure {
namespace {

constexpr double shortest_bragg = 1.2;       // 1/Å
constexpr double window = 0.3;               // 1/Å, to either side
constexpr std::size_t most_neighbours = 80;  // enough for a level; nearer ones share the slope of S(q)
constexpr std::size_t fewest_neighbours = 12;
constexpr double profile_width = 0.1;  // 1/Å
constexpr std::size_t fewest_of_species = 10;
constexpr double bragg_confidence = 0.999;  // of all waves together: a false peak keeps a glass from its verdict
constexpr double slow_confidence = 0.99;

// The chance that one of n may take for all together to keep to the confidence.
double chance_of_one(std::size_t n, double confidence) {
  return -std::expm1(std::log(confidence) / static_cast<double>(n));
}

struct Level {
  double value = 0;
  std::size_t n = 0;
};

// Of the neighbours of wave i in a list sorted by q: median / ln 2 is the mean of an exponential distribution.
Level level_around(const std::vector<const Wave*>& sorted, std::size_t i) {
  std::vector<double> near;
  std::size_t below = i, above = i + 1;
  while (near.size() < most_neighbours) {
    const double down = below > 0 ? sorted[i]->q - sorted[below - 1]->q : window;
    const double up = above < sorted.size() ? sorted[above]->q - sorted[i]->q : window;
    if (std::min(down, up) >= window) break;
    near.push_back(down <= up ? sorted[--below]->intensity : sorted[above++]->intensity);
  }
  if (near.size() < fewest_neighbours) return {};
  const auto middle = near.begin() + static_cast<std::ptrdiff_t>(near.size() / 2);
  std::nth_element(near.begin(), middle, near.end());
  return {*middle / std::numbers::ln2, near.size()};
}

// P(exponential / its level > x) = (1 + x / k)^-k with the level gamma distributed, as the median of n makes it.
double limit_over_level(std::size_t n_neighbours, double chance) {
  const double k = static_cast<double>(n_neighbours) * std::numbers::ln2 * std::numbers::ln2;
  return k * (std::pow(chance, -1 / k) - 1);
}

void add_to(Bragg::Profile& profile, std::int64_t& last_bin, const Wave& wave, double level, double limit) {
  const auto bin = static_cast<std::int64_t>(wave.q / profile_width);
  if (profile.q.empty() || bin != last_bin) {
    last_bin = bin;
    profile.q.push_back(wave.q);
    profile.strongest.push_back(wave.intensity);
    profile.level.push_back(level);
    profile.limit.push_back(limit);
  } else if (wave.intensity > profile.strongest.back()) {
    profile.q.back() = wave.q;
    profile.strongest.back() = wave.intensity;
    profile.level.back() = level;
    profile.limit.back() = limit;
  }
}

}  // namespace

Bragg find_bragg(const std::vector<Wave>& waves, std::size_t n_atoms) {
  std::vector<const Wave*> sorted;
  for (const Wave& w : waves) sorted.push_back(&w);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Wave* a, const Wave* b) { return a->q < b->q; });
  Bragg bragg;
  for (const Wave* w : sorted) bragg.n_vectors += w->q >= shortest_bragg ? 1 : 0;
  if (bragg.n_vectors == 0) return bragg;
  const double chance = chance_of_one(bragg.n_vectors, bragg_confidence);
  double most = 0, strongest = 0;
  std::int64_t last_bin = -1;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const Wave& wave = *sorted[i];
    if (wave.q < shortest_bragg) continue;
    const Level level = level_around(sorted, i);
    if (level.n == 0) continue;
    const double limit = limit_over_level(level.n, chance);
    // Between the peaks of a perfect lattice there is nothing.
    const double ratio = std::min(1e12, wave.intensity / std::max(level.value, 1e-12));
    add_to(bragg.profile, last_bin, wave, level.value, limit * level.value);
    // Of several that stand out, the most intense.
    const bool out = ratio > limit, was_out = most > 1;
    if (out && was_out ? wave.intensity <= strongest : ratio / limit <= most) continue;
    most = ratio / limit;
    strongest = wave.intensity;
    bragg.q = wave.q;
    bragg.hkl = wave.hkl;
    bragg.ordered = wave.intensity / static_cast<double>(n_atoms);
    bragg.over_shell = ratio;
    bragg.glass_limit = limit;
  }
  return bragg;
}

std::optional<SlowWave> find_slow_wave(const std::vector<Wave>& waves, const std::vector<Species>& species,
                                       const std::vector<std::size_t>& counts) {
  std::size_t n_slow = 0;
  for (const Wave& w : waves) n_slow += w.q < shortest_bragg ? 1 : 0;
  if (n_slow == 0) return {};
  const double limit = -std::log(chance_of_one(n_slow * (species.size() + 1), slow_confidence));
  std::optional<SlowWave> best;
  const auto look = [&](const std::string& of, double q, double intensity) {
    if (intensity > limit && (!best || intensity > best->intensity))
      best = {of, 2 * std::numbers::pi / q, intensity, limit};
  };
  for (const Wave& w : waves) {
    if (w.q >= shortest_bragg) continue;
    look("all atoms", w.q, w.intensity);
    for (std::size_t a = 0; species.size() > 1 && a < species.size(); ++a)
      if (counts[a] >= fewest_of_species) look(species[a].name(), w.q, w.by_species[a]);
  }
  return best;
}

}  // namespace vitrion::structure
