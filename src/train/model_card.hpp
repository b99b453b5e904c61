// What a trained potential is made of and good for, as JSON beside the potential.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "dataset/describe.hpp"
#include "train/train_mtp.hpp"

namespace vitrion::train {

/// Data (hash, energy kind, labels, ranges), split, loss and weights, optimiser, errors, the range in which the
/// potential was shown data (species, shortest distance of every pair, density, pressure, energy), seeds, version,
/// time.
nlohmann::json model_card(const TrainResult& result, const TrainOptions& options,
                          const dataset::Description& training_data, const std::vector<double>& reference_energies);

}  // namespace vitrion::train
