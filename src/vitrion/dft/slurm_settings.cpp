#include "vitrion/dft/slurm_settings.hpp"

#include <cmath>

namespace vitrion::dft {

SlurmSettings read_slurm_settings(const Settings& settings) {
  Config whole = Config::parse(settings.yaml, settings.file);
  return jobs::read_slurm_settings(whole.section("slurm"));
}

std::string slurm_script(const SlurmSettings& s, const std::string& job_name, const std::string& program, int number) {
  return jobs::script_head(s, job_name, "slurm.log", s.minutes * std::pow(2, number)) + "exec " +
         jobs::shell_quoted(program) + " label job .\n";
}

}  // namespace vitrion::dft
