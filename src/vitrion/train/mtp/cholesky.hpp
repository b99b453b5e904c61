// Solution of symmetric positive definite systems.
#pragma once

#include <Eigen/Core>

namespace vitrion::train::mtp {

/// Solves matrix * x = right_side in place by Cholesky factorisation (LAPACK). The matrix is destroyed. When rounding
/// has made it indefinite its diagonal is raised until it is not.
void solve_positive(Eigen::MatrixXd& matrix, Eigen::VectorXd& right_side);

}  // namespace vitrion::train::mtp
