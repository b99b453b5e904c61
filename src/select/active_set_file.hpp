// A potential written together with its active set.
#pragma once

#include <filesystem>
#include <vector>

#include "core/structure.hpp"
#include "potentials/mtp/mtp_parameters.hpp"
#include "potentials/mtp/selection_state.hpp"

namespace vitrion::select {

/// Writes `.almtp` as MLIP-3 does: the potential, the active set, and those of the `training` configurations (the ones
/// make_active_set was given) that rows of it came from. Sets `parameters.selection_state`. Atomic.
void write_with_active_set(const std::filesystem::path& file, mtp::MtpParameters& parameters, mtp::SelectionState state,
                           const std::vector<Structure>& training);

}  // namespace vitrion::select
