#include "vitrion/build/strain.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <cmath>

#include "vitrion/build/geometry.hpp"
#include "vitrion/core/error.hpp"

namespace vitrion::build {

Matrix3 deformation(StrainKind kind, StrainPlane plane, double d) {
  const int x = static_cast<int>(plane), y = (x + 1) % 3, z = (x + 2) % 3;
  const double limit = kind == StrainKind::monoclinic ? 2 : 1;
  if (!(d > -limit) || (kind != StrainKind::hydrostatic && !(d < limit)))
    throw InputError(fmt::format("a strain of {} leaves no cell", d), "Strains are fractions: 0.05 is 5 %.");
  Matrix3 f = Matrix3::Identity();
  switch (kind) {
    case StrainKind::hydrostatic:
      return std::cbrt(1 + d) * f;
    case StrainKind::orthorhombic:
      f(x, x) += d;
      f(y, y) -= d;
      f(z, z) += d * d / (1 - d * d);
      break;
    case StrainKind::monoclinic:
      f(x, y) = f(y, x) = d / 2;
      f(z, z) += d * d / (4 - d * d);
      break;
  }
  return f;
}

Structure deformed(const Structure& s, const Matrix3& f) {
  require_solid(s, "the structure to strain");
  if (!(f.determinant() > 0)) throw InputError("the strain turns the cell inside out");
  Structure out = bare(s);
  out.cell = Cell(s.cell.matrix() * f);
  out.positions = s.positions * f;
  return out;
}

}  // namespace vitrion::build
