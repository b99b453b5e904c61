// The structures of a training run, read, checked and split.
#pragma once

#include <string>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/dataset/describe.hpp"
#include "vitrion/train/options.hpp"
#include "vitrion/train/training.hpp"

namespace vitrion::train {

struct TrainingData {
  std::vector<Structure> training, validation, test;
  dataset::Description description;  ///< of training and validation set together
  std::vector<Warning> warnings = {};
};

/// All frames of the files.
std::vector<Structure> read_structures(const std::vector<std::string>& files, const io::ReadOptions& options);

/// Reads and splits the training files, and reads the test files; pairs are described up to r_max (at least 4 Å). Says
/// what is implausible in the labels, and which validation frames are copies of training frames.
/// Throws InputError when labels are missing, when energies are of different kinds, or when test frames stand among the
/// others.
TrainingData read_training_data(const TrainOptions& options, const Session& session = {});

/// Throws InputError when the data hold a species that is not in the list.
void check_species(const dataset::Description& data, const std::vector<Species>& species);

/// eV per atom of each species: as the options say, or from least squares over the training set.
std::vector<double> reference_energies(const TrainOptions& options, const std::vector<Structure>& training,
                                       const std::vector<Species>& species);

/// Names a run by all that its numbers follow from: data, options, the potential it goes on from, and version. Left out
/// is what only says when to end (Trainer::limits) and when to save.
std::string run_fingerprint(const TrainOptions& options, const dataset::Description& data);

}  // namespace vitrion::train
