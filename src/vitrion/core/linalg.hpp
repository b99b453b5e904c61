// The few linear-algebra types every room shares.
#pragma once

#include <Eigen/Core>

namespace vitrion::inline core {

using Vector3 = Eigen::Vector3d;
using Matrix3 = Eigen::Matrix3d;

/// One row x, y, z per atom, contiguous: data() is x0 y0 z0 x1 y1 z1 ...  Shape (n_atoms, 3).
using Positions = Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor>;

}  // namespace vitrion::inline core
