// The active set that follows the potential in `.almtp` files: by what extrapolation is measured.
#pragma once

#include <Eigen/Core>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace vitrion::mtp {

/// What the rows of an active set are derivatives of.
enum class GradeMode {
  neighbourhood,  ///< of the site energy of one atom: a grade per atom
  configuration,  ///< of the energy per atom of one configuration: a grade per configuration
};
std::string_view name_of(GradeMode mode);

/// D-optimal set of n rows for n parameters (Podryabinkin and Shapeev 2017, doi 10.1016/j.commatsci.2017.08.031).
///
/// A row b is the derivative of one predicted number by all parameters, in the order of MtpParameters::flat. Its
/// extrapolation grade is the largest |(b A^-1)_j|: 1 or less for what lies within the active set.
struct SelectionState {
  GradeMode mode = GradeMode::neighbourhood;
  Eigen::MatrixXd active;   ///< A, rows as above, shape (n, n)
  Eigen::MatrixXd inverse;  ///< A^-1
  /// Configuration and equation each row came from (MLIP's numbers); -1, -1 for a row that was never filled: A then
  /// holds a small multiple of a unit vector there.
  std::vector<std::array<int, 2>> origins;
  std::string configurations;  ///< the configurations themselves as `.cfg` text

  std::size_t size() const { return origins.size(); }
};

/// Parses what follows the potential in an MLIP-3 `.almtp` (`#MVS_v1.1`). `file` names it in messages.
///
/// Throws InputError when it is cut, when its size does not fit `n_parameters`, when it holds no finite numbers, or
/// when it mixes equations Vitrion does not grade by (forces, stresses, or energies and sites together).
SelectionState parse_selection_state(std::string_view bytes, std::size_t n_parameters, const std::string& file = {});

/// The reverse: bytes MLIP-3 reads too.
std::string format_selection_state(const SelectionState& state);

}  // namespace vitrion::mtp
