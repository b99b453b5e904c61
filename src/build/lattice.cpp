#include "build/lattice.hpp"

#include <cmath>

namespace vitrion::build {

Matrix3 reduced(const Matrix3& rows, const Matrix3& cell) {
  Matrix3 r = rows;
  for (bool changed = true; changed;) {
    changed = false;
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) {
        if (i == j) continue;
        const Vector3 a = r.row(i) * cell, b = r.row(j) * cell;
        const double times = std::round(a.dot(b) / b.squaredNorm());
        // Strictly shorter: two forms of equal length must not alternate.
        if (times == 0 || (a - times * b).norm() > a.norm() - 1e-9) continue;
        r.row(i) -= times * r.row(j);
        changed = true;
      }
  }
  return r;
}

}  // namespace vitrion::build
