// The steps of a round, each a command in a folder of its own that turns files into files: `vitrion learn STEP FILE`.
//
// Every step reads its settings from a YAML file that the loop wrote (plan.hpp) and writes only files that are the
// same, byte for byte, whenever its inputs are.
#pragma once

#include "vitrion/core/config.hpp"
#include "vitrion/core/session.hpp"

namespace vitrion::learn {

/// Seed data -> train.extxyz and validation.extxyz. Throws InputError when a frame of the one stands in the other.
void prepare(Config& config, const Session& session = {});

/// One run of molecular dynamics that may be stopped by its guard: that is a result here. Writes candidates.extxyz (all
/// frames beyond GuardOptions::grade_save, and the one a run stopped at) and explore.json.
void explore(Config& config, const Session& session = {});

/// Of all candidates those worth a label: selected.extxyz and select.json.
void choose(Config& config, const Session& session = {});

/// Labels of what was selected, through the queue all rounds share: labels.extxyz and labels.json. How (slots, time
/// left) stands in ../resources.yaml, which no result depends on.
void label(Config& config, const Session& session = {});

}  // namespace vitrion::learn
