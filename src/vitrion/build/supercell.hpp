// Larger cells of the same crystal.
#pragma once

#include "vitrion/core/structure.hpp"

namespace vitrion::build {

/// Rows: the new cell vectors in units of the old ones.
using IntegerMatrix3 = Eigen::Matrix3i;

/// The structure repeated in the cell S * cell (rows); |det S| copies of its atoms, copy after copy. Labels and keys
/// are dropped.
///
/// Throws InputError when det S is not positive or the structure does not repeat along all three vectors.
Structure supercell(const Structure& s, const IntegerMatrix3& matrix);

}  // namespace vitrion::build
