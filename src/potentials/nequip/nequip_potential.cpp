#include "potentials/nequip/nequip_potential.hpp"

#include "core/error.hpp"

namespace vitrion::nequip {

NequipPotential::NequipPotential(Model model, const EngineOptions& options)
    : model_(std::move(model)), options_(options) {
  validate(model_);
  engine_ = make_engine(model_, options_);
}

// The file names its elements: there is nothing to name.
void NequipPotential::name_species(const std::vector<Species>& names) {
  if (names.size() != model_.species.size()) throw InputError("the potential knows " + join_names(model_.species));
}

std::unique_ptr<Potential> NequipPotential::clone() const {
  return std::make_unique<NequipPotential>(model_, options_);
}

void NequipPotential::compute(const Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange& ghosts,
                              Evaluation& result) {
  engine_->run(atoms, request, ghosts, result);
}

}  // namespace vitrion::nequip
