// How jobs are handed to Slurm: the section `slurm` of an engine's settings.
#pragma once

#include <string>
#include <vector>

#include "vitrion/dft/engine.hpp"

namespace vitrion::dft {

struct SlurmSettings {
  std::string partition, account;
  double minutes = 120;  ///< of the first submission; doubled after each that ran out of time
  int tasks = 1, cpus_per_task = 1;
  std::string memory;                ///< as Slurm writes it: 4G
  std::vector<std::string> options;  ///< further ones of sbatch: --qos=low
  std::vector<std::string> setup;    ///< shell lines before the job: module load cp2k
  int resubmissions = 3;             ///< after a node failed, a job was preempted or ran out of time
  double poll_seconds = 15;
};

SlurmSettings read_slurm_settings(const Settings& settings);

/// The script handed to sbatch; it runs in the job's folder. `number` counts submissions of the job from 0.
std::string slurm_script(const SlurmSettings& settings, const std::string& job_name, const std::string& program,
                         int number);

/// A word of a shell, whatever it holds.
std::string shell_quoted(const std::string& word);

}  // namespace vitrion::dft
