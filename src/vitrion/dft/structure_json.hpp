// Structures and labels as JSON, digit for digit: how the queue keeps them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "vitrion/dft/engine.hpp"

namespace vitrion::dft {

/// Cell, species, positions, ids, time, step and the frame's keys; no labels and no velocities.
nlohmann::json to_json(const Structure& structure);
/// Throws InputError when the text is not what `to_json` wrote.
Structure structure_from_json(const nlohmann::json& json);

nlohmann::json to_json(const Label& label);
Label label_from_json(const nlohmann::json& json);

}  // namespace vitrion::dft
