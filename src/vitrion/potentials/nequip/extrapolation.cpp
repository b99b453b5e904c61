#include "vitrion/potentials/nequip/extrapolation.hpp"

#include "vitrion/core/error.hpp"

namespace vitrion::potentials::nequip {

std::size_t row_width(const Hyperparameters& hyper) {
  return static_cast<std::size_t>(hyper.num_layers) * static_cast<std::size_t>(hyper.num_features) + 1;
}

SelectionState to_selection_state(const Extrapolation& extrapolation) {
  Eigen::Index size = 0;
  for (const Eigen::MatrixXd& metric : extrapolation.metrics) size += metric.rows();
  SelectionState state;
  state.kind = ReferenceKind::ellipsoid;
  state.inverse = Eigen::MatrixXd::Zero(size, size);
  Eigen::Index first = 0;
  for (const Eigen::MatrixXd& metric : extrapolation.metrics) {
    state.inverse.block(first, first, metric.rows(), metric.rows()) = metric;
    first += metric.rows();
  }
  return state;
}

Extrapolation from_selection_state(const SelectionState& state, std::size_t n_types) {
  if (state.kind != ReferenceKind::ellipsoid || state.mode != GradeMode::neighbourhood || state.size() % n_types != 0)
    throw InputError("NequIP is graded by an ellipsoid of neighbourhoods for each species, and by nothing else");
  Extrapolation extrapolation;
  const auto width = static_cast<Eigen::Index>(state.size() / n_types);
  for (Eigen::Index first = 0; first < state.inverse.rows(); first += width)
    extrapolation.metrics.push_back(state.inverse.block(first, first, width, width));
  return extrapolation;
}

}  // namespace vitrion::potentials::nequip
