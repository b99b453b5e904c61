// How far the atoms of one species stand from the planes of the lattice nearest to them (the measure of PyLRO).
#pragma once

#include <array>
#include <vector>

#include "vitrion/core/structure.hpp"

namespace vitrion::structure {

/// One cell axis: the lattice of planes that fits the fractional coordinates best.
struct AxisLattice {
  int period = 0;      ///< planes per cell
  double phase = 0;    ///< in units of the plane distance
  double spacing = 0;  ///< distance of neighbouring planes, fraction of the cell
};

/// Disorder of one sublattice: mean displacement from the lattice in units of its spacing. 0: perfect order along that
/// direction; a random arrangement approaches 0.25 along an axis.
struct LatticeDisorder {
  Species species;
  std::array<AxisLattice, 3> axes;
  double maximum = 0;  ///< over 700 directions
  double minimum = 0;  ///< over 700 directions
  double along_a = 0;  ///< [100]
  double along_b = 0;  ///< [010]
  double along_c = 0;  ///< [001]
};

/// The long-range-order measure of "PyLRO" (2024, doi 10.1063/5.0244012), step by step as published, so that values
/// stay comparable. For each axis the period m in 1..11 with the strongest |sum exp(-2 pi i m s)| whose planes are
/// populated, the phase from circular averaging, delta = |s - nearest plane| / spacing; along a unit vector u
/// (components along a, b, c) the disorder is mean |delta . u|, over 700 directions on a Fibonacci sphere.
///
/// delta holds magnitudes, so mirroring an axis changes maximum and minimum; kept, to stay comparable.
/// Throws InputError when the species does not occur or the cell has no volume.
LatticeDisorder lattice_disorder(const Structure& structure, Species species);

}  // namespace vitrion::structure
