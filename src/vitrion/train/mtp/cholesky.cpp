#include "vitrion/train/mtp/cholesky.hpp"

#include <stdexcept>

// The two LAPACK routines that are needed (OpenBLAS exports them; its C interface would be one more library).
extern "C" {
void dpotrf_(const char* uplo, const int* n, double* a, const int* lda, int* info);
void dpotrs_(const char* uplo, const int* n, const int* nrhs, const double* a, const int* lda, double* b,
             const int* ldb, int* info);
}

namespace vitrion::train::mtp {

void solve_positive(Eigen::MatrixXd& matrix, Eigen::VectorXd& right_side) {
  const int n = static_cast<int>(matrix.rows()), one = 1;
  const Eigen::MatrixXd original = matrix;
  double raise = 1e-14 * original.diagonal().cwiseAbs().maxCoeff();
  int info = 0;
  for (int attempt = 0; attempt < 40; ++attempt) {
    dpotrf_("L", &n, matrix.data(), &n, &info);
    if (info == 0) {
      dpotrs_("L", &n, &one, matrix.data(), &n, right_side.data(), &n, &info);
      return;
    }
    matrix = original;
    matrix.diagonal().array() += raise;
    raise *= 4;
  }
  throw std::runtime_error("the normal equations hold values that are not finite");
}

}  // namespace vitrion::train::mtp
