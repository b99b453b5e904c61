// The first peak of a pair distribution and the minimum behind it, robust against split peaks and noise.
#include <algorithm>
#include <cmath>

#include "vitrion/structure/rdf.hpp"

namespace vitrion::structure {
namespace {

constexpr double shell_smoothing = 0.15;   // Å: joins sub-peaks of one shell, keeps shells apart
constexpr double valley_smoothing = 0.04;  // Å: one noisy bin must not decide where the minimum lies
constexpr double least_drop = 0.15;        // of the peak's height
constexpr double noise_factor = 3;

std::vector<double> smooth(const std::vector<double>& g, double sigma_bins) {
  const int reach = std::max(1, static_cast<int>(std::ceil(4 * sigma_bins)));
  const int n = static_cast<int>(g.size());
  std::vector<double> out(g.size());
  for (int i = 0; i < n; ++i) {
    double sum = 0, weights = 0;
    for (int j = std::max(0, i - reach); j <= std::min(n - 1, i + reach); ++j) {
      const double w = std::exp(-0.5 * std::pow((i - j) / sigma_bins, 2));
      sum += w * g[static_cast<std::size_t>(j)];
      weights += w;
    }
    out[static_cast<std::size_t>(i)] = sum / weights;
  }
  return out;
}

// Counting noise of the smoothed curve. Each bin counts as if it held at least what the smoothed curve says: an empty
// bin among full ones is no proof of emptiness.
std::vector<double> noise_of(const PairDistribution& pair, const std::vector<double>& smoothed, double sigma_bins) {
  const int reach = std::max(1, static_cast<int>(std::ceil(4 * sigma_bins)));
  const int n = static_cast<int>(pair.g.size());
  std::vector<double> out(pair.g.size());
  for (int i = 0; i < n; ++i) {
    double variance = 0, weights = 0;
    for (int j = std::max(0, i - reach); j <= std::min(n - 1, i + reach); ++j) {
      const auto at = static_cast<std::size_t>(j);
      const double w = std::exp(-0.5 * std::pow((i - j) / sigma_bins, 2));
      variance += w * w * std::max(pair.g[at], smoothed[at]) / pair.ideal[at];
      weights += w;
    }
    out[static_cast<std::size_t>(i)] = std::sqrt(variance) / weights;
  }
  return out;
}

// The first peak at or after `begin` that is followed by a drop of at least `needed(peak)`; the end when there is none.
template <class Needed>
std::size_t next_peak(const std::vector<double>& s, std::size_t begin, std::size_t end, const Needed& needed) {
  std::size_t highest = begin;
  for (std::size_t i = begin; i < end; ++i) {
    if (s[i] > s[highest]) highest = i;
    if (s[highest] > 0 && s[highest] - s[i] >= needed(highest)) return highest;
  }
  return end;
}

// From a peak onwards: where the curve has risen again by what makes a peak stand out; the end when it never does.
template <class Needed>
std::size_t rise_after(const std::vector<double>& s, std::size_t peak, std::size_t end, const Needed& needed) {
  std::size_t lowest = peak;
  for (std::size_t i = peak; i < end; ++i) {
    if (s[i] < s[lowest]) lowest = i;
    if (s[i] - s[lowest] >= needed(i)) return i;
  }
  return end;
}

// The lowest place; of a flat valley (as where g = 0) the middle.
std::size_t valley(const std::vector<double>& g, std::size_t begin, std::size_t end) {
  const auto at = [&](std::size_t k) { return g.begin() + static_cast<std::ptrdiff_t>(k); };
  const double lowest = *std::min_element(at(begin), at(end));
  const std::size_t first = static_cast<std::size_t>(
      std::find_if(at(begin), at(end), [&](double v) { return v <= lowest + 1e-12; }) - g.begin());
  std::size_t last = first;
  while (last + 1 < end && g[last + 1] <= lowest + 1e-12) ++last;
  return (first + last) / 2;
}

}  // namespace

std::optional<FirstShell> find_first_shell(const PairDistribution& pair) {
  const std::size_t n = pair.g.size();
  if (n < 3) return std::nullopt;
  const double sigma = shell_smoothing / pair.bin_width();
  const std::vector<double> coarse = smooth(pair.g, sigma);
  const std::vector<double> fine = smooth(pair.g, valley_smoothing / pair.bin_width());
  const std::vector<double> noise = noise_of(pair, coarse, sigma);
  const auto needed = [&](std::size_t k) { return std::max(least_drop * coarse[k], noise_factor * noise[k]); };
  const std::size_t coarse_peak = next_peak(coarse, 0, n, needed);
  if (coarse_peak == n) return std::nullopt;
  const std::size_t behind = rise_after(coarse, coarse_peak, n, needed);
  // Without a second shell in range the valley may still be falling: then there is no minimum to name.
  const std::size_t low = valley(fine, coarse_peak, std::max(behind, coarse_peak + 1));
  const bool has_minimum = behind < n || (low + 2 < n && fine[low] < 1e-12);

  FirstShell shell;
  const std::size_t end = has_minimum ? low + 1 : n;
  const std::size_t peak = static_cast<std::size_t>(
      std::max_element(fine.begin(), fine.begin() + static_cast<std::ptrdiff_t>(end)) - fine.begin());
  shell.peak = pair.r[peak];
  shell.height = pair.g[peak];
  if (has_minimum) {
    shell.minimum = pair.r[low] + pair.bin_width() / 2;
    shell.minimum_height = pair.g[low];
    shell.coordination = pair.coordination[low];
  }
  return shell;
}

}  // namespace vitrion::structure
