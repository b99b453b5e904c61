// Jobs through Slurm: submitted with sbatch, followed with squeue and sacct, submitted again when a node failed.
//
// Each job is a folder that stands for itself: job.json goes in, `vitrion label job` runs there on a node and leaves
// result.json. Only this process writes to the queue's database.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>

#include "vitrion/core/file.hpp"
#include "vitrion/core/process.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/dft/executor.hpp"
#include "vitrion/dft/job.hpp"
#include "vitrion/dft/slurm_settings.hpp"

namespace vitrion::dft {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// States after which the same job may well succeed.
const std::set<std::string> worth_another{"NODE_FAIL", "BOOT_FAIL", "PREEMPTED", "TIMEOUT", "REVOKED", "LOST"};
/// States after which a job does not come back.
const std::set<std::string> final_states{"COMPLETED", "FAILED",   "CANCELLED", "NODE_FAIL", "BOOT_FAIL",    "PREEMPTED",
                                         "TIMEOUT",   "DEADLINE", "REVOKED",   "LOST",      "OUT_OF_MEMORY"};
/// Times a finished job without result is looked at before it counts as without one: shared file systems lag.
constexpr int patience_polls = 3;

struct Submission {
  ClaimedJob job;
  SlurmSettings settings;
  int number = 0;        ///< counts submissions from 0
  std::string slurm_id;  ///< empty: to be submitted
  std::string state = "PENDING";
  int polls_without_result = 0;
};

class SlurmExecutor final : public Executor {
 public:
  SlurmExecutor(Queue& queue, std::size_t slots, std::string program)
      : queue_(queue), slots_(slots), program_(std::move(program)) {
    for (const char* name : {"sbatch", "squeue", "scancel"})
      if (!find_program(name))
        throw InputError(std::string("the program ") + name + " is not on this machine",
                         "Run this where jobs are submitted, or without --slurm.");
  }

  std::size_t free_slots() const override { return slots_ - std::min(slots_, jobs_.size()); }
  std::size_t n_running() const override { return jobs_.size(); }
  bool uses_slurm() const override { return true; }
  void start(ClaimedJob job) override;
  void adopt(ClaimedJob job) override;
  std::vector<Finished> poll(double patience_seconds) override;
  void cancel(std::int64_t id) override;
  void stop() override {}

 private:
  struct Answer {
    bool succeeded = false;
    std::string text;
  };
  Answer ask(const std::vector<std::string>& command);
  std::string job_name(const ClaimedJob& job) const;
  fs::path folder_of(const Submission& s) const {
    return queue_.job_folder(s.job.id, s.job.attempt) / fmt::format("submission-{}", s.number);
  }
  std::string find_submitted(const std::string& name);
  bool find_orphan(Submission& s);
  void submit(Submission& s);
  void update_states();
  void read_states(const std::string& table);
  std::optional<Finished> look_at(Submission& s);
  JobResult failure(const Submission& s, const std::string& reason) const;

