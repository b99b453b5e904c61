// How much of a cell holds no matter: vacuum beside a slab, pores, what is left where atoms flew apart.
#pragma once

#include "vitrion/core/cell.hpp"
#include "vitrion/core/linalg.hpp"

namespace vitrion::neighbors {

/// What of a cell is empty.
struct Vacuum {
  double share = 0;  ///< of the volume, farther than the reach from every atom
  /// Thickness in Å of the thickest slab between lattice planes of one of the cell's axes without the centre of an
  /// atom, and that axis (0, 1, 2). Of densely packed matter it is about the distance of atoms.
  double gap = 0;
  int gap_axis = 0;
  double height = 0;  ///< Å, of the cell along that axis
};

/// On a grid of about 1 Å (coarser above two million points). Between the atoms of a solid or a liquid no point is
/// farther than `reach` (Å) from an atom. The cell must have a volume; positions may lie outside of it.
Vacuum measure_vacuum(const Cell& cell, const Positions& positions, double reach = 4.0);

}  // namespace vitrion::neighbors
