// The part of the energy that only counts atoms: one number per species, subtracted before a fit.
#pragma once

#include <vector>

#include "vitrion/core/structure.hpp"

namespace vitrion::dataset {

/// Energies per atom of each species that come nearest to the energies of the frames: least squares over energies per
/// atom, minimum norm about their mean.
///
/// Compositions are often dependent (charge balance, a single compound): then only combinations of the numbers mean
/// anything, and the solution of smallest deviation from the mean energy per atom is taken. Frames without energy are
/// left out. Returns eV per atom in the order of `species`. Throws InputError when no frame has an energy.
std::vector<double> fit_reference_energies(const std::vector<Structure>& frames, const std::vector<Species>& species);

/// Sum over the atoms of a structure, eV. Throws InputError for a species that is not in the list.
double reference_energy(const Structure& structure, const std::vector<Species>& species,
                        const std::vector<double>& energies);

}  // namespace vitrion::dataset
