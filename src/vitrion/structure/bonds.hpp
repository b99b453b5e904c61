// Who is bonded to whom: one cutoff per pair of species, from the first minimum of g(r) or from the user.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "vitrion/core/structure.hpp"
#include "vitrion/structure/rdf.hpp"

namespace vitrion::structure {

/// Cutoff distance of each unordered pair of species, Å. A pair without one is not bonded.
class BondCutoffs {
 public:
  void set(Species a, Species b, double cutoff);
  /// 0 when the pair has no cutoff.
  double of(Species a, Species b) const;
  double largest() const;
  bool empty() const { return cutoffs_.empty(); }
  const std::map<std::pair<Species, Species>, double>& all() const { return cutoffs_; }

 private:
  std::map<std::pair<Species, Species>, double> cutoffs_;
};

/// "P-O=2.0,Li-O=2.6". Throws InputError on anything else.
BondCutoffs parse_cutoffs(const std::string& text);

/// Every pair whose g has a first minimum, at that minimum; what `chosen` holds takes precedence.
BondCutoffs cutoffs_from(const RadialDistributions& distributions, const BondCutoffs& chosen = {});

/// A bonded neighbour: row of the atom and the vector to it (through the periodic boundary), Å.
struct Bond {
  int neighbor = 0;
  Vector3 vector;
};

/// Bonds of every atom of a structure, shape (n_atoms); each bond stands at both its ends.
using BondGraph = std::vector<std::vector<Bond>>;

BondGraph find_bonds(const Structure& structure, const BondCutoffs& cutoffs);

}  // namespace vitrion::structure
