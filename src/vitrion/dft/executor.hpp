// Where jobs are worked on: on this machine in slots, or through Slurm.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/dft/queue.hpp"

namespace vitrion::dft {

/// What became of a job an executor was given.
struct Finished {
  std::int64_t id = 0;
  std::optional<JobResult> result;  ///< nothing: it was cancelled, or could not be worked on
  std::string error;                ///< why it could not: nothing the structure is to blame for
};

/// Works on jobs side by side. The queue is told by the caller alone, except for Slurm's ids.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual std::size_t free_slots() const = 0;
  virtual std::size_t n_running() const = 0;
  virtual void start(ClaimedJob job) = 0;
  /// Goes on with a job that a process before submitted.
  virtual void adopt(ClaimedJob job) { start(std::move(job)); }
  virtual bool uses_slurm() const { return false; }
  /// Jobs that ended; waits at most about `patience_seconds` for the first.
  virtual std::vector<Finished> poll(double patience_seconds) = 0;
  virtual void cancel(std::int64_t id) = 0;
  /// Before this process ends early: ends what it started here (`poll` then tells), leaves alone what Slurm runs.
  virtual void stop() = 0;
};

struct LocalOptions {
  std::size_t slots = 1;
  bool background = false;  ///< at idle priority
};
std::unique_ptr<Executor> make_local_executor(const Queue& queue, const LocalOptions& options);

/// `program`: this program, as the nodes find it. Settings of Slurm are read from each job's settings. At most `slots`
/// jobs are submitted at a time.
std::unique_ptr<Executor> make_slurm_executor(Queue& queue, std::size_t slots, const std::string& program);

/// Throws InputError when the settings' section `slurm` is not understood.
void check_slurm_settings(const Settings& settings);

}  // namespace vitrion::dft
