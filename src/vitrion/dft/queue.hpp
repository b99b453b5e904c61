// The queue of labels to compute: one SQLite file that survives being killed and is shared by any number of processes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/dft/database.hpp"
#include "vitrion/dft/engine.hpp"

namespace vitrion::dft {

enum class JobState { pending, running, done, failed, cancelled };
const char* name_of(JobState state);

/// One try of the recipe at one structure.
struct Try {
  std::string name;
  std::string reason;  ///< why it gave no label; empty: it did
  double wall_seconds = 0, cpu_seconds = 0;
};

/// How a job ended: with a label, or with the reason why there is none.
struct JobResult {
  std::optional<Label> label;
  std::vector<Try> tries;

  /// Why the tries that failed did.
  std::string reason() const;
  double wall_seconds() const;
  double cpu_seconds() const;
};
nlohmann::json to_json(const JobResult& result);
JobResult result_from_json(const nlohmann::json& json);

/// A job taken from the queue by this process.
struct ClaimedJob {
  std::int64_t id = 0;
  int attempt = 1;  ///< how often it was started, this time included
  Structure structure;
  std::int64_t settings_id = 0;
  Settings settings;
  std::string slurm_id;  ///< of an earlier owner's submission that may still run; usually empty
};

/// A row of the table of jobs, for people.
struct JobInfo {
  std::int64_t id = 0;
  JobState state = JobState::pending;
  std::string composition, engine, reason, host, slurm_id;
  std::int64_t n_atoms = 0, pid = 0;
  int attempts = 0;
  std::vector<Try> tries;
  double added = 0, started = 0, finished = 0;  ///< seconds since 1970; 0: not yet
  double wall_seconds = 0, cpu_seconds = 0;
};

struct JobCounts {
  std::int64_t pending = 0, running = 0, done = 0, failed = 0, cancelled = 0;
  std::int64_t total() const { return pending + running + done + failed + cancelled; }
};

/// All methods throw std::runtime_error when the disk or the database fails. One object belongs to one thread.
class Queue {
 public:
  /// Opens the queue in a folder. Throws InputError when there is none and `create` is false, or when another version
  /// of the program made it.
  explicit Queue(const std::filesystem::path& folder, bool create = false);

  const std::filesystem::path& folder() const { return folder_; }

  struct Added {
    std::vector<std::int64_t> ids;        ///< of the job of each structure, in order; equal calculations share a job
    std::int64_t n_new = 0;               ///< jobs that were not in the queue before
    std::vector<std::string> left_out{};  ///< which structures got no job, and why
  };
  /// What to do with a structure that cannot be computed with the settings.
  enum class Unfit { refuse, leave_out };
  /// Adds a job for each structure, all or none. A calculation the queue already holds is not added again, whatever its
  /// state. Throws InputError when a structure cannot be computed with these settings, unless it is to be left out.
  Added add(const std::vector<Structure>& structures, const Settings& settings, Unfit unfit = Unfit::refuse);

  JobCounts counts() const;
  std::vector<JobInfo> jobs() const;

  /// The structure of a job with its label; nothing while it is not done.
  std::optional<Structure> label(std::int64_t id) const;
  /// Every labelled structure, in order of being added.
  void for_each_label(const std::function<void(const Structure&)>& use) const;

  /// Failed and cancelled jobs (all, or those named) wait again; returns how many.
  std::int64_t retry(const std::vector<std::int64_t>& ids = {});
  /// Pending and running jobs (all, or those named) will not be computed; returns how many.
  std::int64_t cancel(const std::vector<std::int64_t>& ids = {});

  /// Settings of jobs that wait, each once.
  std::vector<Settings> pending_settings() const;

  // What follows is for runners.

  /// Registers this process; its jobs return to the queue when it is gone.
  std::int64_t enlist();
  void heartbeat(std::int64_t worker);
  void dismiss(std::int64_t worker);
  /// The next pending job, now running and owned by `worker`.
  std::optional<ClaimedJob> claim(std::int64_t worker);
  void set_slurm_id(std::int64_t id, const std::string& slurm_id);
  /// Records how a job of this worker ended. A label counts even when the job meanwhile went to another worker or was
  /// cancelled, unless there is one already; a failure does not.
  void finish(std::int64_t worker, std::int64_t id, const JobResult& result);
  /// Gives a job of this worker back unfinished.
  void release(std::int64_t worker, std::int64_t id);
  /// Jobs of this worker that were cancelled since they were claimed.
  std::vector<std::int64_t> cancelled_jobs(std::int64_t worker) const;

  struct Recovered {
    std::int64_t n_released = 0;      ///< jobs of dead processes that wait again
    std::vector<ClaimedJob> adopted;  ///< jobs a dead process submitted to Slurm, now owned by `worker`
  };
  /// Takes from processes that are gone what they had claimed: ended on this machine, or silent for ten minutes on
  /// another. Without `adopt_slurm`, jobs that Slurm may still run are left as they are.
  Recovered recover(std::int64_t worker, bool adopt_slurm);

  /// Where a job is worked on.
  std::filesystem::path job_folder(std::int64_t id, int attempt) const;

 private:
  ClaimedJob read_claimed(std::int64_t id) const;
  std::vector<std::int64_t> dead_workers() const;

  std::filesystem::path folder_;
  Database database_;
};

}  // namespace vitrion::dft
