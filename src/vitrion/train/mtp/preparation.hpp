// What the fit of an MTP begins with: the untrained potential, and the data less what the MTP is not to learn.
#pragma once

#include <memory>
#include <vector>

#include "vitrion/potentials/mtp/mtp_parameters.hpp"
#include "vitrion/potentials/zbl/zbl.hpp"
#include "vitrion/train/mtp/labelled.hpp"
#include "vitrion/train/mtp/options.hpp"
#include "vitrion/train/training_data.hpp"

namespace vitrion::train::mtp {

struct Preparation {
  potentials::mtp::MtpParameters parameters;  ///< of the potential to go on from, or untrained
  std::vector<double> reference;              ///< eV per atom of each species, taken off the energies
  std::unique_ptr<potentials::Zbl> zbl;       ///< taken off all labels; null: none
  std::vector<LabelledConfiguration> training, validation;
};

/// Throws InputError when the data hold species the potential does not know, or no two atoms within r_max.
Preparation prepare(const TrainOptions& common, const Options& options, const TrainingData& data);

}  // namespace vitrion::train::mtp
