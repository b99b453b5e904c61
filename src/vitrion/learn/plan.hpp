// The stages of a round: train, explore, select, label.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vitrion/learn/options.hpp"
#include "vitrion/study/stage.hpp"

namespace vitrion::learn {

/// Folder of a step of a round: "r03-train".
std::string folder_of(int round, const std::string& step);

/// Lays the stages out. Everything is a command of this program in a folder of its own, with its settings as YAML.
class Planner {
 public:
  /// `program` is what the stages start.
  Planner(const LearnOptions& options, std::string program) : o_(options), program_(std::move(program)) {}

  /// Whether seed data are made here, by `build_seeds` and `label_seeds`.
  bool makes_seeds() const { return o_.recipe.IsMap(); }
  study::Stage build_seeds() const;
  study::Stage label_seeds() const;
  study::Stage prepare() const;
  /// Trains on the seed data and on the labels of `labelled` rounds.
  study::Stage train(int round, const std::vector<int>& labelled) const;
  /// The runs of a round with the potential of round `trained`; explorations with runs_per_round take turns.
  std::vector<study::Stage> explore(int round, int trained) const;
  /// At most `most` frames.
  study::Stage select(int round, int trained, std::int64_t most) const;
  study::Stage label(int round) const;

 private:
  YAML::Node label_settings() const;
  void add_labelling(study::Stage& stage, const std::string& structures) const;

  const LearnOptions& o_;
  std::string program_;
};

}  // namespace vitrion::learn
