// How labels are handed to Slurm: the section `slurm` of an engine's settings.
#pragma once

#include <string>

#include "vitrion/dft/engine.hpp"
#include "vitrion/jobs/slurm.hpp"

namespace vitrion::dft {

using jobs::SlurmSettings;

/// Throws InputError (file:line).
SlurmSettings read_slurm_settings(const Settings& settings);

/// The script handed to sbatch; it runs in the job's folder. `number` counts submissions of the job from 0: each has
/// twice the time of the one before.
std::string slurm_script(const SlurmSettings& settings, const std::string& job_name, const std::string& program,
                         int number);

}  // namespace vitrion::dft
