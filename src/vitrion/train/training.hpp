// A whole training run, whatever the potential: where it writes, and what comes of it.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/potentials/potential.hpp"
#include "vitrion/train/calibration.hpp"
#include "vitrion/train/metrics.hpp"
#include "vitrion/train/options.hpp"

namespace vitrion::train {

/// Where a run writes: `output` and, under the same stem, the rest.
struct TrainFiles {
  explicit TrainFiles(const std::filesystem::path& output);
  std::filesystem::path potential;   ///< lipon.mtp, lipon.safetensors
  std::filesystem::path card;        ///< lipon.card.json
  std::filesystem::path log;         ///< lipon.training.csv
  std::filesystem::path checkpoint;  ///< lipon.checkpoint, removed at the end
};

/// Structures and the predictions of the finished potential (ZBL part included).
struct TrainedSet {
  std::vector<Structure> structures;
  std::vector<Labels> predictions;
  ErrorReport errors;
  GradedErrors graded;  ///< empty when the potential has no grades
};

/// What a person should look at before trusting the potential.
struct Warning {
  std::string title;  ///< without a full stop
  std::string text;   ///< sentences
};

/// "warning: TITLE: TEXT", for the log.
std::string to_text(const Warning& warning);

struct TrainResult {
  explicit TrainResult(const std::filesystem::path& output) : files(output) {}

  TrainFiles files;
  TrainedSet training, validation, test;     ///< empty where there is no such set
  std::vector<std::string> pairs_never_met;  ///< within the cutoff, in training and validation set: "N-N"
  /// Force errors by grade, of the held-out set `calibrated_on`; empty when there is none, or no grades.
  potentials::Calibration calibration;
  std::string calibrated_on;
  std::vector<std::string> log;  ///< lines of the loss curve (columns: Trainer::log_header)
  std::string stopped_because;
  std::vector<Warning> warnings;  ///< of the data, of too few of them, of labels that are off by a factor
  double seconds = 0;             ///< wall time, sessions before a resume included
};

/// Trains and writes everything: potential, card, loss curve. A checkpoint of the same run (same data, options,
/// version) is gone on from: the result is then, at any number of threads, what an uninterrupted run gives, bit for
/// bit. On a stop request the state is saved and Interrupted thrown. The test set is read only after the fit. Throws
/// InputError for data that do not fit the options, and for a damaged checkpoint.
TrainResult train(const TrainOptions& options, const Session& session = {});

/// Errors by set ("training", "validation", "test") and warnings; docs/schemas/training.json describes the keys.
nlohmann::json to_json(const TrainResult& result);

}  // namespace vitrion::train
