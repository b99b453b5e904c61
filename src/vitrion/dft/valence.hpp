// Electrons that Goedecker-Teter-Hutter pseudopotentials leave to the calculation.
#pragma once

#include <optional>

#include "vitrion/core/species.hpp"

namespace vitrion::dft {

/// The charge q of the pseudopotential that CP2K's DZVP-MOLOPT-SR-GTH basis of this element is made for (BASIS_MOLOPT
/// of CP2K 2023.1; H to Rn without the lanthanides); nothing where there is no such basis.
std::optional<int> gth_valence(Species species);

}  // namespace vitrion::dft
