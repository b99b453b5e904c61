// What configurations are compared with, and how it grows by those that are chosen.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/potentials/selection.hpp"

namespace vitrion::select {

using Rows = potentials::SelectionRows;

/// Where a row came from: a configuration and an equation in it; (-1, -1) for none.
using Origin = std::array<int, 2>;

class Reference {
 public:
  virtual ~Reference() = default;

  /// Grade of every row, shape (n_rows). Infinite for rows that are not finite.
  virtual Eigen::VectorXd grades(const Rows& rows) const = 0;
  /// Takes rows in, those of the highest grades first, until none has a grade above `threshold` (> 1). Returns how
  /// many. Throws InputError for rows that are not finite.
  virtual int update(const Rows& rows, const std::vector<Origin>& origins, double threshold,
                     const Session& session = {}) = 0;
  /// Where rows came from that were taken in and have not been replaced since.
  virtual const std::vector<Origin>& origins() const = 0;
};

/// The reference of a state, of either kind.
std::unique_ptr<Reference> make_reference(const potentials::SelectionState& state);

}  // namespace vitrion::select
