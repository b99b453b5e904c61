// The kinds of potentials that can be trained, and what each brings along.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/core/session.hpp"
#include "vitrion/train/loss.hpp"

namespace vitrion::train {

struct TrainOptions;
struct TrainingData;
class TrainingRun;

/// What one kind of potential lets its user choose beside the common TrainOptions; each kind derives its own.
class KindOptions {
 public:
  virtual ~KindOptions() = default;

  /// The training that these options ask for, before its first step. What is passed must outlive it. Throws InputError
  /// when data and options do not go together.
  virtual std::unique_ptr<TrainingRun> begin(const TrainOptions& common, const TrainingData& data,
                                             const Session& session) const = 0;
};

/// How one kind of potential is trained.
///
/// To add one: in a folder of its own a KindOptions and a TrainingRun (run.hpp), a function that returns its Trainer,
/// and that function's name in kinds.hpp and in the list of catalogue.cpp; or, from a room above, `add_trainer` where a
/// program starts. Data, loss, loop, checkpoints, error tables and card are common.
struct Trainer {
  std::string kind;                              ///< potential.type in the settings
  std::string steps;                             ///< for people, what a line of the loss curve is: "epochs"
  std::string suffix;                            ///< of files that hold all there is to a potential: ".almtp"
  std::string log_header;                        ///< columns of the loss curve
  LossKind usual_loss = LossKind::per_atom_mse;  ///< where the settings name none
  std::vector<std::string> limits;               ///< keys of `optimizer` that only say when to end
  /// Reads the keys of `potential` and `optimizer` that are this kind's own. Throws InputError (file:line).
  std::function<std::shared_ptr<const KindOptions>(Config& potential, Config& optimizer, const TrainOptions& common)>
      read;
  /// Reads `optimizer` for its mistakes alone: settings may hold a section for each kind.
  std::function<void(Config& optimizer)> check_optimizer;
};

/// Makes a trainer known to the whole program, from any thread; one whose kind is known already stays as it is. Those
/// of this room are known from the beginning.
void add_trainer(Trainer trainer);

/// All of them; the first one is that of settings which name no kind.
std::vector<Trainer> trainers();

/// Throws InputError when there is none of that kind.
Trainer trainer_of(const std::string& kind);

}  // namespace vitrion::train
