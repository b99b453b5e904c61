// The atoms a run starts from.
#pragma once

#include "vitrion/core/structure.hpp"
#include "vitrion/md/options.hpp"

namespace vitrion::md {

/// What `options` start from: `start` itself where it holds atoms, else the frame of `start_file`, sorted by id, else
/// the random packing. Throws InputError when the file cannot be read or holds several frames, and as packed_cell does.
Structure starting_structure(const MdOptions& options);

/// The packing, with the smallest distances of the training set for pairs it names none for, where a model card records
/// them: the start then holds no distance that the potential has never seen.
build::PackingOptions complete_packing(const build::PackingOptions& packing,
                                       const potentials::PotentialSource& potential);

/// "Li-O" -> two species; nothing when it is no pair of elements.
std::optional<std::pair<Species, Species>> parse_pair(const std::string& name);

}  // namespace vitrion::md
