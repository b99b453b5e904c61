// What a training run is made of, and how it reads from YAML.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/train/loss.hpp"
#include "vitrion/train/mtp/fit.hpp"
#include "vitrion/train/nequip/fit.hpp"

namespace vitrion::train {

/// ZBL repulsion (potentials/zbl) under the MTP: subtracted from the labels, so the potential must be used with it.
struct ShortRange {
  bool zbl = false;
  double inner = 0.7, outer = 1.4;  ///< Å: see ZblOptions
};

enum class PotentialKind { mtp, nequip };

struct TrainOptions {
  // potential
  PotentialKind kind = PotentialKind::mtp;
  int level = 16;      ///< 2, 4, ..., 28
  double r_max = 5.0;  ///< Å, of either kind
  int radial_basis_size = 8;
  std::vector<Species> species;  ///< empty: those of the data, by atomic number
  std::string start;             ///< .mtp file to go on from (its level, r_max, min_dist); empty: a new potential
  ShortRange short_range;
  potentials::nequip::Hyperparameters nequip;  ///< avg_num_neighbors 0: the mean of the training set
  // data
  std::vector<std::string> train, test;
  io::ReadOptions reading;
  std::string group_key;             ///< frames of one group stay on one side of the split
  std::string subset_key;            ///< error tables by the values of this key
  double validation_fraction = 0.1;  ///< of the training files' frames
  double test_fraction = 0;
  std::map<std::string, double> reference_energies;  ///< eV/atom by element; empty: least squares
  // fit
  LossOptions loss;
  mtp::FitOptions fit;
  int starts = 1;  ///< MTP fits from so many first radial functions (seed, seed + 1, ...); the best is kept
  nequip::FitOptions nequip_fit;
  std::uint64_t seed = 1;  ///< split and first radial coefficients
  // output
  std::string output;  ///< the .mtp; what belongs to it stands beside it under the same stem
  double checkpoint_seconds = 30;
  std::string settings;  ///< the YAML with overrides, for the card
};

/// Reads every key, with the defaults above; an unknown key is an InputError. See docs/train.md.
TrainOptions read_train_options(Config& config);

}  // namespace vitrion::train
