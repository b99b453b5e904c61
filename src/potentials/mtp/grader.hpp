// Extrapolation grades of site energies from an active set.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "potentials/mtp/kernel.hpp"
#include "potentials/mtp/selection_state.hpp"

namespace vitrion::mtp {

/// A site energy depends only on the radial coefficients of its own central species: rows and A^-1 are kept without the
/// rest, which is most of them.
class Grader {
 public:
  /// Throws InputError when the state is not of as many parameters as the potential.
  Grader(const SelectionState& state, const MtpParameters& parameters);

  /// Grades of atoms begin .. end-1 from their rows (KernelJob::rows): max_j |(b A^-1)_j|. May be called side by side.
  void grade(const double* rows, const int* types, std::size_t begin, std::size_t end, double* grades) const;

 private:
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  std::vector<RowMajor> inverse_;  // of each species, shape (row size, n)
};

/// Where the entries of a compact row (KernelJob::rows) of an atom of `type` stand among all parameters.
std::vector<std::size_t> places_of_row(const MtpParameters& parameters, std::size_t type);

}  // namespace vitrion::mtp
