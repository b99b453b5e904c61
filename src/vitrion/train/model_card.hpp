// What a trained potential is made of and good for, as JSON beside the potential.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "vitrion/dataset/describe.hpp"
#include "vitrion/train/training.hpp"

namespace vitrion::train {

/// What the card says of the potential itself.
struct CardOfPotential {
  std::string kind;
  std::vector<Species> species;
  std::vector<double> reference_energies;  ///< eV per atom, by species
  nlohmann::json basis, optimizer;
  nlohmann::json short_range = nullptr;  ///< of a repulsion it was trained on top of; null: none
};

/// Data (hash, energy kind, labels, ranges), split, loss and weights, optimiser, errors, what extrapolation grades
/// mean, the range in which the potential was shown data (species, shortest distance of every pair, density, pressure,
/// energy), seeds, version, time.
nlohmann::json model_card(const TrainResult& result, const TrainOptions& options,
                          const dataset::Description& training_data, const CardOfPotential& potential);

}  // namespace vitrion::train
