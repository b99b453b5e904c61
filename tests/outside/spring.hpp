// The potential of this folder, for whoever registers it.
#pragma once

#include "vitrion/potentials/catalogue.hpp"

namespace outside {

/// "spring": energies, forces and virials of soft springs, from a YAML file.
vitrion::potentials::Kind spring_kind();

}  // namespace outside
