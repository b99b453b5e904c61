// What a training run is made of, and how it reads from YAML.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/train/catalogue.hpp"
#include "vitrion/train/loss.hpp"

namespace vitrion::train {

/// What all kinds of potentials share, and the options of the kind at hand.
struct TrainOptions {
  // potential
  std::string kind;              ///< of a trainer in the catalogue: "mtp"
  double r_max = 5.0;            ///< Å
  std::vector<Species> species;  ///< empty: those of the data, by atomic number
  std::string start;             ///< potential of that kind to go on from; empty: a new one
  std::shared_ptr<const KindOptions> of_kind;
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
  std::uint64_t seed = 1;  ///< split and first parameters
  // output
  std::string output;  ///< the potential; what belongs to it stands beside it under the same stem
  double checkpoint_seconds = 30;
  std::string settings;  ///< the YAML with overrides, for the card
};

/// Reads every key, with the defaults above; an unknown key is an InputError. See docs/train.md.
TrainOptions read_train_options(Config& config);

/// The name under which a potential of the settings' kind is kept with all there is to it: "potential.almtp". Marks no
/// key as read; a kind there is none of is for read_train_options to refuse.
std::string usual_output(const Config& config);

}  // namespace vitrion::train
