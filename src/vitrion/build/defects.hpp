// Substitutions, vacancies and interstitials that keep a crystal neutral, ranked by Coulomb energy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/build/charges.hpp"
#include "vitrion/build/symmetry.hpp"
#include "vitrion/build/voids.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::build {

/// `count` atoms of `from` become `to`. No `from`: put into voids; no `to`: taken out.
struct Substitution {
  int count = 1;
  std::optional<Species> from, to;
};

/// "2 O -> N", "O -> vacancy" (one), "3 void -> Li". Throws InputError.
Substitution parse_substitution(const std::string& text);

struct DefectOptions {
  std::vector<Substitution> substitutions;
  OxidationStates charges;
  /// The species of which as many atoms are taken out, or put into voids, as make the cell neutral.
  std::optional<Species> balance;
  bool allow_charged = false;  ///< accept a cell that is not neutral; a uniform background makes up for it
  std::size_t keep = 10;       ///< structures to return, lowest energy first
  /// Most arrangements to enumerate (equivalent ones counted each); above it `samples` of them are drawn at random.
  double max_arrangements = 500'000;
  std::int64_t samples = 0;                            ///< 0: more than max_arrangements is an InputError
  VoidOptions voids{.min_radius = 1.4, .merge = 0.7};  ///< for what is put into voids
  double symmetry_precision = default_symmetry_precision;
  std::uint64_t seed = 1;
};

struct Defect {
  Structure structure;
  double coulomb_energy = 0;      ///< eV, whole cell
  std::int64_t multiplicity = 1;  ///< equivalent arrangements
};

struct DefectSeries {
  std::vector<Defect> defects;  ///< lowest energy first; equal energies in order of the changed sites
  double n_arrangements = 0;    ///< equivalent ones counted each
  std::size_t n_distinct = 0;   ///< classes found
  std::int64_t n_drawn = 0;     ///< 0: all were enumerated
  int n_balance = 0;            ///< atoms of `balance` put in (> 0) or taken out (< 0)
};

/// All symmetry-distinct ways to make the substitutions (spglib's operations of the host, on atoms and voids alike),
/// the `keep` lowest in the Coulomb energy of point charges. Atoms stay where they were; what is put in comes last.
///
/// Throws InputError when the host lacks atoms or voids for it, when the cell would carry a charge, when the balancing
/// species cannot make up for it in whole atoms, and when there are too many arrangements.
DefectSeries make_defects(const Structure& host, const DefectOptions& options);

}  // namespace vitrion::build
