#include "vitrion/structure/rdf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "vitrion/core/error.hpp"
#include "vitrion/core/memory.hpp"
#include "vitrion/neighbors/neighborhoods.hpp"

namespace vitrion::structure {
namespace {

constexpr double most_bins = 1e6;

double shell_volume(double low, double high) {
  return 4 * std::numbers::pi / 3 * (high * high * high - low * low * low);
}

}  // namespace

double PairDistribution::coordination_within(double radius) const {
  if (r.empty() || radius <= 0) return 0;
  const double bins = radius / bin_width();
  const auto whole = static_cast<std::size_t>(std::floor(bins + 1e-9));
  if (whole >= r.size()) return coordination.back();
  const double before = whole == 0 ? 0 : coordination[whole - 1];
  return before + (bins - static_cast<double>(whole)) * (coordination[whole] - before);
}

const PairDistribution& RadialDistributions::of(Species center, Species neighbor) const {
  for (const PairDistribution& pair : pairs)
    if (pair.center == center && pair.neighbor == neighbor) return pair;
  throw InputError("there is no pair " + center.name() + "-" + neighbor.name() + " in these frames",
                   "They hold " + join_names(species));
}

void RdfAccumulator::start(const Structure& frame) {
  species_ = distinct_species(frame);
  counts_.assign(species_.size(), 0);
  for (const Species& s : frame.species)
    ++counts_[static_cast<std::size_t>(std::find(species_.begin(), species_.end(), s) - species_.begin())];
  if (!(options_.bin_width > 0)) throw InputError("the bin width of g(r) must be positive (Å)");
  r_max_ = options_.r_max > 0 ? options_.r_max : frame.cell.heights().minCoeff() / 2;
  const double pairs_of_species = static_cast<double>(species_.size() * species_.size());
  const std::string what = fmt::format("g(r) up to {:g} Å in bins of {:g} Å", r_max_, options_.bin_width);
  if (r_max_ / options_.bin_width > most_bins)
    throw InputError(what + " has more than a million bins", "Give a smaller --rmax or a larger --bin.");
  demand_memory(4 * sizeof(double) * pairs_of_species * r_max_ / options_.bin_width, {}, what);
  const auto n_bins = static_cast<std::size_t>(std::floor(r_max_ / options_.bin_width + 1e-9));
  if (n_bins < 2)
    throw InputError(fmt::format("g(r) up to {:.2f} Å has no two bins of {} Å", r_max_, options_.bin_width));
  r_max_ = static_cast<double>(n_bins) * options_.bin_width;
  weighted_.assign(species_.size() * species_.size() * n_bins, 0);
  counted_.assign(weighted_.size(), 0);
  half_cell_ = frame.cell.heights().minCoeff() / 2;
}

std::vector<int> RdfAccumulator::species_rows(const Structure& frame) const {
  std::vector<int> types;
  std::vector<std::size_t> counts(species_.size(), 0);
  for (const Species& s : frame.species) {
    const auto t = static_cast<std::size_t>(std::find(species_.begin(), species_.end(), s) - species_.begin());
    if (t < species_.size()) ++counts[t];
    types.push_back(static_cast<int>(t));
  }
  if (frame.size() == 0 || counts != counts_ ||
      frame.size() != static_cast<std::size_t>(std::count_if(
                          types.begin(), types.end(), [&](int t) { return t < static_cast<int>(species_.size()); })))
    throw InputError(fmt::format("frame {} is {}; the frames before it have another composition", n_frames_,
                                 composition(frame.species)),
                     "Average over frames of one composition: choose them with --frames");
  return types;
}

void RdfAccumulator::add(const Structure& frame) {
  if (!frame.cell.is_periodic() || !frame.cell.has_volume())
    throw InputError("g(r) needs a cell that repeats in three directions", "This structure is a slab or a cluster");
  if (frame.size() < 2) throw InputError("g(r) needs two atoms at least");
  if (n_frames_ == 0) start(frame);
  const std::vector<int> types = species_rows(frame);
  const neighbors::PeriodicNeighborhoods lists(frame, types, r_max_);
  const neighbors::Neighborhoods view = lists.view();
  const std::size_t n_species = species_.size(), n_bins = weighted_.size() / (n_species * n_species);
  std::vector<std::int64_t> pairs(weighted_.size(), 0);
#pragma omp parallel
  {
    std::vector<std::int64_t> mine(weighted_.size(), 0);
#pragma omp for schedule(static) nowait
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(view.n_local); ++i) {
      const auto row = static_cast<std::size_t>(i);
      const double* xi = view.positions + 3 * row;
      for (const int j : view.of(row)) {
        const auto neighbor = static_cast<std::size_t>(j);
        if (neighbor >= view.n_local && lists.owners()[neighbor - view.n_local] == static_cast<int>(i)) continue;
        const double* xj = view.positions + 3 * neighbor;
        const double x = xj[0] - xi[0], y = xj[1] - xi[1], z = xj[2] - xi[2];
        const auto bin = static_cast<std::size_t>(std::sqrt(x * x + y * y + z * z) / options_.bin_width);
        if (bin >= n_bins) continue;
        ++mine[(static_cast<std::size_t>(types[row]) * n_species + static_cast<std::size_t>(view.types[neighbor])) *
                   n_bins +
               bin];
      }
    }
#pragma omp critical(vitrion_rdf)
    for (std::size_t k = 0; k < pairs.size(); ++k) pairs[k] += mine[k];
  }
  const double volume = frame.cell.volume();
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    counted_[k] += pairs[k];
    weighted_[k] += volume * static_cast<double>(pairs[k]);
  }
  volume_sum_ += volume;
  inverse_volume_sum_ += 1 / volume;
  half_cell_ = std::min(half_cell_, frame.cell.heights().minCoeff() / 2);
  ++n_frames_;
}

