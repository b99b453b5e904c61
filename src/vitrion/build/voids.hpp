// Room between atoms: where an ion may be put.
#pragma once

#include <vector>

#include "vitrion/core/structure.hpp"

namespace vitrion::build {

struct VoidOptions {
  double min_radius = 1.5;  ///< Å, distance to the nearest atom
  double merge = 0.5;       ///< Å, vertices nearer to each other than this are one void
};

/// A place as far from its nearest atoms as its surroundings allow.
struct Void {
  Vector3 position;   ///< Å, in the cell
  double radius = 0;  ///< Å, to the nearest atom
};

/// Vertices of the Voronoi tessellation (voro++: Rycroft 2009, doi 10.1063/1.3215722), each equally far from four atoms
/// or more; of those that are near each other the one with the largest radius is kept. Largest first.
///
/// Throws InputError when the structure does not repeat along all three vectors or atoms overlap.
std::vector<Void> find_voids(const Structure& s, const VoidOptions& options = {});

}  // namespace vitrion::build
