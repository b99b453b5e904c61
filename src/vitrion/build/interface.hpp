// Two slabs on top of each other in one cell.
#pragma once

#include <optional>
#include <vector>

#include "vitrion/build/lattice_match.hpp"
#include "vitrion/build/pair_distances.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::build {

struct InterfaceOptions {
  MatchOptions match;
  std::size_t choice = 1;  ///< which of the useful matches: 1 has the smallest area
  double gap = 2;          ///< Å, between the outermost atoms of the two
  /// Å, above the film. Without it the film meets the next image of the substrate: a second interface, with the same
  /// gap.
  std::optional<double> vacuum;
  bool keep_volume = true;            ///< the film's height makes up for the change of its area
  double offset_a = 0, offset_b = 0;  ///< of the film in the plane, in fractions of the common cell
  /// Pairs nearer than that are bonded, Å: a film cut out of a glass keeps units bonded this way whole.
  PairDistances bonds = {};
};

struct Interface {
  Structure structure;                ///< substrate, then film
  std::vector<LatticeMatch> matches;  ///< all useful ones
  LatticeMatch match;                 ///< the one that was taken
  std::size_t n_substrate = 0;        ///< its first atoms
  std::size_t cut_units = 0;  ///< bonded units of the film that reach through the whole of it: cut at the boundary
};

/// The film laid on the substrate: both repeated in the plane until they match, the film strained (all of the misfit is
/// its) and turned, a gap between them. Both have a and b in one plane and c out of it; each is cut where its atoms
/// leave the widest gap along c, so slabs with vacuum and cells of a glass serve alike. In the result a lies along x, c
/// along z.
///
/// Throws InputError when nothing matches within the limits, or the gap is not positive.
Interface make_interface(const Structure& substrate, const Structure& film, const InterfaceOptions& options);

}  // namespace vitrion::build
