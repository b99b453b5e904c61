// D-optimal active sets: which rows span what a potential was shown.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/select/reference.hpp"

namespace vitrion::select {

/// An n x n matrix A of rows with locally maximal |det A|, kept by MaxVol (Goreinov et al. 2010, doi
/// 10.1142/9789812836021_0015; for potentials Podryabinkin and Shapeev 2017, doi 10.1016/j.commatsci.2017.08.031).
///
/// The grade of a row b is max_j |(b A^-1)_j|. `update` puts b in place of row j of A where that exceeds a threshold,
/// which multiplies |det A| by it. A^-1 follows by rank-one updates and is computed anew every n swaps, so that
/// rounding does not pile up.
class ActiveSet final : public Reference {
 public:
  /// Nothing shown yet: A = `start` times the unit matrix (MLIP-3 takes 1e-6). A row that is never filled belongs to a
  /// direction no data constrain; anything along it has a huge grade, as it should.
  explicit ActiveSet(std::size_t n_parameters, double start = 1e-6);
  explicit ActiveSet(const potentials::SelectionState& state);

  std::size_t size() const { return origins_.size(); }
  const Eigen::MatrixXd& active() const { return active_; }
  const Eigen::MatrixXd& inverse() const { return inverse_; }
  /// Of every row of A; (-1, -1) where it was never filled.
  const std::vector<Origin>& origins() const override { return origins_; }
  std::size_t n_filled() const;

  Eigen::VectorXd grades(const Rows& rows) const override;

  /// Swaps rows in.
  int update(const Rows& rows, const std::vector<Origin>& origins, double threshold,
             const Session& session = {}) override;

 private:
  void invert();

  Eigen::MatrixXd active_, inverse_;
  std::vector<Origin> origins_;
};

}  // namespace vitrion::select
