#include "vitrion/potentials/nequip/initial.hpp"

#include <numbers>

#include "vitrion/core/random.hpp"

namespace vitrion::potentials::nequip {

Model initial_model(const Hyperparameters& hyper, const std::vector<Species>& species, std::uint64_t seed) {
  validate(hyper);
  Model model;
  model.hyper = hyper;
  model.species = species;
  model.scales.assign(species.size(), 1.0);
  model.shifts.assign(species.size(), 0.0);
  const ParameterTable table = model.table();
  model.parameters.resize(table.size());
  Random random(seed);
  for (double& value : model.parameters) value = random.normal();
  const std::span<double> frequencies = model.parameter(table.at("bessel_frequencies"));
  for (std::size_t k = 0; k < frequencies.size(); ++k) frequencies[k] = std::numbers::pi * static_cast<double>(k + 1);
  validate(model);
  return model;
}

}  // namespace vitrion::potentials::nequip
