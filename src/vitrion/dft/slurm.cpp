// Jobs through Slurm: submitted with sbatch, followed with squeue and sacct, submitted again when a node failed.
//
// Each job is a folder that stands for itself: job.json goes in, `vitrion label job` runs there on a node and leaves
// result.json. Only this process writes to the queue's database.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <stdexcept>
#include <thread>

#include "vitrion/core/file.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/dft/executor.hpp"
#include "vitrion/dft/job.hpp"
#include "vitrion/dft/slurm_settings.hpp"

namespace vitrion::dft {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

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
      : queue_(queue),
        slots_(slots),
        program_(std::move(program)),
        slurm_(queue.folder(), "Run this where jobs are submitted, or without --slurm.") {}

  std::size_t free_slots() const override { return slots_ - std::min(slots_, jobs_.size()); }
  std::size_t n_running() const override { return jobs_.size(); }
  bool uses_slurm() const override { return true; }
  void start(ClaimedJob job) override;
  void adopt(ClaimedJob job) override;
  std::vector<Finished> poll(double patience_seconds) override;
  void cancel(std::int64_t id) override;
  void stop() override {}

 private:
  std::string job_name(const ClaimedJob& job) const;
  fs::path folder_of(const Submission& s) const {
    return queue_.job_folder(s.job.id, s.job.attempt) / fmt::format("submission-{}", s.number);
  }
  bool find_orphan(Submission& s);
  void submit(Submission& s);
  void update_states();
  std::optional<Finished> look_at(Submission& s);
  JobResult failure(const Submission& s, const std::string& reason) const;

  Queue& queue_;
  std::size_t slots_;
  std::string program_;
  jobs::Slurm slurm_;
  std::map<std::int64_t, Submission> jobs_;  // by id of the job
  std::optional<Clock::time_point> polled_;
};

/// Names a job among all of Slurm's, so that one that was submitted is found again though its number was lost.
std::string SlurmExecutor::job_name(const ClaimedJob& job) const {
  return fmt::format("vitrion-{}-{}-{}", content_hash(queue_.folder().string()).substr(0, 8), job.id, job.attempt);
}

void SlurmExecutor::submit(Submission& s) {
  const fs::path folder = folder_of(s);
  write_job_folder(s.job, folder);
  write_file_atomically(folder / "job.sh", slurm_script(s.settings, job_name(s.job), program_, s.number));
  s.slurm_id = slurm_.submit(folder / "job.sh", folder);
  s.state = "PENDING";
  s.polls_without_result = 0;
  queue_.set_slurm_id(s.job.id, s.slurm_id);
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
    earlier.slurm_id = slurm_.find(job_name(earlier.job));
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

void SlurmExecutor::update_states() {
  std::vector<std::string> numbers;
  for (const auto& [id, s] : jobs_) numbers.push_back(s.slurm_id);
  const std::map<std::string, std::string> states = slurm_.states(numbers);
  for (auto& [id, s] : jobs_) s.state = states.at(s.slurm_id);
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
  if (!jobs::is_final(s.state)) return std::nullopt;
  if (s.state == "COMPLETED" || s.state == jobs::lost) {
    if (++s.polls_without_result < jobs::patience_polls) return std::nullopt;
  }
  if (jobs::is_worth_another(s.state) && s.number < s.settings.resubmissions) {
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
  slurm_.cancel(found->second.slurm_id);
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
