// Runs the stages of a study: what is done is skipped, what was cut off goes on, what changed is made anew.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/jobs/submitted.hpp"
#include "vitrion/study/stage.hpp"

namespace vitrion::study {

struct RunnerOptions {
  int slots = 1;          ///< stages that may run side by side (weighed by Stage::slots)
  bool tell_done = true;  ///< a line for every stage that is up to date
  /// Words put before the command of a long stage, relative to its folder: a command that runs it elsewhere, waits for
  /// its end, and when started again waits for what it left. {} in them: as many threads as the stage has slots. Empty:
  /// everything runs here.
  std::vector<std::string> submit = {};
  /// Called after every stage that ended, with the state on disk.
  std::function<void(const Stage&)> after_each = {};
};

/// Whether a stage would run, for --dry-run.
enum class StageStatus {
  done,     ///< its inputs and outputs are what they were when it ended
  resumes,  ///< it was started with these inputs and did not end
  changed,  ///< it ended, or was started, with other inputs (or its outputs are gone): it is made anew
  waiting   ///< not started; its inputs may not exist yet
};

/// The state of each stage as it stands on disk, in the order given. Runs nothing.
std::vector<StageStatus> inspect(const std::vector<Stage>& stages, const std::filesystem::path& folder);

/// Runs every stage that is not up to date, in an order their `after` allows, in `folder`/NAME.
///
/// A stage's command is a child process; its output goes to NAME/log.txt. A child dies with this process, and the
/// study's folder is locked as long as a child lives, so a killed run leaves nothing behind that writes. A stage that
/// was cut off is started again in the same folder with the same inputs: its command resumes. When inputs changed, the
/// folder is emptied first (and what it left in a queue of jobs cancelled), but for stages that are incremental. After
/// the last stage `manifest.json` lists every output with its content hash, and the `outcome` of a result.json that has
/// one; a `warning` in it is told to the session.
///
/// Throws InputError when stages form a cycle or another process runs in the folder; std::runtime_error when a command
/// fails (with the end of its log); Interrupted when a stop was requested (children are asked to stop and waited for).
void run_stages(const std::vector<Stage>& stages, const std::filesystem::path& folder,
                const RunnerOptions& options = {}, const Session& session = {});

/// RunnerOptions::submit for an executor: `program` is this one. Writes `folder`/executor.yaml, which no result depends
/// on. Throws InputError when jobs cannot be submitted here.
std::vector<std::string> submission(const jobs::Executor& executor, const std::filesystem::path& folder,
                                    const std::string& program);

}  // namespace vitrion::study