RadialDistributions RdfAccumulator::finish() const {
  if (n_frames_ == 0) throw InputError("g(r) needs one frame at least", "Check --frames");
  const std::size_t n_species = species_.size(), n_bins = weighted_.size() / (n_species * n_species);
  const auto frames = static_cast<double>(n_frames_);
  RadialDistributions result;
  result.species = species_;
  result.counts = counts_;
  result.n_frames = n_frames_;
  result.mean_volume = volume_sum_ / frames;
  result.half_cell = half_cell_;
  result.total.assign(n_bins, 0);
  result.total_ideal.assign(n_bins, 0);
  double all_pairs = 0;
  for (std::size_t a = 0; a < n_species; ++a)
    for (std::size_t b = 0; b < n_species; ++b) {
      PairDistribution pair{.center = species_[a],
                            .neighbor = species_[b],
                            .r = {},
                            .g = {},
                            .coordination = {},
                            .ideal = {},
                            .shell = {}};
      const double n_a = static_cast<double>(counts_[a]);
      const double possible = n_a * (static_cast<double>(counts_[b]) - (a == b ? 1 : 0));
      all_pairs += possible;
      double running = 0;
      for (std::size_t k = 0; k < n_bins; ++k) {
        const double low = static_cast<double>(k) * options_.bin_width, high = low + options_.bin_width;
        const double shell = shell_volume(low, high);
        const std::size_t at = (a * n_species + b) * n_bins + k;
        running += static_cast<double>(counted_[at]);
        pair.r.push_back(low + options_.bin_width / 2);
        pair.g.push_back(possible > 0 ? weighted_[at] / (frames * possible * shell) : 0);
        pair.coordination.push_back(running / (frames * n_a));
        // Both orders of a like pair are in the count, but they are one observation.
        pair.ideal.push_back(possible * shell * inverse_volume_sum_ / (a == b ? 2 : 1));
        result.total[k] += weighted_[at];
        result.total_ideal[k] += possible * shell * inverse_volume_sum_ / 2;
      }
      pair.shell = find_first_shell(pair);
      result.pairs.push_back(std::move(pair));
    }
  for (std::size_t k = 0; k < n_bins; ++k) {
    const double low = static_cast<double>(k) * options_.bin_width;
    result.total[k] /= frames * all_pairs * shell_volume(low, low + options_.bin_width);
  }
  return result;
}

}  // namespace vitrion::structure
