// One label from start to end: the tries of an engine, one after the other, in a folder.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "vitrion/core/session.hpp"
#include "vitrion/dft/queue.hpp"

namespace vitrion::dft {

/// Tries until there is a label or the recipe is exhausted. Each try has its own folder in `folder`. Nothing when
/// `stop` said so first; programs that run are ended then. Throws std::runtime_error when a program cannot be
/// started or the disk refuses: that says nothing about the structure.
std::optional<JobResult> run_job(const Engine& engine, const Structure& structure, const std::filesystem::path& folder,
                                 double limit_seconds, bool background, const std::function<bool()>& stop);

/// A job as a folder that stands for itself, to be run on another machine: `job.json` goes in, `result.json` comes out.
void write_job_folder(const ClaimedJob& job, const std::filesystem::path& folder);
/// Runs such a folder (`vitrion label job FOLDER`). A result that is there already is kept. Throws Interrupted on a
/// stop.
JobResult run_job_folder(const std::filesystem::path& folder, const Session& session = {});
/// The result in such a folder; nothing while there is none.
std::optional<JobResult> result_in(const std::filesystem::path& folder);

}  // namespace vitrion::dft
