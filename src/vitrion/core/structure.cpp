#include "vitrion/core/structure.hpp"

#include <algorithm>
#include <set>

#include "vitrion/core/error.hpp"
#include "vitrion/core/units.hpp"

namespace vitrion::inline core {

std::string name_of(EnergyKind kind) {
  switch (kind) {
    case EnergyKind::free:
      return "free";
    case EnergyKind::without_entropy:
      return "without_entropy";
    case EnergyKind::sigma_to_zero:
      return "sigma_to_zero";
    case EnergyKind::unspecified:
      break;
  }
  return "unspecified";
}

std::string name_of(TimeSource source) {
  switch (source) {
    case TimeSource::stated:
      return "stated";
    case TimeSource::steps:
      return "steps";
    case TimeSource::places:
      return "places";
    case TimeSource::none:
      break;
  }
  return "none";
}

double Structure::density() const {
  if (!cell.has_volume()) throw InputError("density needs a cell with a volume");
  double mass = 0;
  for (const Species& s : species) mass += s.mass();
  return mass / cell.volume() * units::u_per_A3_in_g_per_cm3;
}

std::vector<Species> distinct_species(const Structure& structure) {
  const std::set<Species> seen(structure.species.begin(), structure.species.end());
  std::vector<Species> list(seen.begin(), seen.end());
  std::sort(list.begin(), list.end(), [](const Species& a, const Species& b) {
    if (a.is_element() != b.is_element()) return a.is_element();
    return a.is_element() ? a < b : a.type_number() < b.type_number();
  });
  return list;
}

void name_types(Structure& structure, const std::vector<Species>& names) {
  for (Species& s : structure.species) {
    if (s.is_element()) continue;
    if (s.type_number() >= static_cast<int>(names.size()))
      throw InputError("the file holds " + s.name() + " but only " + std::to_string(names.size()) +
                           " species are named (" + join_names(names) + ")",
                       "List one element per type, in the order of the types: --species Mg,V,O");
    s = names[static_cast<std::size_t>(s.type_number())];
  }
}

void validate(const Structure& s, const std::string& file, std::size_t line) {
  const auto fail = [&](const std::string& what) {
    throw InputError(Location{file, line}, what, "Repair this frame, or leave it out with --frames.");
  };
  const auto n = static_cast<Eigen::Index>(s.size());
  if (s.positions.rows() != n) fail("positions and species differ in number");
  if (!s.positions.allFinite()) fail("a position is not a finite number");
  if (s.labels.has_forces() && s.labels.forces.rows() != n) fail("forces and atoms differ in number");
  if (!s.labels.forces.allFinite()) fail("a force is not a finite number");
  if (s.labels.energy && !std::isfinite(*s.labels.energy)) fail("the energy is not a finite number");
  if (s.labels.stress && !s.labels.stress->allFinite()) fail("the stress is not finite");
  if (s.has_velocities() && s.velocities.rows() != n) fail("velocities and atoms differ in number");
  if (!s.velocities.allFinite()) fail("a velocity is not a finite number");
  for (const auto& [name, column] : s.columns)
    if (column.values.size() != s.size()) fail("column " + name + " and atoms differ in number");
  if (!s.images.empty() && s.images.size() != s.size()) fail("image flags and atoms differ in number");
  if (!s.ids.empty()) {
    if (s.ids.size() != s.size()) fail("ids and atoms differ in number");
    std::vector<std::int64_t> sorted = s.ids;
    if (!std::is_sorted(sorted.begin(), sorted.end())) std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end()) fail("id " + std::to_string(*twice) + " stands twice");
  }
}

}  // namespace vitrion::inline core
