// Does the structure repeat itself inside its cell? The direct test for long-range order, whatever its orientation.
#pragma once

#include <functional>
#include <map>

#include "vitrion/core/structure.hpp"

namespace vitrion::structure {

enum class Operation {
  translation,  ///< r -> r + t, |t| at least `shortest`: a lattice vector shorter than the cell's own
  inversion     ///< r -> t - r: a centre of symmetry
};

struct RepeatOptions {
  double shortest = 4.0;   ///< Å, of translations, modulo the cell
  double tolerance = 0.8;  ///< Å, an atom counts as mapped when the image lands this near an atom of its species: wider
                           ///< than thermal motion below melting (twice 0.3 Å), narrower than half a Li-Li distance
};

/// The operation that maps most atoms onto atoms of their own species.
struct Repeat {
  Operation operation = Operation::translation;
  double mapped = 0;                     ///< fraction of all atoms; 1: perfect repetition
  double by_chance = 0;                  ///< the same fraction for randomly placed atoms and one random operation
  double glass_limit = 0;                ///< what the best operation of a disordered structure stays below, see below
  Vector3 vector = Vector3::Zero();      ///< t, Å
  std::map<Species, double> by_species;  ///< fraction of each species under that operation
  std::size_t candidates = 0;            ///< operations tried
};

/// Tries the vectors between (translation: r_b - r_a; inversion: r_a + r_b) atoms of the rarest species that makes up a
/// tenth of the atoms or more (four atoms at least), refining each by the mean misfit of the atoms it maps. The cell's
/// own periodicity is no repetition: vectors are taken modulo the cell. Order with a repeat as long as the cell and
/// without a centre of symmetry cannot be seen in one cell by any method.
///
/// The best of thousands of operations maps more than one at random. In units of the standard deviation of independent
/// atoms, sqrt(p (1 - p) / N) with p = by_chance, it exceeds p by 2 to 7 (translations) and 4 to 12 (inversions, which
/// map atoms in pairs) in dense packings and real glasses of 60 to 3000 atoms. `glass_limit` stands beyond that.
///
/// `mapped` is 0 where no candidate exists (no such species, or a cell too small to hold a
/// vector of `shortest`). Throws InputError when the cell is not periodic in three directions.
///
/// Works on all threads; the result is the same on any number. `told` (may be empty) hears the fraction of the
/// candidates tried so far, on the calling thread; what it throws ends the search.
Repeat best_repeat(const Structure& structure, Operation operation, const RepeatOptions& options = {},
                   const std::function<void(double)>& told = {});

}  // namespace vitrion::structure
