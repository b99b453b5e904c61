// Units that the header of extended XYZ names: energy-unit=hartree, force_unit="eV/Å".
#pragma once

#include <map>
#include <string>

#include "vitrion/io/format.hpp"
#include "vitrion/io/lines.hpp"

namespace vitrion::io {

/// What numbers of the file are multiplied by to be in eV, eV/Å, eV/Å^3, Å; 1 for what the header says nothing of.
struct LabelUnits {
  double energy = 1, force = 1, stress = 1, virial = 1;  ///< a virial without a unit of its own has that of the energy
  double length = 1;                                     ///< positions and lattice

  /// Takes keys such as energy-unit, forces_unit, "Stress units", position_unit out of `keys`, whatever their case.
  /// Known: eV, meV, hartree (Ha, au), Ry, kcal/mol, kJ/mol; Å, bohr (au), nm; their quotients; GPa, kbar, bar, atm,
  /// MPa, kPa, Pa. Throws InputError at the place of `lines` for another unit of such a label: 1 is never taken for it.
  static LabelUnits take(const LineReader& lines, std::map<std::string, std::string>& keys, Notes& notes);
};

}  // namespace vitrion::io
