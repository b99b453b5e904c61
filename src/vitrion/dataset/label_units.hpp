// Units that labels come in by mistake, told from the factor by which they are off.
#pragma once

#include <string>
#include <vector>

namespace vitrion::dataset {

/// A unit that labels might be in: how many of it make one of ours.
struct LabelUnit {
  double factor;
  std::string name;
};

/// Ry/Bohr, hartree/Bohr, kcal/mol/Å, kJ/mol/Å, each "in place of eV/Å".
std::vector<LabelUnit> force_units();
/// Hartree, rydberg, kcal/mol, kJ/mol, each "in place of eV".
std::vector<LabelUnit> energy_units();

/// What explains labels that are `slope` times what they should be: "The sign is the opposite; kbar in place of eV/Å^3
/// fits." Empty where nothing does. A unit fits within the factor `tolerance`; a unit of factor 1 is for what a sign
/// alone tells.
std::string causes_of(double slope, const std::vector<LabelUnit>& units, double tolerance = 1.25);

}  // namespace vitrion::dataset
