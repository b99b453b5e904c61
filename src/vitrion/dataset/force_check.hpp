// Do forces go with energies and with bonds? Their sign and unit, told without a potential.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vitrion/core/structure.hpp"

namespace vitrion::dataset {

/// Looks at frame after frame; keeps the last one and a few sums.
///
/// - Work: between two frames in a row of the same atoms in the same cell, moved by less than 0.3 Å rms, the energy
/// falls
///   by the mean force times the way (error of third order in the way). Five such pairs tell sign and unit.
/// - Bonds: of two atoms that are each other's nearest, the force drives them together the more, the longer the bond
/// is.
///   Thirty such bonds of one kind tell the sign. Frames of more than 200 atoms and frames beyond the first 50 are left
///   out: O(N^2) each.
class ForceCheck {
 public:
  void add(const Structure& frame);
  /// What is wrong with the forces, as a sentence; empty: nothing that could be known.
  std::string doubt() const;

 private:
  /// Sums of y over x.
  struct Sums {
    double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
    void add(double a, double b);
    double correlation(bool about_means) const;
  };
  void follow(const Structure& frame);
  void look_at_bonds(const Structure& frame);

  std::optional<Structure> last_;
  Sums work_;  // energy gained, as the forces say, over that of the labels
  std::size_t n_looked_at_ = 0;
  std::map<std::pair<Species, Species>, Sums> bonds_;  // force that drives apart (eV/Å) over length (Å)
};

}  // namespace vitrion::dataset
