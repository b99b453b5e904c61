#include "vitrion/dataset/label_units.hpp"

#include <fmt/format.h>

#include <cmath>

#include "vitrion/core/units.hpp"

namespace vitrion::dataset {
namespace {

constexpr double kcal_per_mol = 23.0605, kJ_per_mol = 96.4853;  // in one eV

}  // namespace

std::vector<LabelUnit> force_units() {
  const double hartree_per_bohr = units::bohr_in_A / units::hartree_in_eV;
  return {{2 * hartree_per_bohr, "Ry/Bohr in place of eV/Å"},
          {hartree_per_bohr, "hartree/Bohr in place of eV/Å"},
          {kcal_per_mol, "kcal/mol/Å in place of eV/Å"},
          {kJ_per_mol, "kJ/mol/Å in place of eV/Å"}};
}

std::vector<LabelUnit> energy_units() {
  return {{1 / units::hartree_in_eV, "hartree in place of eV"},
          {2 / units::hartree_in_eV, "rydberg in place of eV"},
          {kcal_per_mol, "kcal/mol in place of eV"},
          {kJ_per_mol, "kJ/mol in place of eV"}};
}

std::string causes_of(double slope, const std::vector<LabelUnit>& units, double tolerance) {
  std::string text = slope < 0 ? "The sign is the opposite" : "";
  for (const LabelUnit& unit : units) {
    const double ratio = std::abs(slope) / unit.factor;
    if (ratio > tolerance || ratio < 1 / tolerance || (unit.factor == 1 && slope > 0)) continue;
    text += fmt::format("{}{} fits", text.empty() ? "" : "; ", unit.name);
  }
  return text.empty() ? text : text + ".";
}

}  // namespace vitrion::dataset
