// By what potentials measure how far they extrapolate: rows of numbers for sites, and what they are compared with.
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace vitrion::potentials {

/// One row a site (or a configuration): where it stands among those a potential was trained on.
using SelectionRows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// What a row stands for.
enum class GradeMode {
  neighbourhood,  ///< the site of one atom: a grade per atom
  configuration,  ///< the mean over the sites of one configuration: a grade per configuration
};
std::string_view name_of(GradeMode mode);

/// What the rows of a training set are summed up in. In both, 1 or less is within what was shown.
enum class ReferenceKind {
  /// A: as many of its rows as a row is long, such that |det A| is large. Grade of b: max_j |(b A^-1)_j|
  /// (Podryabinkin and Shapeev 2017, doi 10.1016/j.commatsci.2017.08.031).
  active_set,
  /// P: the inverse of sum_i b_i b_i^T over all its rows (of sites of the same species), scaled so that the farthest of
  /// them has grade 1. Grade of b: sqrt(b P b^T), a Mahalanobis distance (docs/select.md).
  ellipsoid,
};

/// Reference for rows of length n.
struct SelectionState {
  GradeMode mode = GradeMode::neighbourhood;
  ReferenceKind kind = ReferenceKind::active_set;
  Eigen::MatrixXd active;   ///< A, shape (n, n); of an ellipsoid: empty
  Eigen::MatrixXd inverse;  ///< A^-1; of an ellipsoid: P
  /// Configuration and equation each row of A came from (MLIP's numbers); -1, -1 for a row that was never filled: A
  /// then holds a small multiple of a unit vector there. Of an ellipsoid: empty.
  std::vector<std::array<int, 2>> origins;
  std::string configurations;  ///< those of the origins, as `.cfg` text

  std::size_t size() const { return static_cast<std::size_t>(inverse.rows()); }
};

/// Force errors |F - F_DFT| of the atoms whose grades lie between two limits, eV/Å.
struct GradeBin {
  double from = 0, to = 0;  ///< from < grade <= to; the first bin holds 0 too, the last one ends at infinity
  std::int64_t n_atoms = 0;
  double rms = 0;
  double quantile_95 = 0;  ///< 95 % of the errors are smaller
};
/// What errors to expect at which grade, from configurations that were not trained on; empty bins are left out.
using Calibration = std::vector<GradeBin>;

/// [{"from", "to" (null: no limit), "n_atoms", "rms_eV_per_A", "quantile_95_eV_per_A"}, ...]
nlohmann::json to_json(const Calibration& calibration);
/// The reverse. Throws nlohmann::json::exception when it is something else.
Calibration calibration_from_json(const nlohmann::json& json);

}  // namespace vitrion::potentials
