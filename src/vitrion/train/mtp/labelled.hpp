// Configurations of a training set: geometry for the kernels of the MTP, and what predictions are compared with.
#pragma once

#include <array>
#include <vector>

#include "vitrion/core/structure.hpp"
#include "vitrion/potentials/mtp/configuration.hpp"

namespace vitrion::train::mtp {

/// What the loss compares with. Absent quantities have weight 0.
struct Targets {
  double energy = 0;               ///< eV, whole cell, reference energies and baseline subtracted
  std::vector<double> forces;      ///< eV/Å, [axis][atom]: all x, then all y, then all z
  std::array<double, 6> virial{};  ///< eV, -V * stress, Voigt order xx yy zz yz xz xy
  bool has_energy = false, has_forces = false, has_stress = false;
};

struct LabelledConfiguration : potentials::mtp::Configuration {
  Targets targets;
};

/// Lists neighbours within `cutoff` (Å) and copies labels as targets; without a stress no virial is wanted. `n_types`:
/// how many species the potential has. Throws InputError when atoms coincide.
LabelledConfiguration make_labelled(const Structure& structure, const std::vector<int>& types, int n_types,
                                    double cutoff);

/// Target minus prediction of every row is y - p; this is p - y, 0 where there is no label.
void subtract_targets(const LabelledConfiguration& c, double* prediction);

}  // namespace vitrion::train::mtp
