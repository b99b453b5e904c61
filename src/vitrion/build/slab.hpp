// Slabs of a crystal: every distinct way to cut it parallel to a plane.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "vitrion/build/charges.hpp"
#include "vitrion/build/pair_distances.hpp"
#include "vitrion/build/symmetry.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::build {

using Miller = std::array<int, 3>;

struct SlabOptions {
  Miller miller{};        ///< of the cell the crystal is given in
  double thickness = 10;  ///< Å, at least; a slab is a whole number of periods
  double vacuum = 15;     ///< Å, between the outermost atoms of a slab and its image; 0: the crystal itself, turned
  OxidationStates charges = {};  ///< for the dipole; empty: none computed
  PairDistances bonds = {};      ///< pairs nearer than that are bonded, Å: bonds a cut breaks are counted
  bool whole_units =
      false;              ///< what these bonds hold together goes to one side of a cut, by its middle: none is broken
  bool primitive = true;  ///< reduce the crystal to its primitive cell first: the smallest area
  double layer_tolerance = 0.1;  ///< Å, atoms whose heights differ by less are in one layer
  double symmetry_precision = default_symmetry_precision;
};

struct Slab {
  Structure structure;
  double shift = 0;        ///< height of the cut, in periods
  int cut_bonds = 0;       ///< bonds broken at each of the two surfaces, per cell
  bool symmetric = false;  ///< an operation of the crystal exchanges the two surfaces: they are alike, and no dipole
  std::optional<double> dipole;  ///< e Å along z, per cell; 0 for a nonpolar slab
  double area = 0;               ///< Å^2
  double thickness = 0;          ///< Å, from the lowest to the highest atom
};

/// Slabs for all distinct terminations: cuts half way between neighbouring layers of atoms (or of middles of units),
/// one of every class that the crystal's symmetry makes equivalent (upside down included). A slab holds whole periods,
/// so its composition is the crystal's. a lies along x, b in the xy plane, c along z (the plane's normal); atoms are in
/// the middle of the cell.
///
/// Throws InputError for Miller indices (0, 0, 0), a thickness that is not positive, a crystal that is not neutral
/// while charges are given, and units to be kept whole that are endless.
std::vector<Slab> make_slabs(const Structure& crystal, const SlabOptions& options);

/// Planes with indices up to `largest`, one of every class of equivalent ones, smallest indices first.
std::vector<Miller> distinct_planes(const Structure& crystal, int largest,
                                    double symmetry_precision = default_symmetry_precision);

}  // namespace vitrion::build
