// What a dataset holds: species, labels, ranges, shortest distances, and a hash that names it.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "vitrion/core/structure.hpp"

namespace vitrion::dataset {

struct Range {
  double low = 0, high = 0;

  /// Makes it hold a value; the first one starts it anew.
  void extend(double value, bool first);
};

struct Description {
  std::size_t n_frames = 0, n_atoms = 0;
  std::vector<Species> species;                                   ///< elements by atomic number, then unnamed types
  std::map<std::string, std::size_t> atoms_of;                    ///< by species name
  std::size_t with_energy = 0, with_forces = 0, with_stress = 0;  ///< frames
  std::map<std::string, std::size_t> energy_kinds;                ///< frames by kind: "free", "unspecified", ...
  /// Shortest distance of each pair of species that comes nearer than the search radius, Å; names in order of
  /// `species`.
  std::map<std::pair<std::string, std::string>, double> min_distance;
  double radius = 0;                    ///< Å, up to which pairs were searched; 0: not at all
  Range energy;                         ///< eV/atom, of the frames with energies
  Range density;                        ///< g/cm^3, of the frames with a volume and known masses
  double force_rms = 0, force_max = 0;  ///< eV/Å, over components; largest component
  Range pressure;                       ///< GPa, -trace(stress)/3
  std::string hash;  ///< content_hash over cells, species, positions and labels of all frames in order
};

/// Describes frames; pairs are searched up to `radius` (Å; 0: not at all). Throws InputError when there is no frame.
Description describe(const std::vector<Structure>& frames, double radius = 4.0);

/// The shortest of all distances; infinite when no pair comes near.
double shortest_distance(const Description& description);

/// "N-N": pairs of species of the data that no frame has within the search radius (an element with one atom only can
/// meet itself in its images). A potential knows nothing of how they repel.
std::vector<std::string> pairs_never_met(const Description& description);

/// Keys as in the struct; min_distance as {"Li-O": 1.7}.
nlohmann::json to_json(const Description& description);

}  // namespace vitrion::dataset
