#include "vitrion/select/ellipsoid.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "vitrion/core/error.hpp"

namespace vitrion::select {
namespace {

constexpr double never_shown = 1e-12;  // of the largest moment: what stands for one that is zero

double root(double squared) {
  return std::isfinite(squared) ? std::sqrt(std::max(0.0, squared)) : INFINITY;
}

// The row of a configuration with the largest square above the limit; -1 when there is none.
Eigen::Index farthest_of(int configuration, const std::vector<Origin>& origins, const Eigen::VectorXd& squares,
                         double limit) {
  Eigen::Index farthest = -1;
  for (Eigen::Index i = 0; i < squares.size(); ++i) {
    if (origins[static_cast<std::size_t>(i)][0] != configuration || !(squares[i] > limit)) continue;
    farthest = i;
    limit = squares[i];
  }
  return farthest;
}

// Scaled to a unit diagonal, the ridge means the same for every number of a row, whatever its size.
Eigen::MatrixXd inverse_with_ridge(const Eigen::MatrixXd& moments, double ridge) {
  Eigen::VectorXd sizes = moments.diagonal();
  const double largest = std::max(sizes.maxCoeff(), 1e-300);
  for (double& size : sizes) size = std::max(size, never_shown * largest);
  const Eigen::VectorXd scale = sizes.cwiseSqrt().cwiseInverse();
  Eigen::MatrixXd matrix = scale.asDiagonal() * moments * scale.asDiagonal();
  matrix.diagonal() = Eigen::VectorXd::Constant(matrix.rows(), 1 + ridge);
  const Eigen::MatrixXd inverse = matrix.llt().solve(Eigen::MatrixXd::Identity(matrix.rows(), matrix.rows()));
  return scale.asDiagonal() * ((inverse + inverse.transpose()) / 2) * scale.asDiagonal();
}

}  // namespace

Eigen::VectorXd Ellipsoid::grades(const Rows& rows) const {
  const Rows c = rows * metric_;
  Eigen::VectorXd grades(rows.rows());
  for (Eigen::Index i = 0; i < rows.rows(); ++i) grades[i] = root(c.row(i).dot(rows.row(i)));
  return grades;
}

int Ellipsoid::update(const Rows& rows, const std::vector<Origin>& origins, double threshold, const Session& session) {
  if (!rows.allFinite())
    throw InputError("a configuration has features that are not finite numbers",
                     "Atoms that (nearly) coincide do that: leave the configuration out.");
  if (rows.rows() == 0) return 0;
  Eigen::VectorXd squares = grades(rows).cwiseAbs2();
  int taken = 0;
  const auto take = [&](Eigen::Index i) {
    session.check_stop();
    const Eigen::VectorXd c = metric_ * rows.row(i).transpose();
    const double factor = (1 - 1 / squares[i]) / squares[i];
    metric_.noalias() -= factor * c * c.transpose();
    squares -= factor * (rows * c).cwiseAbs2();
    origins_.push_back(origins[static_cast<std::size_t>(i)]);
    ++taken;
  };
  while (true) {
    Eigen::Index worst = 0;
    if (!(squares.maxCoeff(&worst) > threshold * threshold)) return taken;
    // The whole configuration at once: of two that are alike, rows of one only.
    const int configuration = origins[static_cast<std::size_t>(worst)][0];
    for (Eigen::Index i = worst; i >= 0; i = farthest_of(configuration, origins, squares, threshold * threshold))
      take(i);
  }
}

Moments::Moments(std::size_t n_groups, std::size_t n)
    : n_groups_(n_groups),
      sum_(Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(n_groups * n), static_cast<Eigen::Index>(n_groups * n))) {}

void Moments::add(const Rows& rows) {
  sum_.noalias() += rows.transpose() * rows;
}

Eigen::MatrixXd Moments::metric(double ridge) const {
  Eigen::MatrixXd metric = Eigen::MatrixXd::Zero(sum_.rows(), sum_.cols());
  const Eigen::Index n = sum_.rows() / static_cast<Eigen::Index>(n_groups_);
  for (Eigen::Index first = 0; first < sum_.rows(); first += n)
    metric.block(first, first, n, n) = inverse_with_ridge(sum_.block(first, first, n, n), ridge);
  return metric;
}

}  // namespace vitrion::select
