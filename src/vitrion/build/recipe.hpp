// A recipe: builders one after another, each with a name and a number of structures, from one YAML file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/core/session.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::build {

/// What one step of a recipe made.
struct StepResult {
  std::string name, kind;
  std::vector<Structure> structures;
  std::size_t n_made = 0;  ///< before `count` picked some of them
  bool write = true;       ///< false: only for later steps
  bool skipped = false;    ///< its files are missing, and that is allowed
  std::vector<std::string> notes;
};

/// Runs one step. Beside the settings of its builder a step holds
///
///     name: rattled          # becomes config_type
///     kind: displace
///     input: [beta, gamma]   # names of `earlier` steps, or files; frames: "::10" and species: [...] read files
///     count: 50              # so many of what it makes, drawn at random; without: all
///     seed: 7                # default: `seed` and the name
///     write: false           # keep for later steps only
///     skip_if_missing: true  # files that are not there: make nothing, and say so
///
/// Every structure carries config_type, traj (name and number of the structure it was made from: frames of one traj
/// are correlated), builder, parameters (the step as one line of YAML) and seed as info keys. Atoms are in the order
/// the builder gives; labels are never taken along.
///
/// Throws InputError at the step's line: also for what the builder finds wrong.
StepResult run_step(Config step, const std::vector<StepResult>& earlier, std::uint64_t seed,
                    const Session& session = {});

/// Runs all `builders:` of a recipe with its `seed:` in order. `done` is called after each.
std::vector<StepResult> run_recipe(Config& recipe, const std::function<void(const StepResult&)>& done,
                                   const Session& session = {});

}  // namespace vitrion::build
