#include "vitrion/select/active_set.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>

#include "vitrion/core/error.hpp"

namespace vitrion::select {
namespace {

constexpr Origin nothing = {-1, -1};

struct Entry {
  Eigen::Index row = 0, column = 0;
  double size = 0;
};

Entry largest_entry(const Rows& c) {
  Entry best;
  best.size = c.cwiseAbs().maxCoeff(&best.row, &best.column);
  return best;
}

}  // namespace

ActiveSet::ActiveSet(std::size_t n, double start)
    : active_(start * Eigen::MatrixXd::Identity(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n))),
      inverse_(Eigen::MatrixXd::Identity(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n)) / start),
      origins_(n, nothing) {}

ActiveSet::ActiveSet(const potentials::SelectionState& state)
    : active_(state.active), inverse_(state.inverse), origins_(state.origins) {}

std::size_t ActiveSet::n_filled() const {
  return static_cast<std::size_t>(
      std::count_if(origins_.begin(), origins_.end(), [](const Origin& o) { return o != nothing; }));
}

void ActiveSet::invert() {
  inverse_ = active_.partialPivLu().inverse();
}

Eigen::VectorXd ActiveSet::grades(const Rows& rows) const {
  const Rows c = rows * inverse_;
  Eigen::VectorXd grades = c.cwiseAbs().rowwise().maxCoeff();
  for (Eigen::Index i = 0; i < rows.rows(); ++i)
    if (!c.row(i).allFinite()) grades[i] = INFINITY;
  return grades;
}

int ActiveSet::update(const Rows& rows, const std::vector<Origin>& origins, double threshold, const Session& session) {
  if (!rows.allFinite())
    throw InputError("a configuration has derivatives that are not finite numbers",
                     "Atoms that (nearly) coincide do that: leave the configuration out.");
  if (rows.rows() == 0) return 0;
  Rows c = rows * inverse_;
  int swaps = 0;
  while (true) {
    const Entry best = largest_entry(c);
    if (best.size <= threshold) break;
    session.check_stop();
    active_.row(best.column) = rows.row(best.row);
    origins_[static_cast<std::size_t>(best.column)] = origins[static_cast<std::size_t>(best.row)];
    ++swaps;
    if (swaps % static_cast<int>(size()) == 0) {
      invert();
      c = rows * inverse_;
      continue;
    }
    // A' = A with one row replaced: A'^-1 = A^-1 - A^-1 e_j (c_i - e_j) / c_ij (Sherman and Morrison 1950).
    Eigen::RowVectorXd step = c.row(best.row);
    const double pivot = step[best.column];
    step[best.column] -= 1;
    step /= pivot;
    const Eigen::VectorXd column = inverse_.col(best.column), c_column = c.col(best.column);
    inverse_.noalias() -= column * step;
    c.noalias() -= c_column * step;
  }
  if (swaps > 0) invert();
  return swaps;
}

}  // namespace vitrion::select
