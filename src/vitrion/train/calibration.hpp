// What an extrapolation grade means: force errors by grade, of configurations that were not trained on.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/core/structure.hpp"
#include "vitrion/potentials/potential.hpp"

namespace vitrion::train {

/// Grade and force error |F - F_label| (eV/Å) of every atom that has a force label.
struct GradedErrors {
  std::vector<double> grades, errors;
};

/// Grades all structures, on all threads; `predictions` as `predict` gives them. Throws InputError when the potential
/// has no grades.
GradedErrors graded_errors(const potentials::Potential& potential, const std::vector<Structure>& labelled,
                           const std::vector<Labels>& predictions, const Session& session = {});

/// Bins with limits 0.25, 0.5, 1, 2, 5, 10.
potentials::Calibration calibrate(const GradedErrors& graded);

/// Spearman's rank correlation of two lists of the same length; ties share their mean rank. 0 when either is constant.
double rank_correlation(const std::vector<double>& x, const std::vector<double>& y);

/// {"rank_correlation", "bins": [...]}: see docs/select.md.
nlohmann::json to_json(const GradedErrors& graded);

}  // namespace vitrion::train
