#include "vitrion/transport/least_squares.hpp"

#include <Eigen/Cholesky>
#include <Eigen/LU>

namespace vitrion::transport {

LineFit generalised_least_squares(const Eigen::VectorXd& x, const Eigen::VectorXd& y, Eigen::MatrixXd covariance) {
  // Scale to unit diagonal and lift the smallest eigenvalues (Tabeart et al. 2020, doi 10.1080/16000870.2019.1696646):
  // neighbouring long lags are almost the same number.
  const Eigen::VectorXd scale = covariance.diagonal().cwiseSqrt();
  covariance = scale.cwiseInverse().asDiagonal() * covariance * scale.cwiseInverse().asDiagonal();
  covariance.diagonal().array() += 1e-9;
  const Eigen::LDLT<Eigen::MatrixXd> solver(covariance);
  Eigen::MatrixXd design(x.size(), 2);
  design << Eigen::VectorXd::Ones(x.size()), x;
  design = scale.cwiseInverse().asDiagonal() * design;
  const Eigen::MatrixXd solved = solver.solve(design);
  const Eigen::Matrix2d inverse = (design.transpose() * solved).inverse();
  const Eigen::MatrixXd projector = inverse * solved.transpose() * scale.cwiseInverse().asDiagonal();
  return {projector * y, projector.row(1).transpose(), inverse(1, 1)};
}

Eigen::VectorXd values_at(const std::vector<double>& series, const std::vector<std::size_t>& lags) {
  Eigen::VectorXd y(static_cast<Eigen::Index>(lags.size()));
  for (std::size_t i = 0; i < lags.size(); ++i) y[static_cast<Eigen::Index>(i)] = series[lags[i]];
  return y;
}

Eigen::VectorXd as_numbers(const std::vector<std::size_t>& lags) {
  Eigen::VectorXd x(static_cast<Eigen::Index>(lags.size()));
  for (std::size_t i = 0; i < lags.size(); ++i) x[static_cast<Eigen::Index>(i)] = static_cast<double>(lags[i]);
  return x;
}

}  // namespace vitrion::transport
