// What every builder asks of a structure before it starts, and takes along from it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/structure.hpp"

namespace vitrion::build {

/// Atoms nearer than this, Å, are an error in the input: no two nuclei of a solid come so near.
inline constexpr double overlap_distance = 0.5;

/// Cell, species and positions alone: labels, velocities, keys and columns belong to the structure they were given for.
Structure bare(const Structure& s);

/// A pair of atoms (of j possibly an image) and their distance, Å.
struct Contact {
  std::size_t i = 0, j = 0;
  double distance = 0;
};

/// The two atoms that are nearest to each other, if any are nearer than `cutoff` (Å). Throws InputError when two
/// coincide.
std::optional<Contact> nearest_contact(const Structure& s, double cutoff);

/// "Li 3 and O 17 are 0.41 Å apart", atoms counted from 1.
std::string describe(const Structure& s, const Contact& contact);

/// Throws InputError unless `s` holds atoms, repeats along a, b and c, and no two atoms are nearer than
/// `overlap_distance`. `what` stands for the structure in the message: "the host".
void require_solid(const Structure& s, const std::string& what);

/// The same structure turned so that a lies along x and b in the xy plane (right-handed cells only).
Structure turned_to_axes(const Structure& s);

}  // namespace vitrion::build
