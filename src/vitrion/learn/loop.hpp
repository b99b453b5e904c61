// The loop: train, explore, select, label, and again, until the explorations stay within what was learned.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "vitrion/core/session.hpp"
#include "vitrion/learn/history.hpp"
#include "vitrion/learn/options.hpp"

namespace vitrion::learn {

/// Runs the loop in `folder`, from where it stands, and says how it ended. `program` is what the steps start.
///
/// Every step is a stage of study/runner.hpp: made of files, known by the hash of what it is made of. What is done is
/// not done again, what was killed goes on, and the same settings end with the same history, dataset and potential. In
/// `folder`: the steps (rNN-STEP), `labels` (the queue of DFT labels), and, up to date after every step, history.json,
/// history.csv, dataset.extxyz, validation.extxyz, the potential with its model card, and in `training` what its
/// training left (result.json, section.json). `after_step` is told after each: it may draw how far the loop is.
///
/// Throws InputError when settings cannot be used, std::runtime_error when a step fails, Interrupted when a stop was
/// requested.
History run_loop(const LearnOptions& options, const std::filesystem::path& folder, const std::string& program,
                 const Session& session = {}, const std::function<void(const History&)>& after_step = {});

/// Hours of work so far: of the steps that ended, and of the labels.
double hours_spent(const std::filesystem::path& folder, int label_slots);

}  // namespace vitrion::learn
