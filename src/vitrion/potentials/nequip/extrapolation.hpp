// How far a site lies beyond what a NequIP model was trained on.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "vitrion/potentials/nequip/architecture.hpp"
#include "vitrion/potentials/selection.hpp"

namespace vitrion::potentials::nequip {

/// The row of a site is made of the even scalars that leave every layer, and a 1: what a linear readout of all layers
/// with a shift could tell it by. Numbers in it:
std::size_t row_width(const Hyperparameters& hyper);

/// The reference of a model, an ellipsoid for each species, and the errors found at each grade. It belongs to exactly
/// the parameters beside it: whoever changes them removes it.
struct Extrapolation {
  std::vector<Eigen::MatrixXd> metrics;  ///< of every type, shape (row_width, row_width), symmetric: ReferenceKind
  Calibration calibration;               ///< empty: unknown
};

/// The same as one matrix over the rows of all types (Potential::selection_rows), metrics on its diagonal.
SelectionState to_selection_state(const Extrapolation& extrapolation);
/// The reverse. Throws InputError when the state is not such a one, of `n_types` types.
Extrapolation from_selection_state(const SelectionState& state, std::size_t n_types);

}  // namespace vitrion::potentials::nequip
