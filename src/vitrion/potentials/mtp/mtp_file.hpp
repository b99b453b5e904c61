// Reading and writing `.mtp` (MLIP-2, MLIP-3) and `.almtp` (MLIP-3) files.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "vitrion/potentials/mtp/mtp_parameters.hpp"

namespace vitrion::potentials::mtp {

/// The word in potential_tag that carries the element names: "species:Mg,V,O". MLIP reads over it.
inline constexpr std::string_view species_word = "species:";

/// True when the text begins like an MTP file.
bool looks_like_mtp(std::string_view text);

/// Parses a potential or an untrained template. `file` names it in messages.
///
/// Both places of `scaling` are multiplied into one. What follows the potential (the selection state of `.almtp` and
/// `.mvs` files) is kept as it is. Species are elements where potential_tag names them (`species_word`), else
/// Species::type(label). Throws InputError (file:line) for malformed, incomplete or inconsistent text and for radial
/// bases other than RBChebyshev and RBChebyshev_repuls.
MtpParameters parse_mtp(std::string_view text, const std::string& file = {});
MtpParameters read_mtp(const std::filesystem::path& file);

/// The text of the potential, numbers with 17 digits (they read back bit for bit), then its selection state.
///
/// Element names go into potential_tag behind `species_word`. Throws InputError when the
/// parameters contradict each other or the tag cannot be written.
std::string format_mtp(const MtpParameters& parameters);
/// Writes atomically.
void write_mtp(const std::filesystem::path& file, const MtpParameters& parameters);

}  // namespace vitrion::potentials::mtp
