#include "vitrion/dft/slurm_settings.hpp"

#include <fmt/format.h>

#include <cmath>

namespace vitrion::dft {
namespace {

int at_least(Config& config, const std::string& key, int fallback, int least) {
  const std::int64_t value = config.integer(key, fallback);
  if (value < least || value > 1000000) throw config.error(key, fmt::format("\"{}\" must be {} or more", key, least));
  return static_cast<int>(value);
}

/// A value that stands in an #SBATCH line, which ends at the first blank.
std::string plain_word(Config& config, const std::string& key) {
  std::string word = config.text(key, "");
  if (word.find_first_of(" \t\n") != std::string::npos) throw config.error(key, "\"" + key + "\" must be one word");
  return word;
}

}  // namespace

SlurmSettings read_slurm_settings(const Settings& settings) {
  Config whole = Config::parse(settings.yaml, settings.file);
  Config config = whole.section("slurm");
  SlurmSettings s;
  s.partition = plain_word(config, "partition");
  s.account = plain_word(config, "account");
  s.minutes = config.number("minutes", s.minutes);
  s.tasks = at_least(config, "tasks", s.tasks, 1);
  s.cpus_per_task = at_least(config, "cpus_per_task", s.cpus_per_task, 1);
  s.memory = plain_word(config, "memory");
  s.options = config.texts("options", {});
  s.setup = config.texts("setup", {});
  s.resubmissions = at_least(config, "resubmissions", s.resubmissions, 0);
  s.poll_seconds = config.number("poll_seconds", s.poll_seconds);
  if (!(s.minutes > 0)) throw config.error("minutes", "\"minutes\" must be positive");
  if (!(s.poll_seconds > 0)) throw config.error("poll_seconds", "\"poll_seconds\" must be positive");
  config.finish();
  return s;
}

std::string shell_quoted(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string slurm_script(const SlurmSettings& s, const std::string& job_name, const std::string& program, int number) {
  std::string text = "#!/bin/bash\n";
  const auto option = [&](const std::string& line) { text += "#SBATCH " + line + "\n"; };
  option("--job-name=" + job_name);
  option("--output=slurm.log");
  option("--open-mode=append");
  option(fmt::format("--time={}", static_cast<long>(std::ceil(s.minutes * std::pow(2, number)))));
  option(fmt::format("--ntasks={}", s.tasks));
  option(fmt::format("--cpus-per-task={}", s.cpus_per_task));
  if (!s.partition.empty()) option("--partition=" + s.partition);
  if (!s.account.empty()) option("--account=" + s.account);
  if (!s.memory.empty()) option("--mem=" + s.memory);
  for (const std::string& further : s.options) option(further);
  for (const std::string& line : s.setup) text += line + "\n";
  return text + "exec " + shell_quoted(program) + " label job .\n";
}

}  // namespace vitrion::dft
