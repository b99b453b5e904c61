#include "vitrion/train/slopes.hpp"

#include <fmt/format.h>

#include <cmath>

#include "vitrion/core/units.hpp"
#include "vitrion/dataset/label_units.hpp"

namespace vitrion::train {
namespace {

using dataset::LabelUnit;

// Where no unit explains the factor, only predictions that follow closely are believed.
constexpr double least_correlation = 0.7, close_correlation = 0.9, most_slope = 2;

/// Sums of given against predicted values.
struct LabelLine {
  double n = 0, given = 0, predicted = 0, given2 = 0, predicted2 = 0, product = 0;

  void add(const Parity& points) {
    for (std::size_t i = 0; i < points.reference.size(); ++i) {
      const double g = points.reference[i], p = points.predicted[i];
      ++n;
      given += g;
      predicted += p;
      given2 += g * g;
      predicted2 += p * p;
      product += g * p;
    }
  }
  /// About the means: what a constant adds to all values does not count.
  void center() {
    given2 -= given * given / n;
    predicted2 -= predicted * predicted / n;
    product -= given * predicted / n;
  }
  double correlation() const { return given2 > 0 && predicted2 > 0 ? product / std::sqrt(given2 * predicted2) : 0; }
  /// Of given over predicted, by the spread of both: noise in either does not flatten it.
  double slope() const { return std::copysign(std::sqrt(given2 / predicted2), product); }
};

void add_if_off(const LabelLine& line, const char* what, const std::vector<LabelUnit>& units, const char* remedy,
                std::vector<std::string>& found) {
  if (std::abs(line.correlation()) < least_correlation) return;
  const double slope = line.slope();
  if (slope >= 1 / most_slope && slope <= most_slope) return;
  const std::string causes = dataset::causes_of(slope, units);
  if (causes.empty() && std::abs(line.correlation()) < close_correlation) return;
  found.push_back(fmt::format("{} given are {:.3g} times those predicted (correlation {:.2f}; 1 is expected). {} {}",
                              what, slope, line.correlation(),
                              causes.empty() ? "Another unit, or labels of other configurations?" : causes, remedy));
}

// Of cells of different sizes energies per atom, divided by the number of atoms once more, follow nothing; multiplied
// they do.
bool are_per_atom(const std::map<std::string, ParityData>& subsets) {
  LabelLine line;
  double given = 0, predicted = 0, as_given = 0;
  for (const auto& [name, data] : subsets) {
    if (data.atoms.size() != data.energy.reference.size()) return false;
    Parity points = data.energy;
    for (std::size_t i = 0; i < points.reference.size(); ++i) {
      as_given += points.reference[i];
      points.reference[i] *= data.atoms[i];
      given += points.reference[i];
      predicted += points.predicted[i];
    }
    line.add(points);
  }
  constexpr double alike = 1.02;  // mean energies of atoms; the constant part of both is what a potential knows best
  const double ratio = given / predicted;
  if (!(ratio < alike && ratio > 1 / alike) || std::abs(as_given / predicted) > 1 / most_slope) return false;
  line.center();
  return line.correlation() > close_correlation && line.slope() < most_slope && line.slope() > 1 / most_slope;
}

}  // namespace

std::vector<std::string> implausible_slopes(const std::map<std::string, ParityData>& subsets, const ErrorTable& table) {
  constexpr double least_energies = 10;
  LabelLine energy, force, stress;
  for (const auto& [name, data] : subsets) {
    energy.add(data.energy);
    force.add(data.force);
    stress.add(data.stress);
  }
  std::vector<std::string> found;
  const double atoms = static_cast<double>(table.n_atoms) / std::max(1.0, static_cast<double>(table.n_configurations));
  if (energy.n >= least_energies && are_per_atom(subsets)) {
    found.push_back(
        "Energies given are those of an atom, by the potential: energies per atom in place of the whole cell's. "
        "Energies are eV of the whole cell.");
  } else if (energy.n >= least_energies) {
    energy.center();
    std::vector<LabelUnit> energies = dataset::energy_units();
    energies.insert(energies.begin(), {1 / atoms, "energies per atom in place of the whole cell's"});
    add_if_off(energy, "Energies", energies, "Energies are eV of the whole cell.", found);
  }
  std::vector<LabelUnit> forces = dataset::force_units();
  forces.insert(forces.begin(), {1, "the energy's gradient in place of the force"});
  add_if_off(force, "Forces", forces, "Forces are eV/Å.", found);
  const double GPa = units::eV_per_A3_in_GPa;
  add_if_off(stress, "Stresses",
             {{1, "pressure (compression positive) in place of stress"},
              {GPa, "GPa in place of eV/Å^3"},
              {GPa / units::kbar_in_GPa, "kbar in place of eV/Å^3"},
              {1 / units::kbar_in_GPa, "kbar in place of GPa"},
              {GPa * 1e4, "bar in place of eV/Å^3"}},
             "Stresses are eV/Å^3, tension positive; a key named virial holds -volume * stress in eV.", found);
  return found;
}

}  // namespace vitrion::train
