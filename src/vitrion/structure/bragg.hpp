// Single wave vectors: Bragg peaks, which order alone makes, and slow waves of density or composition, which are none.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/core/species.hpp"

namespace vitrion::structure {

/// Intensity of one wave vector of the cell, mean over frames; atoms placed at random have 1 on average.
struct Wave {
  double q = 0;                    ///< 1/Å
  std::array<int, 3> hkl{};        ///< in units of the reciprocal cell
  double intensity = 0;            ///< |sum over all atoms of exp(-i q.r)|^2 / N
  std::vector<double> by_species;  ///< the same over the atoms of each species
};

/// The wave vector that stands out most. Intensities of a disordered structure follow exponential statistics around the
/// level of their neighbours of nearly equal length; the level is taken from the median of the nearest 80 (within 0.3
/// 1/Å), which a few Bragg peaks among them do not move. Waves longer than 5.2 Å (q < 1.2 1/Å) are left out: there
/// density and composition fluctuate without any lattice, and the strong reflections of crystals lie beyond.
struct Bragg {
  double q = 0;              ///< 1/Å
  std::array<int, 3> hkl{};  ///< in units of the reciprocal cell
  double ordered = 0;        ///< |rho|^2 / N^2: 1 for a one-atom lattice, of order 1/N for a glass
  double over_shell = 0;     ///< its intensity over the level of its neighbours
  double glass_limit = 0;    ///< what disorder stays below in 999 of 1000 structures; higher where neighbours are few
  std::size_t n_vectors = 0;
  bool stands_out() const { return over_shell > glass_limit; }

  /// For a figure: in bins of 0.1 1/Å the strongest wave vector, the level there, and the limit, as Wave::intensity.
  struct Profile {
    std::vector<double> q, strongest, level, limit;
  } profile;
};

/// `waves` below some q_max, complete.
Bragg find_bragg(const std::vector<Wave>& waves, std::size_t n_atoms);

/// A wave longer than 5.2 Å that is stronger than atoms placed at random make it in 99 of 100 structures: atoms of one
/// species, or all, gather in one part of the cell. Phase separation, a cavity, a surface, tension: no crystal.
struct SlowWave {
  std::string of;        ///< "Li", or "all atoms"
  double length = 0;     ///< Å
  double intensity = 0;  ///< as Wave::intensity
  double limit = 0;      ///< of randomly placed atoms
};
/// The one farthest above its limit. Species of fewer than ten atoms are not looked at.
std::optional<SlowWave> find_slow_wave(const std::vector<Wave>& waves, const std::vector<Species>& species,
                                       const std::vector<std::size_t>& counts);

}  // namespace vitrion::structure
