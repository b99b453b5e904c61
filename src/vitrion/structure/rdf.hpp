// Partial pair distributions g_ab(r) and running coordination numbers, averaged over frames one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "vitrion/core/structure.hpp"

namespace vitrion::structure {

/// Range and resolution of g(r).
struct RdfOptions {
  double r_max = 0;         ///< Å; 0: half the smallest height of the first frame's cell (the largest r at which no
                            ///< periodic image of an atom is counted beside the atom itself)
  double bin_width = 0.05;  ///< Å
};

/// The first peak of g(r) and the minimum behind it.
struct FirstShell {
  double peak = 0;                     ///< Å, centre of the highest bin of the shell
  double height = 0;                   ///< g there
  std::optional<double> minimum;       ///< Å, upper edge of the lowest bin behind; absent: g never comes down again
  double minimum_height = 0;           ///< g there
  std::optional<double> coordination;  ///< neighbours up to the minimum
};

/// g_ab(r) and coordination of one ordered pair: neighbours of species b around a centre of species a.
struct PairDistribution {
  Species center;
  Species neighbor;
  std::vector<double> r;             ///< Å, bin centres, shape (n_bins)
  std::vector<double> g;             ///< shape (n_bins)
  std::vector<double> coordination;  ///< mean number of b within the upper edge of the bin, shape (n_bins)
  std::vector<double> ideal;         ///< pairs an ideal gas would have had in the bin, all frames, shape (n_bins): the
                                     ///< variance of g from counting alone is g / ideal
  std::optional<FirstShell> shell;   ///< absent when g has no peak that stands out of the noise

  double bin_width() const { return r.size() > 1 ? r[1] - r[0] : 0; }
  /// Neighbours of b within `radius` (Å) of a; linear within a bin.
  double coordination_within(double radius) const;
};

/// Every ordered pair of species, and all atoms together.
struct RadialDistributions {
  std::vector<Species> species;
  std::vector<std::size_t> counts;  ///< atoms of each species
  std::vector<PairDistribution> pairs;
  std::vector<double> total;        ///< g(r) of all atoms alike, shape (n_bins)
  std::vector<double> total_ideal;  ///< as PairDistribution::ideal, counted once per pair of atoms
  std::size_t n_frames = 0;
  double mean_volume = 0;  ///< Å^3
  double half_cell = 0;    ///< Å, half the smallest height of any frame's cell

  /// Throws InputError when the pair does not occur.
  const PairDistribution& of(Species center, Species neighbor) const;
};

/// Collects g(r) frame by frame:
///
///   g_ab(r) = < V n_ab(r) > / (N_a N'_b v(r)),   N'_b = N_b - delta_ab
///
/// n_ab(r): ordered pairs in the bin, v(r) = (4 pi/3)(r_+^3 - r_-^3) its exact shell. With N' an ideal gas of any
/// number of atoms has g = 1. Images of an atom around itself are not counted; images of other atoms are, so that r may
/// exceed half the cell (what one then sees is the cell's own repetition: callers say so).
class RdfAccumulator {
 public:
  explicit RdfAccumulator(const RdfOptions& options = {}) : options_(options) {}

  /// Throws InputError when the frame's cell is not periodic in three directions or its composition differs.
  void add(const Structure& frame);
  std::size_t n_frames() const { return n_frames_; }
  /// Throws InputError when no frame was added.
  RadialDistributions finish() const;

 private:
  void start(const Structure& frame);
  std::vector<int> species_rows(const Structure& frame) const;

  RdfOptions options_;
  std::vector<Species> species_;
  std::vector<std::size_t> counts_;
  std::size_t n_frames_ = 0;
  double r_max_ = 0;
  double half_cell_ = 0;
  double volume_sum_ = 0;
  double inverse_volume_sum_ = 0;
  std::vector<double> weighted_;       // V * pairs, shape (n_species, n_species, n_bins)
  std::vector<std::int64_t> counted_;  // pairs, same shape
};

/// Finds the first shell of g: the first peak that stands out after smoothing over 0.15 Å (so that a split shell such
/// as vanadyl V=O beside V-O is one shell), and the lowest point between it and the next such peak. A peak stands out
/// when it rises above the valley behind it by 15 % of its height and by three standard deviations of the counting
/// noise.
std::optional<FirstShell> find_first_shell(const PairDistribution& pair);

}  // namespace vitrion::structure
