// Reading and writing NequIP models: Vitrion's own file, and the JSON layout of the reference implementation.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "vitrion/potentials/nequip/model.hpp"

namespace vitrion::potentials::nequip {

/// True when the bytes begin like a model that `parse_model` may read.
bool looks_like_model(std::string_view bytes);

/// Vitrion's own file is safetensors. Its metadata hold
///     format   "vitrion-nequip"
///     version  "1"
///     model    JSON {"species": ["Li", ...], "hyperparameters": {NequIP's names}}
/// and its arrays are those of ParameterTable, with "per_type_energy_scales" and "per_type_energy_shifts" (eV). Where
/// the model has them: an array "extrapolation.metric.ELEMENT" for every species, and in the metadata
///     calibration   JSON [{"from", "to" (null: no limit), "n_atoms", "rms_eV_per_A", "quantile_95_eV_per_A"}, ...]
///
/// The reference layout is JSON ("format": "nequip-reference-1") with the configuration of NequIP 0.6, and the state
/// dictionary in it or in a safetensors file beside it. `file` names it in messages and is where that file is sought.
/// Throws InputError when the content is malformed, incomplete, contradicts itself or asks for what is not implemented.
Model parse_model(std::string_view bytes, const std::filesystem::path& file);
Model read_model(const std::filesystem::path& file);

/// {NequIP's name: value, ...}
nlohmann::json to_json(const Hyperparameters& hyper);

/// The bytes of Vitrion's own file.
std::string format_model(const Model& model);
/// Writes it atomically.
void write_model(const std::filesystem::path& file, const Model& model);

}  // namespace vitrion::potentials::nequip
