// An untrained NequIP model.
#pragma once

#include <cstdint>
#include <vector>

#include "vitrion/potentials/nequip/model.hpp"

namespace vitrion::potentials::nequip {

/// Standard normal weights and Bessel frequencies k pi, as e3nn and NequIP begin; scales 1 eV, shifts 0.
///
/// The same seed gives the same model. Throws InputError when the hyperparameters make no sense.
Model initial_model(const Hyperparameters& hyper, const std::vector<Species>& species, std::uint64_t seed);

}  // namespace vitrion::potentials::nequip
