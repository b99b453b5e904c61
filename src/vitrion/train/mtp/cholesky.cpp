#include "vitrion/train/mtp/cholesky.hpp"

// Declarations of LAPACK's routines alone: OpenBLAS holds them. LAPACKE's library would bring a second LAPACK and BLAS
// into the process.
#include <lapack.h>

#include <stdexcept>

namespace vitrion::train::mtp {

void solve_positive(Eigen::MatrixXd& matrix, Eigen::VectorXd& right_side) {
  const int n = static_cast<int>(matrix.rows()), one = 1;
  const Eigen::MatrixXd original = matrix;
  double raise = 1e-14 * original.diagonal().cwiseAbs().maxCoeff();
  int info = 0;
  for (int attempt = 0; attempt < 40; ++attempt) {
    LAPACK_dpotrf("L", &n, matrix.data(), &n, &info);
    if (info == 0) {
      LAPACK_dpotrs("L", &n, &one, matrix.data(), &n, right_side.data(), &n, &info);
      return;
    }
    matrix = original;
    matrix.diagonal().array() += raise;
    raise *= 4;
  }
  throw std::runtime_error("the normal equations hold values that are not finite");
}

}  // namespace vitrion::train::mtp
