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

/// What velocities a run begins with.
struct VelocityChoice {
  bool draw = true;          ///< a normal distribution at the temperature of the first stage that moves atoms
  bool seed_matters = true;  ///< for anything at all: velocities, packing, the noise of Langevin dynamics
  std::string note = {};     ///< what was done, and why: a sentence; empty where nothing moves
};
/// As `options.velocities` says; `options.start` holds the atoms. Throws InputError where there is nothing to keep.
VelocityChoice choose_velocities(const MdOptions& options);

/// K, of atoms whose centre of mass rests; 0 where there are no velocities.
double kinetic_temperature(const Structure& structure);

/// "Li-O" -> two species; nothing when it is no pair of elements.
std::optional<std::pair<Species, Species>> parse_pair(const std::string& name);

}  // namespace vitrion::md
