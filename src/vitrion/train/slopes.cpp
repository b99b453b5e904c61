#include "vitrion/train/slopes.hpp"

#include <fmt/format.h>

#include <cmath>

#include "vitrion/core/units.hpp"

namespace vitrion::train {
namespace {

constexpr double least_correlation = 0.7, most_slope = 2, unit_tolerance = 1.25;  // a cause fits within this factor

/// A unit that labels might be in: how many of it make one of ours.
struct LabelUnit {
  double factor;
  const char* name;
};

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

std::string causes(double slope, const std::vector<LabelUnit>& units) {
  std::string text = slope < 0 ? "The sign is the opposite" : "";
  for (const LabelUnit& unit : units) {
    const double ratio = std::abs(slope) / unit.factor;
    if (ratio > unit_tolerance || ratio < 1 / unit_tolerance) continue;
    text += fmt::format("{}{} fits", text.empty() ? "" : "; ", unit.name);
  }
  return text.empty() ? "Another unit, or labels of other configurations?" : text + ".";
}

void add_if_off(const LabelLine& line, const char* what, const std::vector<LabelUnit>& units, const char* remedy,
                std::vector<std::string>& found) {
  if (std::abs(line.correlation()) < least_correlation) return;
  const double slope = line.slope();
  if (slope >= 1 / most_slope && slope <= most_slope) return;
  found.push_back(fmt::format("{} given are {:.3g} times those predicted (correlation {:.2f}; 1 is expected). {} {}",
                              what, slope, line.correlation(), causes(slope, units), remedy));
}

}  // namespace

std::vector<std::string> implausible_slopes(const std::map<std::string, ParityData>& subsets, const ErrorTable& table) {
  constexpr double least_energies = 5, kcal_per_mol = 23.0605, kJ_per_mol = 96.4853;
  LabelLine energy, force, stress;
  for (const auto& [name, data] : subsets) {
    energy.add(data.energy);
    force.add(data.force);
    stress.add(data.stress);
  }
  std::vector<std::string> found;
  const double atoms = static_cast<double>(table.n_atoms) / std::max(1.0, static_cast<double>(table.n_configurations));
  if (energy.n >= least_energies) {
    energy.center();
    add_if_off(energy, "Energies",
               {{1 / atoms, "energies per atom in place of the whole cell's"},
                {1 / units::hartree_in_eV, "hartree in place of eV"},
                {2 / units::hartree_in_eV, "rydberg in place of eV"},
                {kcal_per_mol, "kcal/mol in place of eV"},
                {kJ_per_mol, "kJ/mol in place of eV"}},
               "Energies are eV of the whole cell.", found);
  }
  const double hartree_per_bohr = units::bohr_in_A / units::hartree_in_eV;
  add_if_off(force, "Forces",
             {{1, "the energy's gradient in place of the force"},
              {2 * hartree_per_bohr, "Ry/Bohr in place of eV/Å"},
              {hartree_per_bohr, "hartree/Bohr in place of eV/Å"},
              {kcal_per_mol, "kcal/mol/Å in place of eV/Å"},
              {kJ_per_mol, "kJ/mol/Å in place of eV/Å"}},
             "Forces are eV/Å.", found);
  const double GPa = units::eV_per_A3_in_GPa;
  add_if_off(stress, "Stresses",
             {{1, "pressure (compression positive) in place of stress"},
              {GPa, "GPa in place of eV/Å^3"},
              {GPa / units::kbar_in_GPa, "kbar in place of eV/Å^3"},
              {GPa * 1e4, "bar in place of eV/Å^3"}},
             "Stresses are eV/Å^3, tension positive; a key named virial holds -volume * stress in eV.", found);
  return found;
}

}  // namespace vitrion::train
