#include "vitrion/dataset/describe.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/dataset/pairs.hpp"

namespace vitrion::dataset {
void Range::extend(double value, bool first) {
  low = first ? value : std::min(low, value);
  high = first ? value : std::max(high, value);
}

namespace {

void append(std::string& bytes, const void* data, std::size_t size) {
  bytes.append(static_cast<const char*>(data), size);
}

// The numbers of a frame as bytes; presence of labels is part of it.
void append_frame(std::string& bytes, const Structure& s) {
  const auto n = static_cast<std::uint64_t>(s.size());
  append(bytes, &n, sizeof n);
  append(bytes, s.cell.matrix().data(), 9 * sizeof(double));
  for (const bool periodic : s.cell.periodic()) bytes.push_back(periodic ? 1 : 0);
  for (const Species& species : s.species) bytes += species.name() + " ";
  append(bytes, s.positions.data(), static_cast<std::size_t>(s.positions.size()) * sizeof(double));
  bytes.push_back(s.labels.energy ? 1 : 0);
  if (s.labels.energy) append(bytes, &*s.labels.energy, sizeof(double));
  bytes.push_back(s.labels.has_forces() ? 1 : 0);
  append(bytes, s.labels.forces.data(), static_cast<std::size_t>(s.labels.forces.size()) * sizeof(double));
  bytes.push_back(s.labels.stress ? 1 : 0);
  if (s.labels.stress) append(bytes, s.labels.stress->data(), 9 * sizeof(double));
}

// Shortest distance of every pair of types (row major, lower type first), infinite where none is near.
std::vector<double> pair_distances(const Structure& s, const std::vector<Species>& species, double radius) {
  const std::size_t n_types = species.size();
  std::vector<double> shortest(n_types * n_types, std::numeric_limits<double>::infinity());
  for_each_pair(s, species, radius, [&](std::size_t a, std::size_t b, double distance) {
    shortest[a * n_types + b] = std::min(shortest[a * n_types + b], distance);
  });
  return shortest;
}

void describe_labels(const std::vector<Structure>& frames, Description& d) {
  double squares = 0, components = 0;
  bool first_density = true;
  for (const Structure& s : frames) {
    const Labels& label = s.labels;
    if (label.energy) {
      d.energy.extend(*label.energy / static_cast<double>(s.size()), d.with_energy == 0);
      ++d.with_energy;
      ++d.energy_kinds[name_of(label.energy_kind)];
    }
    if (label.has_forces()) {
      ++d.with_forces;
      squares += label.forces.squaredNorm();
      components += static_cast<double>(label.forces.size());
      d.force_max = std::max(d.force_max, label.forces.cwiseAbs().maxCoeff());
    }
    if (label.stress) {
      d.pressure.extend(-label.stress->trace() / 3 * units::eV_per_A3_in_GPa, d.with_stress == 0);
      ++d.with_stress;
    }
    const bool has_masses =
        std::all_of(s.species.begin(), s.species.end(), [](const Species& one) { return one.is_element(); });
    if (s.cell.has_volume() && s.cell.is_periodic() && has_masses) {
      d.density.extend(s.density(), first_density);
      first_density = false;
    }
  }
  d.force_rms = components > 0 ? std::sqrt(squares / components) : 0.0;
}

}  // namespace

Description describe(const std::vector<Structure>& frames, double radius) {
  if (frames.empty()) throw InputError("the dataset is empty");
  Description d;
  d.n_frames = frames.size();
  std::set<Species> seen;
  std::string bytes;
  for (const Structure& s : frames) {
    d.n_atoms += s.size();
    for (const Species& one : s.species) ++d.atoms_of[one.name()];
    seen.insert(s.species.begin(), s.species.end());
    append_frame(bytes, s);
  }
  d.hash = content_hash(bytes);
  Structure all;
  all.species.assign(seen.begin(), seen.end());
  d.species = distinct_species(all);
  describe_labels(frames, d);
  if (radius <= 0) return d;
  d.radius = radius;

  std::vector<std::vector<double>> per_frame(frames.size());
  parallel_for(frames.size(), [&](std::size_t i) { per_frame[i] = pair_distances(frames[i], d.species, radius); });
  const std::size_t n = d.species.size();
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = a; b < n; ++b) {
      double shortest = std::numeric_limits<double>::infinity();
      for (const auto& distances : per_frame) shortest = std::min(shortest, distances[a * n + b]);
      if (std::isfinite(shortest)) d.min_distance[{d.species[a].name(), d.species[b].name()}] = shortest;
    }
  return d;
}

double shortest_distance(const Description& description) {
  double shortest = std::numeric_limits<double>::infinity();
  for (const auto& [pair, distance] : description.min_distance) shortest = std::min(shortest, distance);
  return shortest;
}

std::vector<std::string> pairs_never_met(const Description& d) {
  std::vector<std::string> pairs;
  if (d.radius <= 0) return pairs;
  for (std::size_t a = 0; a < d.species.size(); ++a)
    for (std::size_t b = a; b < d.species.size(); ++b)
      if (d.min_distance.count({d.species[a].name(), d.species[b].name()}) == 0)
        pairs.push_back(d.species[a].name() + "-" + d.species[b].name());
  return pairs;
}

nlohmann::json to_json(const Description& d) {
  nlohmann::json pairs = nlohmann::json::object();
  for (const auto& [pair, distance] : d.min_distance) pairs[pair.first + "-" + pair.second] = distance;
  const auto range = [](const Range& r, std::size_t count) -> nlohmann::json {
    if (count == 0) return nullptr;
    return {r.low, r.high};
  };
  return {{"n_frames", d.n_frames},
          {"n_atoms", d.n_atoms},
          {"atoms_of", d.atoms_of},
          {"frames_with_energy", d.with_energy},
          {"frames_with_forces", d.with_forces},
          {"frames_with_stress", d.with_stress},
          {"energy_kinds", d.energy_kinds},
          {"min_distance_A", pairs},
          {"pair_search_radius_A", d.radius},
          {"pairs_never_met", pairs_never_met(d)},
          {"energy_eV_per_atom", range(d.energy, d.with_energy)},
          {"density_g_per_cm3", range(d.density, d.density.high > 0 ? 1 : 0)},
          {"pressure_GPa", range(d.pressure, d.with_stress)},
          {"force_rms_eV_per_A", d.force_rms},
          {"force_max_eV_per_A", d.force_max},
          {"hash", d.hash}};
}

}  // namespace vitrion::dataset
