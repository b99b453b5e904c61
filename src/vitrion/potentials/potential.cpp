#include "vitrion/potentials/potential.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "vitrion/core/error.hpp"

namespace vitrion::potentials {
namespace {

template <class T>
void add_ghost_rows(T* rows, std::size_t width, std::size_t n_local, const std::vector<int>& owners) {
  for (std::size_t g = 0; g < owners.size(); ++g) {
    T* to = rows + static_cast<std::size_t>(owners[g]) * width;
    const T* from = rows + (n_local + g) * width;
    for (std::size_t k = 0; k < width; ++k) to[k] += from[k];
  }
}

}  // namespace

void PeriodicExchange::forward(void* rows, std::size_t width, std::size_t bytes_per_value) {
  auto* bytes = static_cast<char*>(rows);
  const std::size_t row = width * bytes_per_value;
  for (std::size_t g = 0; g < owners_.size(); ++g)
    std::memcpy(bytes + (n_local_ + g) * row, bytes + static_cast<std::size_t>(owners_[g]) * row, row);
}

void PeriodicExchange::reverse(void* rows, std::size_t width, std::size_t bytes_per_value) {
  if (bytes_per_value == sizeof(double))
    add_ghost_rows(static_cast<double*>(rows), width, n_local_, owners_);
  else
    add_ghost_rows(static_cast<float*>(rows), width, n_local_, owners_);
}

SelectionRows Potential::selection_rows(const neighbors::Neighborhoods&, GhostExchange&) {
  throw InputError("a potential of kind " + kind() + " has nothing to grade by");
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): those that have something keep the state
std::unique_ptr<Potential> Potential::graded_by(SelectionState, const Calibration&) const {
  throw InputError("a potential of kind " + kind() + " has nothing to grade by");
}

std::vector<int> types_for(const Potential& potential, const Structure& structure) {
  const std::vector<Species>& known = potential.species();
  std::vector<int> types;
  types.reserve(structure.size());
  for (std::size_t i = 0; i < structure.size(); ++i) {
    const auto found = std::find(known.begin(), known.end(), structure.species[i]);
    if (found != known.end()) {
      types.push_back(static_cast<int>(found - known.begin()));
      continue;
    }
    const bool unnamed = !structure.species[i].is_element() || (!known.empty() && !known.front().is_element());
    throw InputError("atom " + std::to_string(i + 1) + " is " + structure.species[i].name() + "; the potential knows " +
                         join_names(known),
                     unnamed ? "Name the elements of the types, in order: --species Mg,V,O" : "");
  }
  return types;
}

std::vector<double> grades_of(Potential& potential, const Structure& structure) {
  if (!potential.has_grades())
    throw InputError("the potential holds nothing to grade by",
                     "Make it from the training set: vitrion select active POTENTIAL DATA --output NEW");
  const neighbors::PeriodicNeighborhoods lists(structure, types_for(potential, structure), potential.cutoff());
  PeriodicExchange exchange(lists.n_local(), lists.owners());
  Evaluation result;
  potential.compute(lists.view(), {.grades = true}, exchange, result);
  return std::move(result.grades);
}

Labels Potential::evaluate(const Structure& structure) {
  const neighbors::PeriodicNeighborhoods lists(structure, types_for(*this, structure), cutoff());
  PeriodicExchange exchange(lists.n_local(), lists.owners());
  Evaluation result;
  compute(lists.view(), {}, exchange, result);
  Labels labels;
  labels.energy = std::accumulate(result.energies.begin(), result.energies.end(), 0.0);
  labels.energy_kind = EnergyKind::free;
  labels.atomic_energies = std::move(result.energies);
  labels.forces = lists.fold(result.forces);
  if (structure.cell.has_volume() && structure.cell.is_periodic())
    labels.stress = -result.virial / structure.cell.volume();
  return labels;
}

}  // namespace vitrion::potentials
