// Common supercells of two surface lattices.
#pragma once

#include <vector>

#include "vitrion/core/linalg.hpp"
#include "vitrion/core/session.hpp"

namespace vitrion::build {

using Matrix2 = Eigen::Matrix2d;

struct MatchOptions {
  double max_area = 400;     ///< Å^2, of the common cell
  double max_strain = 0.05;  ///< largest principal strain of the second lattice
};

/// A supercell of each lattice, and the deformation that makes the second one the first.
struct LatticeMatch {
  Eigen::Matrix2i first, second;  ///< rows: supercell vectors in units of the lattice vectors
  Matrix2 deformation;            ///< (second * b) * deformation = first * a; rotation included
  double area = 0;                ///< Å^2, of first * a
  double strain = 0;              ///< largest |principal stretch - 1| of the deformation
  double area_ratio = 1;          ///< det of the deformation
};

/// Pairs of supercells of two lattices in the plane (rows, Å) that fit on each other when the second one is strained
/// and turned: all sublattices of each index by their Hermite normal forms, compared in their reduced bases (Zur and
/// McGill 1984, doi 10.1063/1.333084). Of those with allowed area and strain the useful ones: each further one has a
/// larger area and a smaller strain than all before it.
///
/// Throws InputError when a lattice has no area or a limit is not positive.
std::vector<LatticeMatch> match_lattices(const Matrix2& a, const Matrix2& b, const MatchOptions& options,
                                         const Session& session = {});

}  // namespace vitrion::build
