// Opens a potential file of any kind.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "potentials/potential.hpp"

namespace vitrion {

/// What the file itself may not say.
struct LoadOptions {
  std::vector<Species> species;  ///< element of each type 0, 1, ...; ignored by files that name their elements
};

/// Reads a potential; its kind is told from the content. Throws InputError (file:line) when the content is no
/// potential, is malformed, is an untrained template, or has another number of species than `options` names.
std::unique_ptr<Potential> load_potential(const std::filesystem::path& file, const LoadOptions& options = {});

}  // namespace vitrion
