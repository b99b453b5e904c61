// Training of NequIP by gradient descent: epochs of batches, validation, learning rate, resumable state.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/potentials/nequip/model.hpp"
#include "vitrion/train/adam.hpp"
#include "vitrion/train/checkpoint.hpp"
#include "vitrion/train/metrics.hpp"
#include "vitrion/train/nequip/batches.hpp"

namespace vitrion::train::nequip {

struct FitOptions {
  int max_epochs = 500;
  int batch_size = 5;
  double learning_rate = 0.005;
  /// The learning rate is multiplied by `plateau_factor` when the validation loss (training loss without validation
  /// set) has not fallen for more than so many epochs; training ends below `min_learning_rate`.
  int plateau_patience = 25;
  double plateau_factor = 0.5;
  double min_learning_rate = 1e-5;
  AdamOptions adam;
  potentials::Precision precision = potentials::Precision::single_precision;
};

/// Where a training stands.
struct FitState {
  AdamState adam;
  std::vector<double> best;  ///< averaged parameters of the lowest validation loss
  double best_loss = 0;      ///< meaningful when `best` is not empty
  int best_epoch = 0;
  int epoch = 0, batch = 0;  ///< the next one
  double learning_rate = 0;
  double plateau_loss = 0;  ///< lowest loss the plateau rule has seen
  int plateau_epochs = -1;  ///< since then; -1: none seen
  double epoch_loss = 0;    ///< sum over the batches of this epoch so far
  std::string finished;     ///< why; empty: it is not
};

/// One finished epoch.
struct Epoch {
  int epoch = 0;
  double learning_rate = 0;
  double training_loss = 0;               ///< mean over the batches, of the moving parameters
  std::optional<double> validation_loss;  ///< of the averaged parameters
  std::optional<ErrorTable> validation;
};

class Fit {
 public:
  /// `model`: the start; its species, scales and shifts stay.
  Fit(potentials::nequip::Model model, const FitOptions& options, const LossOptions& loss, std::uint64_t seed,
      std::vector<Structure> training, std::vector<Structure> validation, const Session& session = {});

  FitState start() const;
  /// Why a fit in this state is over by the limits of the options (epochs, learning rate); empty: it goes on.
  std::string finished(const FitState& state) const;
  /// One batch; at the end of an epoch validates and returns what came of it. Throws Interrupted before it has changed
  /// the state. The same state gives the same next state at any number of threads.
  std::optional<Epoch> step(FitState& state);
  int batches_per_epoch() const;
  /// The best model so far.
  potentials::nequip::Model best(const FitState& state) const;

 private:
  Epoch finish_epoch(FitState& state);
  void watch_plateau(FitState& state, double loss) const;

  potentials::nequip::Model model_;
  FitOptions o_;
  LossOptions loss_;
  std::uint64_t seed_;
  std::unique_ptr<Batches> training_, validation_;
  std::vector<double> gradient_;
};

/// Puts the state into `counters` and `numbers` of a checkpoint.
void store(const FitState& state, Checkpoint& to);
/// The same state, bit for bit. Throws std::out_of_range or nlohmann::json::exception when the checkpoint lacks parts.
FitState fit_state(const Checkpoint& from);

}  // namespace vitrion::train::nequip
