// What the training of NequIP asks for beside the common options.
#pragma once

#include "vitrion/potentials/nequip/model.hpp"
#include "vitrion/train/catalogue.hpp"
#include "vitrion/train/nequip/fit.hpp"

namespace vitrion::train::nequip {

struct Options final : KindOptions {
  potentials::nequip::Hyperparameters hyper;  ///< avg_num_neighbors 0: the mean of the training set
  FitOptions fit;

  std::unique_ptr<TrainingRun> begin(const TrainOptions& common, const TrainingData& data,
                                     const Session& session) const override;
};

}  // namespace vitrion::train::nequip
