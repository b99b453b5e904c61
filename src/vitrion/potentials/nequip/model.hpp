// A NequIP model: hyperparameters, species, weights.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vitrion/core/species.hpp"
#include "vitrion/potentials/nequip/architecture.hpp"
#include "vitrion/potentials/nequip/extrapolation.hpp"

namespace vitrion::potentials::nequip {

/// Everything that defines the potential; a value, copied freely.
struct Model {
  Hyperparameters hyper;
  std::vector<Species> species;    ///< of type 0, 1, ...
  std::vector<double> parameters;  ///< trainable numbers, laid out as ParameterTable(hyper, species.size()) says
  std::vector<double> scales;      ///< eV, site energy = scale * network output + shift, by type
  std::vector<double> shifts;      ///< eV
  std::optional<Extrapolation> extrapolation;  ///< what extrapolation is measured by, where that was made

  ParameterTable table() const { return {hyper, species.size()}; }
  std::span<double> parameter(const ParameterBlock& block) { return {parameters.data() + block.offset, block.size()}; }
  std::span<const double> parameter(const ParameterBlock& block) const {
    return {parameters.data() + block.offset, block.size()};
  }
};

/// Throws InputError when hyperparameters make no sense, arrays have wrong lengths or hold something not finite.
void validate(const Model& model);

}  // namespace vitrion::potentials::nequip
