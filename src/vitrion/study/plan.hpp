// From a study's YAML to its stages: train, quench, produce at several temperatures, measure, report.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/jobs/submitted.hpp"
#include "vitrion/study/stage.hpp"

namespace vitrion::study {

/// A study, planned. docs/study.md lists the keys.
struct Study {
  std::string title;
  int slots = 1;  ///< stages that run side by side, one thread each; a stage that runs alone gets as many threads
  std::vector<Stage> stages;
  /// Files from outside, linked into the study's folder as inputs/NAME before anything runs: name -> where it lies.
  std::map<std::string, std::filesystem::path> imports;
  jobs::Executor executor;         ///< of long stages
  std::vector<std::string> notes;  ///< what the user should be told: keys with a new name
};

/// Throws InputError when a command line (program, command, words) would not be understood. Runs nothing.
using CommandCheck = std::function<void(const std::vector<std::string>&)>;

/// Reads the YAML strictly and lays out the stages. Each stage's settings are written into its folder as the YAML of a
/// command of this program, so that `vitrion COMMAND FILE` there does by hand what the study does. The settings of
/// every stage are read here as its command will read them, so that no key is found wrong after the stages before it
/// have run.
///
/// Every kind of stage (stage_kind.hpp) reads its part, in the order of planning. `program` is what the stages start;
/// `check` (may be empty) is asked about the flags that a section hands to its command.
/// Throws InputError (file:line) on unknown keys and settings that cannot be used.
Study plan_study(Config& config, const std::string& program, const CommandCheck& check = {});

}  // namespace vitrion::study
