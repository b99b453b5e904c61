// The simulation cell.
#pragma once

#include <array>

#include "vitrion/core/linalg.hpp"

namespace vitrion::inline core {

/// A cell that repeats along any of its three vectors.
///
///            | ax ay az |
///   matrix = | bx by bz |   Å, rows are the cell vectors; Cartesian = fractional * matrix
///            | cx cy cz |
///
/// A cell that repeats along no direction (a cluster) has a zero matrix; a vector along which it does not repeat may be
/// zero as well, fractional coordinates then need `spanning()`.
class Cell {
 public:
  Cell() : matrix_(Matrix3::Zero()), periodic_{false, false, false} {}
  /// Periodic along all three rows of `matrix` (Å).
  explicit Cell(const Matrix3& matrix) : Cell(matrix, {true, true, true}) {}
  /// Throws InputError when a periodic vector is zero, linearly dependent on another, or not finite.
  Cell(const Matrix3& matrix, std::array<bool, 3> periodic);
  static Cell orthorhombic(double a, double b, double c);

  const Matrix3& matrix() const { return matrix_; }
  const std::array<bool, 3>& periodic() const { return periodic_; }
  bool is_periodic() const { return periodic_[0] && periodic_[1] && periodic_[2]; }
  bool has_volume() const;
  /// |det|, Å^3; 0 when a vector is missing.
  double volume() const;
  /// Lengths of a, b, c, Å.
  Vector3 lengths() const;
  /// alpha, beta, gamma, degrees.
  Vector3 angles() const;
  /// Distance between the faces a, b and c point between, Å (perpendicular width along each axis); only where
  /// `has_volume`.
  Vector3 heights() const;

  /// The same cell with missing vectors replaced by unit vectors at right angles to the others: always invertible.
  Matrix3 spanning() const;
  /// Row vectors: s = x * spanning^-1.
  Vector3 to_fractional(const Vector3& cartesian) const;
  Vector3 to_cartesian(const Vector3& fractional) const;
  /// The position moved into the cell along its periodic vectors.
  Vector3 wrap(const Vector3& cartesian) const;
  /// The shortest periodic image of a difference vector, Å: correct for skewed cells too.
  Vector3 minimum_image(const Vector3& difference) const;

  bool operator==(const Cell& other) const { return matrix_ == other.matrix_ && periodic_ == other.periodic_; }

 private:
  Matrix3 matrix_;
  std::array<bool, 3> periodic_;
};

}  // namespace vitrion::inline core
