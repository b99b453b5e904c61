// Works a queue off: takes jobs, has them computed, records what came of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "vitrion/core/session.hpp"
#include "vitrion/dft/queue.hpp"

namespace vitrion::dft {

struct RunOptions {
  std::size_t slots = 1;      ///< jobs at a time
  bool background = false;    ///< at idle priority, so that they take only time nothing else wants
  bool keep_folders = false;  ///< keep inputs and outputs of jobs that gave a label
  bool slurm = false;         ///< submit jobs, with the section `slurm` of their settings
  std::string program = {};   ///< of Slurm jobs: this program, as nodes find it; empty: where it lies here
  std::optional<std::int64_t> max_labels = {};  ///< ends after this many new labels
  std::optional<double> max_seconds = {};       ///< begins no job after this time; those that run are finished
};

struct RunSummary {
  std::int64_t n_done = 0, n_failed = 0;  ///< by this call
  double wall_seconds = 0;                ///< of this call
  double cpu_seconds = 0;                 ///< of the jobs it finished
  bool budget_spent = false;              ///< jobs still wait, max_labels or max_seconds ended the work
};

/// Works until no job waits or runs, here or in other processes on the same queue, or until the budget is spent.
///
/// Jobs of processes that are gone are taken over. On a stop request the programs are ended, their jobs wait again, and
/// Interrupted is thrown; jobs in Slurm go on, and the next call adopts them. Throws InputError when the program that
/// computes is not installed, std::runtime_error when a program cannot be started or the disk refuses.
RunSummary run_queue(Queue& queue, const RunOptions& options, const Session& session = {});

}  // namespace vitrion::dft
