// The lines POSCAR, CONTCAR and XDATCAR begin with: title, cell, species and their numbers of atoms.
#pragma once

#include <string>
#include <vector>

#include "vitrion/io/format.hpp"
#include "vitrion/io/lines.hpp"
#include "vitrion/io/output.hpp"

namespace vitrion::io {

struct PoscarHeader {
  std::string title;
  Cell cell;
  Vector3 scale = Vector3::Ones();   ///< of Cartesian coordinates, along x, y, z
  std::vector<Species> kinds;        ///< one for each group of atoms
  std::vector<std::int64_t> counts;  ///< atoms in each group

  std::int64_t n_atoms() const;
  /// One for each atom. Call it once the atoms were read: a damaged header may promise more than memory holds.
  std::vector<Species> species() const;
};

/// Reads it; a title that was read already is handed in. Species are unnamed types where the file (VASP 4) names none
/// and the title does not either. Throws InputError.
PoscarHeader read_poscar_header(LineReader& lines, const std::string* title = nullptr);

/// Writes it with scale 1. Throws InputError when the cell has no volume.
void write_poscar_header(OutputFile& out, const Structure& frame, const std::vector<std::size_t>& rows,
                         const TypeNumbers& types);

/// Rows as fractional coordinates, 16 decimals.
void write_fractional(OutputFile& out, const Structure& frame, const std::vector<std::size_t>& rows);

}  // namespace vitrion::io
