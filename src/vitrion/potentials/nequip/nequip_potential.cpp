#include "vitrion/potentials/nequip/nequip_potential.hpp"

#include <algorithm>

#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"

namespace vitrion::potentials::nequip {

NequipPotential::NequipPotential(Model model, const EngineOptions& options)
    : model_(std::move(model)), options_(options) {
  validate(model_);
  engine_ = make_engine(model_, options_);
  if (model_.extrapolation)
    grader_ = std::make_shared<const Grader>(
        ReferenceKind::ellipsoid,
        std::vector<SelectionRows>(model_.extrapolation->metrics.begin(), model_.extrapolation->metrics.end()));
}

// The file names its elements: there is nothing to name.
void NequipPotential::name_species(const std::vector<Species>& names) {
  if (names.size() != model_.species.size()) throw InputError("the potential knows " + join_names(model_.species));
}

std::unique_ptr<Potential> NequipPotential::clone() const {
  return std::make_unique<NequipPotential>(model_, options_);
}

std::unique_ptr<Potential> NequipPotential::graded_by(SelectionState state, const Calibration& calibration) const {
  Model model = model_;
  model.extrapolation = from_selection_state(state, model.species.size());
  model.extrapolation->calibration = calibration;
  return std::make_unique<NequipPotential>(std::move(model), options_);
}

void NequipPotential::compute(const neighbors::Neighborhoods& atoms, const EvaluationRequest& request,
                              GhostExchange& ghosts, Evaluation& result) {
  if (request.grades && !grader_)
    throw InputError("grades are asked for, and the model does not know what it was trained on",
                     "Tell it by its training set: vitrion select active MODEL DATA --output NEW.safetensors");
  engine_->run(atoms, request, ghosts, result);
  result.grades.resize(request.grades ? atoms.n_local : 0);
  if (!request.grades) return;
  rows_.resize(atoms.n_local * grader_->width());
  engine_->rows(rows_.data());
  constexpr std::size_t share = 64;  // atoms
  parallel_for((atoms.n_local + share - 1) / share, [&](std::size_t k) {
    grader_->grade(rows_.data(), atoms.types, k * share, std::min((k + 1) * share, atoms.n_local),
                   result.grades.data());
  });
}

std::optional<SelectionState> NequipPotential::selection_state() const {
  if (!model_.extrapolation) return std::nullopt;
  return to_selection_state(*model_.extrapolation);
}

SelectionRows NequipPotential::selection_rows(const neighbors::Neighborhoods& atoms, GhostExchange& ghosts) {
  Evaluation result;
  engine_->run(atoms, {}, ghosts, result);
  const auto width = static_cast<Eigen::Index>(row_width(model_.hyper));
  SelectionRows compact(static_cast<Eigen::Index>(atoms.n_local), width);
  engine_->rows(compact.data());
  SelectionRows rows = SelectionRows::Zero(compact.rows(), static_cast<Eigen::Index>(selection_width()));
  for (Eigen::Index i = 0; i < rows.rows(); ++i) rows.row(i).segment(atoms.types[i] * width, width) = compact.row(i);
  return rows;
}

}  // namespace vitrion::potentials::nequip