  Queue& queue_;
  std::size_t slots_;
  std::string program_;
  std::map<std::int64_t, Submission> jobs_;  // by id of the job
  std::optional<Clock::time_point> polled_;
};

/// Runs one of Slurm's programs; its output and its errors are one text.
SlurmExecutor::Answer SlurmExecutor::ask(const std::vector<std::string>& command) {
  const fs::path file = queue_.folder() / fmt::format("slurm-{}.txt", ::getpid());
  fs::remove(file);
  const pid_t child = start_process(command, queue_.folder(), file);
  const Ended ended = wait_for_process(child, 120, [] { return false; });
  Answer answer{ended.succeeded, fs::exists(file) ? read_file(file) : ""};
  fs::remove(file);
  return answer;
}

/// Names a job among all of Slurm's, so that one that was submitted is found again though its number was lost.
std::string SlurmExecutor::job_name(const ClaimedJob& job) const {
  return fmt::format("vitrion-{}-{}-{}", content_hash(queue_.folder().string()).substr(0, 8), job.id, job.attempt);
}

std::string SlurmExecutor::find_submitted(const std::string& name) {
  const Answer answer = ask({"squeue", "--noheader", "--format=%i", "--name=" + name});
  if (!answer.succeeded) return "";
  for (const std::string_view word : split_words(trim(answer.text)))
    if (parse_integer(word)) return std::string(word);
  return "";
}

void SlurmExecutor::submit(Submission& s) {
  const fs::path folder = folder_of(s);
  write_job_folder(s.job, folder);
  write_file_atomically(folder / "job.sh", slurm_script(s.settings, job_name(s.job), program_, s.number));
  const Answer answer = ask({"sbatch", "--parsable", "--chdir=" + folder.string(), (folder / "job.sh").string()});
  // "123", or "123;cluster" behind any notes.
  std::string number;
  for (const std::string_view word : split_words(answer.text)) {
    const std::string_view id = word.substr(0, word.find(';'));
    if (parse_integer(id)) number = id;
  }
  if (!answer.succeeded || number.empty())
    throw std::runtime_error("sbatch did not take the job: " + std::string(trim(answer.text)));
  s.slurm_id = number;
  s.state = "PENDING";
  s.polls_without_result = 0;
  queue_.set_slurm_id(s.job.id, number);
}

void SlurmExecutor::start(ClaimedJob job) {
  Submission s{std::move(job), {}, 0, "", "PENDING", 0};
  s.settings = read_slurm_settings(s.job.settings);
  if (!find_orphan(s)) submit(s);
  jobs_.emplace(s.job.id, std::move(s));
}

/// A process killed just after sbatch left a job in Slurm whose number nobody wrote down.
bool SlurmExecutor::find_orphan(Submission& s) {
  Submission earlier = s;
  while (--earlier.job.attempt > 0) {
    const std::optional<JobResult> result = result_in(folder_of(earlier));
    earlier.slurm_id = find_submitted(job_name(earlier.job));
    if (earlier.slurm_id.empty() && !(result && result->label)) continue;
    s = earlier;
    if (!s.slurm_id.empty()) queue_.set_slurm_id(s.job.id, s.slurm_id);
    return true;
  }
  return false;
}

void SlurmExecutor::adopt(ClaimedJob job) {
  Submission s{std::move(job), {}, 0, "", "PENDING", 0};
  s.settings = read_slurm_settings(s.job.settings);
  while (fs::exists(queue_.job_folder(s.job.id, s.job.attempt) / fmt::format("submission-{}", s.number + 1)))
    ++s.number;
  s.slurm_id = s.job.slurm_id;
  jobs_.emplace(s.job.id, std::move(s));
}

/// Lines "number|state".
void SlurmExecutor::read_states(const std::string& table) {
  std::map<std::string, std::string> states;
  for (const std::string_view word : split_words(table)) {
    const std::size_t bar = word.find('|');
    if (bar != std::string_view::npos) states[std::string(word.substr(0, bar))] = std::string(word.substr(bar + 1));
  }
  for (auto& [id, s] : jobs_)
    if (const auto found = states.find(s.slurm_id); found != states.end()) s.state = found->second;
}

void SlurmExecutor::update_states() {
  std::string ids;
  for (auto& [id, s] : jobs_) {
    ids += (ids.empty() ? "" : ",") + s.slurm_id;
    s.state = "LOST";
  }
  // Without --jobs: squeue refuses the whole list when one number is too old for it.
  const Answer queue =
      ask({"squeue", "--noheader", "--states=all", "--format=%i|%T", "--user=" + std::to_string(::getuid())});
  if (!queue.succeeded) {
    // Slurm's controller does not answer now; it knows nothing of any job, which does not mean that they are gone.
    for (auto& [id, s] : jobs_) s.state = "UNKNOWN";
    return;
  }
  read_states(queue.text);
  const bool any_lost = std::any_of(jobs_.begin(), jobs_.end(), [](const auto& j) { return j.second.state == "LOST"; });
  if (any_lost && find_program("sacct")) {
    std::map<std::int64_t, std::string> seen;
    for (const auto& [id, s] : jobs_) seen[id] = s.state;
    const Answer accounts =
        ask({"sacct", "--noheader", "--parsable2", "--allocations", "--format=JobID,State", "--jobs=" + ids});
    if (accounts.succeeded) read_states(accounts.text);
    for (auto& [id, s] : jobs_)
      if (seen[id] != "LOST") s.state = seen[id];
  }
}

JobResult SlurmExecutor::failure(const Submission& s, const std::string& reason) const {
  std::string log;
  if (fs::exists(folder_of(s) / "slurm.log")) {
    log = trim(read_file(folder_of(s) / "slurm.log"));
    log = log.substr(log.rfind('\n') + 1);
  }
  return {std::nullopt, {{"slurm", log.empty() ? reason : reason + " (" + log + ")", 0, 0}}};
}

std::optional<Finished> SlurmExecutor::look_at(Submission& s) {
  for (int n = s.number; n >= 0; --n) {
    Submission earlier = s;
    earlier.number = n;
    if (std::optional<JobResult> result = result_in(folder_of(earlier))) return Finished{s.job.id, result, ""};
  }
  if (final_states.count(s.state) == 0) return std::nullopt;
  if (s.state == "COMPLETED" || s.state == "LOST") {
    if (++s.polls_without_result < patience_polls) return std::nullopt;
  }
  if (worth_another.count(s.state) != 0 && s.number < s.settings.resubmissions) {
    ++s.number;
    submit(s);
    return std::nullopt;
  }
  const std::string tries = s.number > 0 ? fmt::format(" after {} submissions", s.number + 1) : "";
  return Finished{s.job.id, failure(s, fmt::format("job {} ended as {}{}", s.slurm_id, s.state, tries)), ""};
}

std::vector<Finished> SlurmExecutor::poll(double patience_seconds) {
  double period = 3600;
  for (const auto& [id, s] : jobs_) period = std::min(period, s.settings.poll_seconds);
  std::vector<Finished> list;
  if (polled_ && std::chrono::duration<double>(Clock::now() - *polled_).count() < period) {
    std::this_thread::sleep_for(std::chrono::duration<double>(patience_seconds));
    return list;
  }
  polled_ = Clock::now();
  if (jobs_.empty()) return list;
  update_states();
  for (auto& [id, s] : jobs_)
    if (std::optional<Finished> done = look_at(s)) list.push_back(std::move(*done));
  for (const Finished& done : list) jobs_.erase(done.id);
  return list;
}

void SlurmExecutor::cancel(std::int64_t id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return;
  ask({"scancel", found->second.slurm_id});
  jobs_.erase(found);
}

}  // namespace

std::unique_ptr<Executor> make_slurm_executor(Queue& queue, std::size_t slots, const std::string& program) {
  return std::make_unique<SlurmExecutor>(queue, slots, program);
}

void check_slurm_settings(const Settings& settings) {
  read_slurm_settings(settings);
}

}  // namespace vitrion::dft
