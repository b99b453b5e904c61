// Slurm as a user meets it: sbatch, squeue, sacct and scancel.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "vitrion/core/config.hpp"

namespace vitrion::jobs {

/// How jobs are handed to Slurm.
struct SlurmSettings {
  std::string partition, account;
  double minutes = 120;  ///< time limit of the first submission
  int tasks = 1, cpus_per_task = 1;
  std::string memory;                ///< as Slurm writes it: 4G
  std::vector<std::string> options;  ///< further ones of sbatch: --qos=low
  std::vector<std::string> setup;    ///< shell lines before the job: module load cp2k
  int resubmissions = 3;             ///< after a node failed, a job was preempted or ran out of time
  double poll_seconds = 15;
};

/// Reads a section `slurm` strictly. Throws InputError (file:line).
SlurmSettings read_slurm_settings(Config config);

/// The lines of a job's script up to its command. `log` is appended to, in the folder the job runs in.
std::string script_head(const SlurmSettings& settings, const std::string& job_name, const std::string& log,
                        double minutes);

/// A word of a shell, whatever it holds.
std::string shell_quoted(const std::string& word);

/// States after which a job does not come back.
bool is_final(const std::string& state);
/// States after which the same job may well succeed.
bool is_worth_another(const std::string& state);

/// What nobody knows of a job: Slurm has forgotten it.
inline constexpr const char* lost = "LOST";
/// Slurm's controller does not answer now, which does not mean that a job is gone.
inline constexpr const char* unknown = "UNKNOWN";

/// Times a finished job without result is looked at before it counts as without one: shared file systems lag.
inline constexpr int patience_polls = 3;

/// The programs of Slurm on this machine. One object a thread.
class Slurm {
 public:
  /// Answers of the programs pass through a file in `folder`. Throws InputError, ending with `remedy`, when a program
  /// is not installed.
  Slurm(std::filesystem::path folder, const std::string& remedy);

  /// Submits a script to be run in `folder`; returns the job's number. Throws std::runtime_error when sbatch refuses.
  std::string submit(const std::filesystem::path& script, const std::filesystem::path& folder) const;
  /// The number of a job of this name that waits or runs; empty: there is none, or Slurm does not answer.
  std::string find(const std::string& name) const;
  /// The state of each of these jobs: Slurm's word ("RUNNING"), `lost` or `unknown`.
  std::map<std::string, std::string> states(const std::vector<std::string>& numbers) const;
  void cancel(const std::string& number) const;

 private:
  struct Answer {
    bool succeeded = false;
    std::string text;
  };
  Answer ask(const std::vector<std::string>& command) const;

  std::filesystem::path folder_;
};

}  // namespace vitrion::jobs
