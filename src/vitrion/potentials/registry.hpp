// Opens a potential file of any kind.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "vitrion/potentials/potential.hpp"

namespace vitrion::potentials {

/// What the file itself may not say.
struct LoadOptions {
  std::vector<Species> species;  ///< element of each type 0, 1, ...; ignored by files that name their elements
  /// Arithmetic of the potential; MTP and ZBL refuse single precision.
  Precision precision = Precision::double_precision;
  /// Tabulate what may be tabulated (the radial networks of NequIP): fast, for MD. Errors: docs/nequip.md.
  bool tabulated = false;
};

/// Reads a potential; its kind is told from the content. Throws InputError (file:line) when the content is no
/// potential, is malformed, is an untrained template, or has another number of species than `options` names.
std::unique_ptr<Potential> load_potential(const std::filesystem::path& file, const LoadOptions& options = {});

/// True when the file begins like a potential of any kind. Throws InputError when it cannot be read.
bool is_potential(const std::filesystem::path& file);

/// Writes the potential in Vitrion's format for its kind (MTP: `.mtp`, NequIP: safetensors), atomically. Throws
/// InputError for kinds that have none.
void write_potential(const std::filesystem::path& file, const Potential& potential);

}  // namespace vitrion::potentials
