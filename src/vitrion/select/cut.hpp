// One neighbourhood cut out of a large cell into a small periodic one that DFT can afford.
#pragma once

#include <cstddef>
#include <map>
#include <utility>

#include "vitrion/core/structure.hpp"

namespace vitrion::select {

struct CutOptions {
  double side = 9;  ///< Å, of the cube
  /// Smallest distance allowed across the new boundary, Å, by pair of species (either order); pairs that are not named
  /// keep `distance`.
  std::map<std::pair<Species, Species>, double> distances = {};
  double distance = 1.5;
  /// Oxidation states, e: when given, atoms are left out until the cell is neutral.
  std::map<Species, double> charges = {};
};

/// What was cut, and what it took.
struct Cut {
  Structure structure;         ///< centre atom first, at the middle of the cube; info "cut_from_atom" names its id
  std::size_t n_clashing = 0;  ///< atoms left out because they came too near one another across the new boundary
  std::size_t n_charged = 0;   ///< atoms left out for neutrality
  double charge = 0;           ///< e, what remains
};

/// Takes every atom (periodic images too) inside the cube around atom `center` and repeats the cube periodically
/// (Podryabinkin et al. 2023, doi 10.1021/acs.jctc.2c00783, cut in this spirit). Of two atoms that clash across the
/// boundary, and of those too many for neutrality, the one farther from the centre goes: the neighbourhood itself stays
/// as it was. Throws InputError when `center` is no atom, the cube is not positive, or the centre itself clashes with
/// its own image.
Cut cut_neighbourhood(const Structure& structure, std::size_t center, const CutOptions& options);

}  // namespace vitrion::select
