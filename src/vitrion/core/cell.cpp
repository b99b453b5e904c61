#include "vitrion/core/cell.hpp"

#include <fmt/format.h>

#include <Eigen/Geometry>
#include <Eigen/LU>
#include <cmath>

#include "vitrion/core/error.hpp"
#include "vitrion/core/units.hpp"

namespace vitrion::inline core {
namespace {

// Å between repeats: a tenth of the shortest bond there is.
constexpr double thinnest = 0.07;

// A unit vector at right angles to u and v (either may be zero).
Vector3 perpendicular(const Vector3& u, const Vector3& v) {
  Vector3 normal = u.cross(v);
  if (normal.norm() > 1e-12 * (u.norm() * v.norm() + 1e-300) && normal.norm() > 0) return normal.normalized();
  const Vector3 along = u.norm() > 0 ? u : v;
  if (along.norm() == 0) return Vector3::UnitX();
  return along.unitOrthogonal();
}

}  // namespace

Cell::Cell(const Matrix3& matrix, std::array<bool, 3> periodic) : matrix_(matrix), periodic_(periodic) {
  if (!matrix.allFinite()) throw InputError("a cell vector holds a number that is not finite");
  for (unsigned i = 0; i < 3; ++i)
    if (periodic[i] && matrix.row(i).norm() == 0)
      throw InputError(std::string("the cell repeats along ") + "abc"[i] + " but that vector is zero");
  if (std::abs(spanning().determinant()) < 1e-9 * spanning().rowwise().norm().prod())
    throw InputError("the cell vectors lie in one plane (volume zero)");
  const Matrix3 inverse = spanning().inverse();
  for (unsigned i = 0; i < 3; ++i)
    if (periodic[i] && !(inverse.col(i).norm() * thinnest <= 1))
      throw InputError(fmt::format("the cell repeats every {:.3g} Å along {}: no atom has room there",
                                   1 / inverse.col(i).norm(), "abc"[i]),
                       "Lengths are in Å.");
}

Cell Cell::orthorhombic(double a, double b, double c) {
  return Cell(Vector3(a, b, c).asDiagonal().toDenseMatrix());
}

bool Cell::has_volume() const {
  return volume() > 0;
}

double Cell::volume() const {
  return std::abs(matrix_.determinant());
}

Vector3 Cell::lengths() const {
  return matrix_.rowwise().norm();
}

Vector3 Cell::angles() const {
  const auto between = [&](int i, int j) {
    const Vector3 u = matrix_.row(i), v = matrix_.row(j);
    return std::atan2(u.cross(v).norm(), u.dot(v)) / units::degree;
  };
  return {between(1, 2), between(0, 2), between(0, 1)};
}

Vector3 Cell::heights() const {
  // Column i of the inverse is the reciprocal vector of row i.
  return matrix_.inverse().colwise().norm().cwiseInverse().transpose();
}

Matrix3 Cell::spanning() const {
  Matrix3 full = matrix_;
  for (int i = 0; i < 3; ++i)
    if (full.row(i).norm() == 0) {
      full.row(i) = perpendicular(full.row((i + 1) % 3), full.row((i + 2) % 3));
    }
  return full;
}

Vector3 Cell::to_fractional(const Vector3& x) const {
  return (x.transpose() * spanning().inverse()).transpose();
}

Vector3 Cell::to_cartesian(const Vector3& s) const {
  return (s.transpose() * spanning()).transpose();
}

Vector3 Cell::wrap(const Vector3& x) const {
  Vector3 s = to_fractional(x);
  for (unsigned i = 0; i < 3; ++i) {
    if (!periodic_[i]) continue;
    s[i] -= std::floor(s[i]);
    if (s[i] >= 1.0) s[i] = 0.0;  // -1e-17 floors to -1 and lands on 1
  }
  return to_cartesian(s);
}

Vector3 Cell::minimum_image(const Vector3& difference) const {
  const Matrix3 full = spanning();
  Vector3 s = (difference.transpose() * full.inverse()).transpose();
  for (unsigned i = 0; i < 3; ++i)
    if (periodic_[i]) s[i] -= std::round(s[i]);
  Vector3 best = (s.transpose() * full).transpose();
  // In a skewed cell a neighbour of the rounded image can be nearer still.
  const bool orthogonal = (full * full.transpose()).isDiagonal(1e-12);
  if (orthogonal) return best;
  const Vector3 start = best;
  for (int i = -periodic_[0]; i <= periodic_[0]; ++i)
    for (int j = -periodic_[1]; j <= periodic_[1]; ++j)
      for (int k = -periodic_[2]; k <= periodic_[2]; ++k) {
        const Vector3 image = start + (Vector3(i, j, k).transpose() * full).transpose();
        if (image.squaredNorm() < best.squaredNorm()) best = image;
      }
  return best;
}

}  // namespace vitrion::inline core
