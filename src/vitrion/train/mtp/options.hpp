// What the training of a moment tensor potential asks for beside the common options.
#pragma once

#include "vitrion/train/catalogue.hpp"
#include "vitrion/train/mtp/fit.hpp"

namespace vitrion::train::mtp {

/// ZBL repulsion (potentials/zbl) under the MTP: subtracted from the labels, so the potential must be used with it.
struct ShortRange {
  bool zbl = false;
  double inner = 0.7, outer = 1.4;  ///< Å: see ZblOptions
};

struct Options final : KindOptions {
  int level = 16;  ///< 2, 4, ..., 28
  int radial_basis_size = 8;
  ShortRange short_range;
  FitOptions fit;
  int starts = 1;  ///< fits from so many first radial functions (seed, seed + 1, ...); the best is kept

  std::unique_ptr<TrainingRun> begin(const TrainOptions& common, const TrainingData& data,
                                     const Session& session) const override;
};

}  // namespace vitrion::train::mtp
