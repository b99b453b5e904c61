// A structure as the box and the atoms of a LAMMPS.
#pragma once

#include <vector>

#include "lammps/headers.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::lammps {

/// Makes box and atoms (units metal, atom style `charge` or `atomic`) in a LAMMPS that has none. Type t + 1 is
/// types[t], with its mass; ids are 1 .. n; velocities and image flags come along.
///
/// The cell must be periodic along all three vectors. It is turned so that a lies along x and b in the xy plane:
/// returned is the rotation R, with x R the row vector in LAMMPS's axes. Throws InputError when a species is not in
/// `types`, LammpsError when LAMMPS does not take all atoms.
Matrix3 create_atoms(LAMMPS_NS::LAMMPS& lammps, const Structure& structure, const std::vector<Species>& types,
                     bool charges);

}  // namespace vitrion::lammps
