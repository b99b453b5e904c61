// Ions put into the voids of a host, one after the other where the Coulomb energy is lowest.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vitrion/build/charges.hpp"
#include "vitrion/build/pair_distances.hpp"
#include "vitrion/build/voids.hpp"
#include "vitrion/core/session.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::build {

struct InsertOptions {
  Species ion;
  int count = 1;
  OxidationStates charges = {};
  /// The species whose oxidation state gives way: its atoms share, evenly, what makes the cell neutral (V in
  /// MgV2O5). Without one the host's charges stay, and the cell must end neutral.
  std::optional<Species> redox = {};
  VoidOptions voids{.min_radius = 1.5, .merge = 0.5};
  /// Smallest distances of the ion to atoms of the host, and to its like, Å.
  PairDistances distances = {};
  double ion_distance = 2.0;  ///< Å between inserted ions, unless `distances` says otherwise
  std::size_t variants = 1;   ///< variant k begins with the k-th best void
  bool series = false;        ///< also the structures with fewer ions, 1 .. count
};

struct Insertion {
  Structure structure;
  int n_inserted = 0;
  std::size_t variant = 1;    ///< 1, 2, ...
  double coulomb_energy = 0;  ///< eV, whole cell
};

/// Fills voids (find_voids) of the host greedily: each ion goes to the free void with the lowest Coulomb energy of all
/// charges, ions already there and the reduction of `redox` included. Ions come after the atoms of the host.
///
/// Throws InputError when the host has too few voids, the ion or the host lacks an oxidation state, or the cell would
/// carry a charge.
std::vector<Insertion> insert_ions(const Structure& host, const InsertOptions& options, const Session& session = {});

/// How many ions bring the host to a composition such as MgV2O5. Throws InputError when the host's other elements do
/// not stand in that ratio, or the number is not whole or positive.
int ions_to_reach(const Structure& host, const Species& ion, const std::string& composition);

}  // namespace vitrion::build
