// Space groups and symmetry operations of crystals, by spglib (Togo, Shinohara, Tanaka 2024, doi
// 10.1080/27660400.2024.2384822).
#pragma once

#include <string>
#include <vector>

#include "vitrion/core/structure.hpp"

namespace vitrion::build {

/// x' = R x + t on fractional coordinates (columns).
struct SymmetryOperation {
  Eigen::Matrix3i rotation;
  Vector3 translation;
};

/// What two positions may differ by and still be equivalent, Å.
inline constexpr double default_symmetry_precision = 0.01;

/// All operations of the cell, pure translations within it included. Throws InputError when spglib finds none.
std::vector<SymmetryOperation> symmetry_of(const Structure& s, double precision = default_symmetry_precision);

/// "Pnma (62)".
std::string space_group_of(const Structure& s, double precision = default_symmetry_precision);

/// The operations of a space group by its short Hermann-Mauguin symbol ("Pnma"), its number ("62": the standard
/// setting) or its Hall number ("hall 292": any setting of the International Tables). Throws InputError.
std::vector<SymmetryOperation> space_group_operations(const std::string& name);

/// The vectors of a primitive cell of the lattice `operations` leave unchanged, rows in units of the cell vectors,
/// reduced to short ones, right-handed.
Matrix3 primitive_vectors(const Cell& cell, const std::vector<SymmetryOperation>& operations);

/// A permutation for every operation: site i goes to site p[i]. Sites: fractional coordinates, rows; `kinds` (same
/// length) tells sites apart. Throws InputError when an operation takes a site to a place where there is none.
std::vector<std::vector<int>> permutations(const Cell& cell, const Positions& positions, const std::vector<int>& kinds,
                                           const std::vector<SymmetryOperation>& operations,
                                           double precision = default_symmetry_precision);

}  // namespace vitrion::build
