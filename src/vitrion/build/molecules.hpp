// Units that bonds hold together (PO4, P2O7), kept whole where a cell is cut.
#pragma once

#include <cstddef>
#include <vector>

#include "vitrion/build/pair_distances.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::build {

/// Which unit every atom belongs to; an atom without bonds is one of its own.
struct Units {
  std::vector<std::size_t> of;  ///< unit number, shape (n_atoms)
  std::vector<double> middle;   ///< mean fractional coordinate along c of its atoms, 0 to 1, shape (n_units)
  std::size_t n_endless = 0;    ///< units that reach through the cell along c: they stay as they were
};

/// Moves atoms by whole cell vectors c until the atoms of a unit stand side by side and its middle lies in the cell.
/// `bonds`: pairs nearer than that are bonded, Å.
Units make_units_whole(Structure& s, const PairDistances& bonds);

}  // namespace vitrion::build
