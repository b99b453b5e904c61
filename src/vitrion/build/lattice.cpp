#include "vitrion/build/lattice.hpp"

#include <cmath>

namespace vitrion::build {
namespace {

// Gauss's reduction of two vectors, as steps on rows 0 and 1 of `rows` whose lengths are those of `rows * cell`.
template <class Rows, class CellMatrix>
void reduce_pair(Rows& rows, const CellMatrix& cell) {
  while (true) {
    const auto a = (rows.row(0) * cell).eval(), b = (rows.row(1) * cell).eval();
    const double times = std::round(a.dot(b) / a.squaredNorm());
    // Strictly shorter: two forms of equal length must not alternate.
    if (times != 0 && (b - times * a).norm() < b.norm() - 1e-9) {
      rows.row(1) -= times * rows.row(0);
    } else if (b.norm() < a.norm() - 1e-9) {
      rows.row(0).swap(rows.row(1));
      rows.row(1) = -rows.row(1);  // keeps the handedness
    } else {
      return;
    }
  }
}

}  // namespace

Matrix3 reduced(const Matrix3& rows, const Matrix3& cell) {
  Matrix3 r = rows;
  for (bool changed = true; changed;) {
    changed = false;
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) {
        if (i == j) continue;
        const Vector3 a = r.row(i) * cell, b = r.row(j) * cell;
        const double times = std::round(a.dot(b) / b.squaredNorm());
        if (times == 0 || (a - times * b).norm() > a.norm() - 1e-9) continue;
        r.row(i) -= times * r.row(j);
        changed = true;
      }
  }
  return r;
}

Matrix3 reduced_in_plane(const Matrix3& rows, const Matrix3& cell) {
  Matrix3 r = rows;
  reduce_pair(r, cell);
  for (bool changed = true; changed;) {
    changed = false;
    for (int j = 0; j < 2; ++j) {
      const Vector3 c = r.row(2) * cell, b = r.row(j) * cell;
      const double times = std::round(c.dot(b) / b.squaredNorm());
      if (times == 0 || (c - times * b).norm() > c.norm() - 1e-9) continue;
      r.row(2) -= times * r.row(j);
      changed = true;
    }
  }
  return r;
}

Eigen::Matrix2d reduced_in_plane(const Eigen::Matrix2d& rows) {
  Eigen::Matrix2d r = rows;
  reduce_pair(r, Eigen::Matrix2d::Identity().eval());
  return r;
}

}  // namespace vitrion::build
