// A straight line through correlated estimates.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

namespace vitrion::transport {

/// y = intercept + slope x.
struct LineFit {
  Eigen::Vector2d coefficients;  ///< intercept, slope
  Eigen::VectorXd weights;       ///< slope = weights . y, shape (n)
  double slope_variance;
};

/// Generalised least squares (Aitken 1935) with the covariance of y, shape (n, n).
LineFit generalised_least_squares(const Eigen::VectorXd& x, const Eigen::VectorXd& y, Eigen::MatrixXd covariance);

/// Elements of a series at lags, as (n_lags), and the lags themselves.
Eigen::VectorXd values_at(const std::vector<double>& series, const std::vector<std::size_t>& lags);
Eigen::VectorXd as_numbers(const std::vector<std::size_t>& lags);

}  // namespace vitrion::transport
