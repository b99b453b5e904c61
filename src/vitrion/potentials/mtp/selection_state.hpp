// The active set that follows the potential in `.almtp` files.
#pragma once

#include <string>
#include <string_view>

#include "vitrion/potentials/selection.hpp"

namespace vitrion::potentials::mtp {

/// Parses what follows the potential in an MLIP-3 `.almtp` (`#MVS_v1.1`). `file` names it in messages. Rows are
/// derivatives of site energies, or of the energy per atom, by all parameters in the order of MtpParameters::flat.
///
/// Throws InputError when it is cut, when its size does not fit `n_parameters`, when it holds no finite numbers, or
/// when it mixes equations Vitrion does not grade by (forces, stresses, or energies and sites together).
SelectionState parse_selection_state(std::string_view bytes, std::size_t n_parameters, const std::string& file = {});

/// The reverse: bytes MLIP-3 reads too.
std::string format_selection_state(const SelectionState& state);

}  // namespace vitrion::potentials::mtp
