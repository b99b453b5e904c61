// Crystals and glasses under strain: what a potential must see to know stresses and elastic constants.
#pragma once

#include <string>
#include <vector>

#include "vitrion/core/structure.hpp"

namespace vitrion::build {

/// A series of strains, each with one parameter d:
///
/// - hydrostatic: V/V0 = 1 + d, every length times (1 + d)^(1/3);
/// - orthorhombic in the plane xy: e_xx = d, e_yy = -d, e_zz = d^2/(1 - d^2);
/// - monoclinic in the plane xy: e_xy = e_yx = d/2, e_zz = d^2/(4 - d^2); an angle of 90° between x and y becomes
///   acos(4d/(4 + d^2)), about 90° - d rad.
///
/// The last two keep the volume exactly (Mehl et al. 1990, doi 10.1103/PhysRevB.41.10311). x, y, z are the Cartesian
/// axes; atoms move with the cell.
enum class StrainKind { hydrostatic, orthorhombic, monoclinic };

/// The plane in which an orthorhombic or monoclinic strain acts; the third axis keeps the volume.
enum class StrainPlane { xy, yz, zx };

/// The deformation gradient: cell' = cell * F (rows), F symmetric: no rotation. Throws InputError when d leaves no
/// cell (hydrostatic d <= -1, orthorhombic |d| >= 1, monoclinic |d| >= 2).
Matrix3 deformation(StrainKind kind, StrainPlane plane, double d);

/// Cell and atoms deformed by F. Labels are dropped. Throws InputError when F turns the cell inside out.
Structure deformed(const Structure& s, const Matrix3& deformation);

}  // namespace vitrion::build
