// The JSON layout in which models of the reference implementation (NequIP 0.6) are handed over.
#pragma once

#include <filesystem>
#include <string_view>

#include "vitrion/potentials/nequip/model.hpp"

namespace vitrion::potentials::nequip {

/// True when the text begins like that layout.
bool looks_like_reference(std::string_view text);

/// Reads the model; see `parse_model`.
Model parse_reference(std::string_view text, const std::filesystem::path& file);

}  // namespace vitrion::potentials::nequip
