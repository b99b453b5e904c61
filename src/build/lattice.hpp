// Short vectors of lattices.
#pragma once

#include "core/linalg.hpp"

namespace vitrion::build {

/// The same lattice in short vectors: rows of `rows * cell` (Å) are made shorter by adding others to them until no such
/// step helps. Handedness is kept.
Matrix3 reduced(const Matrix3& rows, const Matrix3& cell);

}  // namespace vitrion::build
