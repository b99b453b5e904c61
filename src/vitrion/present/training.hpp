// What training and evaluation have to say of a potential: its errors, and how far it can be trusted.
#pragma once

#include <string>

#include "vitrion/core/result.hpp"
#include "vitrion/report/report.hpp"
#include "vitrion/train/training.hpp"

namespace vitrion::present {

/// What `vitrion train --json` writes: errors by set; docs/schemas/training.json describes it.
inline constexpr ResultKind training_kind{"training", 1};
/// What `vitrion evaluate --json` writes: errors of one set; docs/schemas/evaluation.json describes it.
inline constexpr ResultKind evaluation_kind{"evaluation", 1};

/// Errors by set, by subset (`subset_key`, may be empty) and species, parity, what extrapolation grades mean, the loss
/// curve, pairs of elements that never met. Holds no wall time: the same training gives the same bytes.
report::Section training_section(const train::TrainResult& result, const std::string& subset_key);

/// A potential judged on labelled data.
struct Evaluation {
  std::string potential;  ///< name of its file
  bool held_out = false;  ///< the user vouches that it was not trained on these data
  std::string by = {};    ///< key that makes subsets; may be empty
  train::ErrorReport errors = {};
  std::map<std::string, train::ParityData> parity = {};
  std::size_t n_unlabelled = 0;     ///< configurations that were predicted, with nothing to compare with
  train::GradedErrors graded = {};  ///< empty: not asked for
};
report::Section evaluation_section(const Evaluation& evaluation);

/// Force errors by extrapolation grade.
report::Table calibration_table(const potentials::Calibration& calibration, const std::string& of);

}  // namespace vitrion::present
