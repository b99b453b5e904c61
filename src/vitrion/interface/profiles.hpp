// Profiles along the normal, from frames spread over the run, with intervals from blocks of it.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "vitrion/core/structure.hpp"
#include "vitrion/interface/regions.hpp"

namespace vitrion::interface {

struct ProfileOptions {
  Species ion;
  std::vector<Species> anions = {};  ///< what coordinates the ion; empty: those of N, O, F, P, S, Cl, ... present
  double bin = 1;                    ///< Å, least width
  double ion_cutoff = 3.7;           ///< Å, between ions: beyond the second shell of bcc lithium
  double anion_cutoff = 2.7;         ///< Å, ion to anion
  std::size_t samples = 400;         ///< frames at most
};

/// One quantity in every bin; NaN where it has no value.
struct Profile {
  std::string key;                       ///< "density_Li"
  std::string name;                      ///< "Li", for a legend
  std::vector<double> value, low, high;  ///< 95 % interval of the mean over the run
};

struct Profiles {
  double start = 0, width = 0;   ///< Å, of the bins
  std::vector<double> center;    ///< Å
  std::vector<Profile> density;  ///< of every species, 1/Å^3
  Profile ion_distance;          ///< Å, to the nearest ion
  Profile ion_coordination;      ///< ions within ion_cutoff
  Profile anion_coordination;    ///< anions within anion_cutoff
  Profile bond_valence;          ///< e; empty where no parameters are known
  Profile lateral_order;         ///< 0 (disorder) to 1: strongest lateral Bragg peak of the ions of a bin
  std::vector<Profile> stress;   ///< normal and lateral, GPa; empty where the file has none per atom
  std::size_t n_samples = 0;
};

/// Collects frames; keeps every first, second, fourth, ... so that the samples stay spread over the run.
class Profiler {
 public:
  Profiler(ProfileOptions options, int normal_axis);
  /// The next frame, positions in the frame of the interface, Å; `frame` gives cell and columns, rows as `positions`.
  void add(const Structure& frame);
  /// Whether the next frame is a sample; `pass_over` counts one that is not.
  bool takes_next() const { return seen_ % stride_ == 0; }
  void pass_over() { ++seen_; }
  /// Of the part of the run from `from` to `to`, shares of it. `area` Å^2.
  Profiles finish(double start, double length, double area, double from = 0, double to = 1) const;

 private:
  struct Sample {
    std::vector<double> sums;  ///< shape (n_quantities, n_bins)
  };
  ProfileOptions options_;
  int axis_;
  std::vector<Species> species_, anions_;
  std::vector<Sample> samples_;
  std::size_t stride_ = 1, seen_ = 0, n_bins_ = 0;
  std::vector<std::array<int, 2>> lateral_;  ///< reciprocal vectors in the plane
  bool stress_ = false, valence_ = false;
};

/// Metal, transition and glass from the density of the host (all that is not the ion): below a tenth of its plateau the
/// metal, above 0.7 the glass (and where there are no ions either, vacuum). Throws InputError where there are no two.
Partition find_regions(const Profiles& profiles, const Species& ion, double period, bool periodic, double narrowest);

}  // namespace vitrion::interface
