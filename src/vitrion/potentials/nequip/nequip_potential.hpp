// NequIP as a potential: energies, forces and virials.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "vitrion/potentials/grader.hpp"
#include "vitrion/potentials/nequip/engine.hpp"

namespace vitrion::potentials::nequip {

/// An E(3)-equivariant message-passing network (Batzner et al. 2022, doi 10.1038/s41467-022-29939-5), numbers as those
/// of NequIP 0.6.
///
/// The ghost shell is r_max: before every layer but the first, features go to the ghosts through the GhostExchange,
/// and in the reverse pass their gradients come back. Atomic virials hold the terms of the edges of a centre.
class NequipPotential final : public Potential {
 public:
  /// Throws InputError when the model contradicts itself.
  explicit NequipPotential(Model model, const EngineOptions& options = {});

  std::string kind() const override { return "NequIP"; }
  const std::vector<Species>& species() const override { return model_.species; }
  void name_species(const std::vector<Species>& names) override;
  double cutoff() const override { return model_.hyper.r_max; }
  Precision precision() const override { return options_.precision; }
  /// True when the model holds what it is graded by. Grades cost one product of row and metric an atom.
  bool has_grades() const override { return grader_ != nullptr; }
  std::optional<SelectionState> selection_state() const override;
  ReferenceKind reference_kind() const override { return ReferenceKind::ellipsoid; }
  std::size_t selection_width() const override { return model_.species.size() * row_width(model_.hyper); }
  SelectionRows selection_rows(const neighbors::Neighborhoods& atoms, GhostExchange& ghosts) override;
  std::unique_ptr<Potential> graded_by(SelectionState state, const Calibration& calibration) const override;
  void compute(const neighbors::Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange& ghosts,
               Evaluation& result) override;
  std::unique_ptr<Potential> clone() const override;

  const Model& model() const { return model_; }
  const EngineOptions& options() const { return options_; }
  /// Bytes the last `compute` sent to ghosts before each layer.
  std::vector<std::size_t> bytes_to_ghosts() const { return engine_->bytes_to_ghosts(); }

 private:
  Model model_;
  EngineOptions options_;
  std::unique_ptr<Engine> engine_;
  std::shared_ptr<const Grader> grader_;
  std::vector<double> rows_;
};

}  // namespace vitrion::potentials::nequip
