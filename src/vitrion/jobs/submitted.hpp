// A command run as a job of Slurm by a process that waits for it, and that may be killed and started again.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/core/session.hpp"
#include "vitrion/jobs/slurm.hpp"

namespace vitrion::jobs {

/// Where long work is done: the section `executor` of a study or a loop.
struct Executor {
  std::optional<SlurmSettings> slurm;  ///< nothing: on this machine
  std::string yaml = "{}\n";           ///< the section as a file of its own
};

/// Reads the key `executor` of `config`: {slurm: {partition: batch, ...}}; absent: this machine. Throws InputError
/// (file:line).
Executor read_executor(Config& config);
/// The same of a file that holds the section alone; this machine where there is no such file.
Executor read_executor_file(const std::filesystem::path& file);

/// Runs `command` in `folder` as a job of Slurm and returns when it has ended well. Its output is appended to
/// `folder`/log.txt; `folder`/.slurm holds its script and remembers it.
///
/// Called again after this process was killed, it waits for the same job, whether that waits, runs or has ended: a
/// command is never run twice at once. A job that lost its node, was preempted, ran out of time or vanished is
/// submitted again up to SlurmSettings::resubmissions times: the command must go on from where it was. On a stop
/// request the job is cancelled. Throws Interrupted then, std::runtime_error when the job failed or sbatch refuses it.
void run_as_job(const std::vector<std::string>& command, const std::filesystem::path& folder,
                const SlurmSettings& settings, const Session& session = {});

/// Cancels what an earlier `run_as_job` left in Slurm for this folder, and waits until it is gone. Throws
/// std::runtime_error when it does not go.
void cancel_left_in(const std::filesystem::path& folder);

}  // namespace vitrion::jobs
