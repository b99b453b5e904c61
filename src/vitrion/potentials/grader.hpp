// Extrapolation grades of sites, fast enough for dynamics.
#pragma once

#include <hwy/aligned_allocator.h>

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "vitrion/potentials/selection.hpp"

namespace vitrion::potentials {

/// Rows of most potentials are zero but for a part that depends on the site's species: only this part is kept, of rows
/// and of the matrix they are multiplied by.
class Grader {
 public:
  /// `matrices`: for every type the rows of SelectionState::inverse that belong to its part, shape (width, n); of an
  /// ellipsoid the columns too, (width, width). All have the same width.
  Grader(ReferenceKind kind, const std::vector<SelectionRows>& matrices);

  /// Numbers in the part of a row that is kept.
  std::size_t width() const { return width_; }

  /// Grades of atoms begin .. end-1 from their rows, shape (n_atoms, width()); infinite where a row is not finite. May
  /// be called side by side.
  void grade(const double* rows, const int* types, std::size_t begin, std::size_t end, double* grades) const;

 private:
  ReferenceKind kind_;
  std::size_t width_, tiles_;
  /// For every type the matrix as the product reads it: in tiles of some columns, the last one filled up with zeros,
  /// shape (tiles, width, columns of a tile).
  std::vector<hwy::AlignedFreeUniquePtr<double[]>> matrices_;
};

}  // namespace vitrion::potentials
