// What a learning loop is made of, and how it reads from YAML.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/core/structure.hpp"
#include "vitrion/dft/engine.hpp"
#include "vitrion/jobs/submitted.hpp"
#include "vitrion/study/settings.hpp"

namespace vitrion::learn {

/// One run of molecular dynamics, as the settings of `vitrion md` or `vitrion quench` without potential, output, seed.
struct Run {
  std::string name;                 ///< "quench-2"
  std::string config_type;          ///< "quench": of the frames it gives
  bool quench = false;              ///< settings of `vitrion quench`, else of `vitrion md`
  YAML::Node settings;              ///< lists of compositions, densities, frames, temperatures taken apart
  std::vector<std::string> inputs;  ///< inputs/NAME
  double length_ps = 0;             ///< all stages together
};

/// An entry of `explore`: runs that are made every round, or so many of them in turn.
struct Exploration {
  std::string name;
  std::vector<Run> runs;
  std::size_t per_round = 0;
};

/// What is kept out of training for ever.
struct ValidationSet {
  std::vector<std::string> files;  ///< empty: split off the seed data
  double fraction = 0.1;
  std::string group_key;  ///< frames of one group stay on one side
};

/// Which extrapolating frames are worth a label.
struct SelectSettings {
  std::int64_t most = 20;                 ///< frames a round
  double threshold = 2;                   ///< grade
  double max_force = 50;                  ///< eV/Å, by the potential
  double distance_factor = 0.75;          ///< of the shortest distance in the training set
  std::int64_t max_atoms = 100;           ///< of a whole frame; of larger ones the worst neighbourhood is cut out
  double cut_side = 9;                    ///< Å; 0: larger frames are not labelled at all
  std::map<std::string, double> charges;  ///< e, by element: cut cells are made neutral
};

/// How labels are computed; nothing here but `settings` changes their numbers.
struct LabelSettings {
  dft::Settings settings;
  int slots = 1;
  bool background = false, slurm = false;
};

/// When the loop has learned enough.
struct Goal {
  bool no_extrapolation = false;  ///< no frame above the threshold; else: no run is stopped by the guard
  int rounds_in_a_row = 1;
};

/// What may be spent. Nothing: no limit.
struct Budget {
  std::optional<std::int64_t> labels;  ///< structures handed to DFT
  std::optional<double> hours;         ///< of work, on the clock
  int rounds = 20;                     ///< of exploration
};

struct LearnOptions {
  std::string title;
  std::string name;  ///< begins the `traj` of every new frame
  std::uint64_t seed = 1;
  int slots = 1;  ///< MD runs side by side, and threads of training
  YAML::Node train;
  YAML::Node reading;                      ///< data.format, species, frames of the seed files
  std::vector<std::string> seeds;          ///< seed files, inputs/NAME
  YAML::Node recipe;                       ///< of structures that are labelled before round 0; null: none
  std::vector<std::string> recipe_inputs;  ///< files the recipe reads, inputs/NAME
  bool seeds_are_free_energies = false;    ///< what the seed files do not say themselves
  std::string potential;                   ///< file name every training writes
  ValidationSet validation;                ///< files as inputs/NAME
  std::vector<Exploration> explorations;
  SelectSettings select;
  LabelSettings label;
  Goal goal;
  Budget budget;
  jobs::Executor executor;  ///< of trainings and explorations
  study::Imports imports;
};

/// Reads every key strictly; docs/learn.md lists them. Settings of training, MD runs and the label engine are read as
/// their commands will read them. Throws InputError (file:line).
LearnOptions read_learn_options(Config& config);

}  // namespace vitrion::learn
