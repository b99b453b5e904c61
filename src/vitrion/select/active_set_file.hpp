// A potential written together with what it is graded by.
#pragma once

#include <filesystem>
#include <vector>

#include "vitrion/core/structure.hpp"
#include "vitrion/potentials/potential.hpp"

namespace vitrion::select {

/// Writes the potential and the reference `state` that make_active_set made for it, atomically.
///
/// MTP: `.almtp` as MLIP-3 does, with those of the `training` configurations (the ones make_active_set was given) that
/// rows of the active set came from. NequIP: safetensors, with the calibration where there is one. Throws InputError
/// for other kinds.
void write_with_active_set(const std::filesystem::path& file, const potentials::Potential& potential,
                           potentials::SelectionState state, const std::vector<Structure>& training,
                           const potentials::Calibration& calibration = {});

}  // namespace vitrion::select
