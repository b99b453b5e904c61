// Ellipsoids around rows: how far a row lies beyond all those that a potential was shown.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/select/reference.hpp"

namespace vitrion::select {

/// Grade of a row b: sqrt(b P b^T), its Mahalanobis distance; P = (sum_i b_i b_i^T)^-1 but for scale and a ridge.
///
/// It is, up to a factor, the uncertainty of a linear function of the rows that was fitted to those shown (its
/// leverage; as an uncertainty of networks: Zaverkin and Kaestner 2021, doi 10.1088/2632-2153/abe294). `update` takes a
/// row of grade g > threshold in by P -= (1 - 1/g^2)/g^2 (P b^T)(b P), after which it has grade 1: of rows that are
/// alike one is taken.
class Ellipsoid final : public Reference {
 public:
  /// P, symmetric.
  explicit Ellipsoid(Eigen::MatrixXd metric) : metric_(std::move(metric)) {}

  const Eigen::MatrixXd& metric() const { return metric_; }
  Eigen::VectorXd grades(const Rows& rows) const override;
  int update(const Rows& rows, const std::vector<Origin>& origins, double threshold,
             const Session& session = {}) override;
  /// Of the rows taken in by `update`.
  const std::vector<Origin>& origins() const override { return origins_; }

 private:
  Eigen::MatrixXd metric_;
  std::vector<Origin> origins_;
};

/// The moments of a training set, from which its ellipsoids are made: one for each of the groups that rows belong to.
///
/// A row of group g is zero outside columns g n .. (g + 1) n - 1.
class Moments {
 public:
  Moments(std::size_t n_groups, std::size_t n);

  void add(const Rows& rows);
  /// P of each group on the diagonal, not scaled yet. `ridge` is added to the moments, relative to their diagonal: it
  /// bounds grades along directions in which the rows shown hardly differ.
  Eigen::MatrixXd metric(double ridge) const;

 private:
  std::size_t n_groups_;
  Eigen::MatrixXd sum_;
};

}  // namespace vitrion::select
