// Short vectors of lattices.
#pragma once

#include "vitrion/core/linalg.hpp"

namespace vitrion::build {

/// The same lattice in short vectors: rows of `rows * cell` (Å) are made shorter by adding others to them until no such
/// step helps. Handedness is kept.
Matrix3 reduced(const Matrix3& rows, const Matrix3& cell);

/// The same, with the first two rows kept in their plane: they become its shortest basis (Gauss), the shorter first;
/// the third is brought as near to the plane's normal as adding them can.
Matrix3 reduced_in_plane(const Matrix3& rows, const Matrix3& cell);

/// Shortest basis of a lattice in the plane (rows, Å), the shorter first, right-handed when `rows` is.
Eigen::Matrix2d reduced_in_plane(const Eigen::Matrix2d& rows);

}  // namespace vitrion::build
