#include "vitrion/jobs/slurm.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/process.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::jobs {
namespace {

namespace fs = std::filesystem;

const std::set<std::string> worth_another{"NODE_FAIL", "BOOT_FAIL", "PREEMPTED", "TIMEOUT", "REVOKED", lost};
const std::set<std::string> final_states{"COMPLETED", "FAILED",   "CANCELLED", "NODE_FAIL", "BOOT_FAIL",    "PREEMPTED",
                                         "TIMEOUT",   "DEADLINE", "REVOKED",   lost,        "OUT_OF_MEMORY"};

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

/// Takes over the states of known jobs from lines "number|state".
void read_states(const std::string& table, std::map<std::string, std::string>& states) {
  for (const std::string_view word : split_words(table)) {
    const std::size_t bar = word.find('|');
    if (bar == std::string_view::npos) continue;
    if (const auto found = states.find(std::string(word.substr(0, bar))); found != states.end())
      found->second = std::string(word.substr(bar + 1));
  }
}

}  // namespace

SlurmSettings read_slurm_settings(Config config) {
  SlurmSettings s;
  s.partition = plain_word(config, "partition");
  s.account = plain_word(config, "account");
  s.minutes = config.positive("minutes", s.minutes);
  s.tasks = at_least(config, "tasks", s.tasks, 1);
  s.cpus_per_task = at_least(config, "cpus_per_task", s.cpus_per_task, 1);
  s.memory = plain_word(config, "memory");
  s.options = config.texts("options", {});
  s.setup = config.texts("setup", {});
  s.resubmissions = at_least(config, "resubmissions", s.resubmissions, 0);
  s.poll_seconds = config.positive("poll_seconds", s.poll_seconds);
  config.finish();
  return s;
}

std::string shell_quoted(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string script_head(const SlurmSettings& s, const std::string& job_name, const std::string& log, double minutes) {
  std::string text = "#!/bin/bash\n";
  const auto option = [&](const std::string& line) { text += "#SBATCH " + line + "\n"; };
  option("--job-name=" + job_name);
  option("--output=" + log);
  option("--open-mode=append");
  option(fmt::format("--time={}", static_cast<long>(std::ceil(minutes))));
  option(fmt::format("--ntasks={}", s.tasks));
  option(fmt::format("--cpus-per-task={}", s.cpus_per_task));
  if (!s.partition.empty()) option("--partition=" + s.partition);
  if (!s.account.empty()) option("--account=" + s.account);
  if (!s.memory.empty()) option("--mem=" + s.memory);
  for (const std::string& further : s.options) option(further);
  for (const std::string& line : s.setup) text += line + "\n";
  return text;
}

bool is_final(const std::string& state) {
  return final_states.count(state) != 0;
}

bool is_worth_another(const std::string& state) {
  return worth_another.count(state) != 0;
}

Slurm::Slurm(fs::path folder, const std::string& remedy) : folder_(std::move(folder)) {
  for (const char* name : {"sbatch", "squeue", "scancel"})
    if (!find_program(name)) throw InputError(std::string("the program ") + name + " is not on this machine", remedy);
}

/// Runs one of Slurm's programs; its output and its errors are one text.
Slurm::Answer Slurm::ask(const std::vector<std::string>& command) const {
  const fs::path file = folder_ / fmt::format("slurm-{}.txt", ::getpid());
  fs::remove(file);
  const pid_t child = start_process(command, folder_, file);
  const Ended ended = wait_for_process(child, 120, [] { return false; });
  Answer answer{ended.succeeded, fs::exists(file) ? read_file(file) : ""};
  fs::remove(file);
  return answer;
}

std::string Slurm::submit(const fs::path& script, const fs::path& folder) const {
  const Answer answer = ask({"sbatch", "--parsable", "--chdir=" + folder.string(), script.string()});
  // "123", or "123;cluster" behind any notes.
  std::string number;
  for (const std::string_view word : split_words(answer.text)) {
    const std::string_view id = word.substr(0, word.find(';'));
    if (parse_integer(id)) number = id;
  }
  if (!answer.succeeded || number.empty())
    throw std::runtime_error("sbatch did not take the job: " + std::string(trim(answer.text)));
  return number;
}

std::string Slurm::find(const std::string& name) const {
  const Answer answer = ask({"squeue", "--noheader", "--format=%i", "--name=" + name});
  if (!answer.succeeded) return "";
  for (const std::string_view word : split_words(trim(answer.text)))
    if (parse_integer(word)) return std::string(word);
  return "";
}

std::map<std::string, std::string> Slurm::states(const std::vector<std::string>& numbers) const {
  std::map<std::string, std::string> states;
  std::string list;
  for (const std::string& number : numbers) {
    list += (list.empty() ? "" : ",") + number;
    states[number] = lost;
  }
  // Without --jobs: squeue refuses the whole list when one number is too old for it.
  const Answer queue =
      ask({"squeue", "--noheader", "--states=all", "--format=%i|%T", "--user=" + std::to_string(::getuid())});
  if (!queue.succeeded) {
    for (auto& [number, state] : states) state = unknown;
    return states;
  }
  read_states(queue.text, states);
  const bool any_lost = std::any_of(states.begin(), states.end(), [](const auto& s) { return s.second == lost; });
  if (!any_lost || !find_program("sacct")) return states;
  std::map<std::string, std::string> forgotten;
  for (const auto& [number, state] : states)
    if (state == lost) forgotten[number] = lost;
  const Answer accounts =
      ask({"sacct", "--noheader", "--parsable2", "--allocations", "--format=JobID,State", "--jobs=" + list});
  if (accounts.succeeded) read_states(accounts.text, forgotten);
  for (const auto& [number, state] : forgotten) states[number] = state;
  return states;
}

void Slurm::cancel(const std::string& number) const {
  ask({"scancel", number});
}

}  // namespace vitrion::jobs
