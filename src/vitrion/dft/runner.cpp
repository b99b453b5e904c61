#include "vitrion/dft/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "vitrion/core/progress.hpp"
#include "vitrion/dft/executor.hpp"

namespace vitrion::dft {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// An action that is due again some time after it was done.
class Every {
 public:
  explicit Every(double seconds) : period_(seconds) {}
  bool due() {
    if (last_ && std::chrono::duration<double>(Clock::now() - *last_).count() < period_) return false;
    last_ = Clock::now();
    return true;
  }

 private:
  double period_;
  std::optional<Clock::time_point> last_;
};

class Runner {
 public:
  Runner(Queue& queue, const RunOptions& options, Executor& executor, const Session& session)
      : queue_(queue), options_(options), executor_(executor), session_(session), worker_(queue.enlist()) {}
  RunSummary run();

 private:
  double elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  bool budget_left() const;
  void take_over();
  /// True when it started any.
  bool start_jobs();
  void record(const Finished& done);
  void remove_folders(std::int64_t id) const;
  void show(Progress& progress) const;
  void give_back();

  Queue& queue_;
  const RunOptions& options_;
  Executor& executor_;
  Session session_;
  std::int64_t worker_;
  Clock::time_point start_ = Clock::now();
  RunSummary summary_;
};

bool Runner::budget_left() const {
  if (options_.max_seconds && elapsed() >= *options_.max_seconds) return false;
  return !options_.max_labels ||
         summary_.n_done + static_cast<std::int64_t>(executor_.n_running()) < *options_.max_labels;
}

void Runner::take_over() {
  queue_.heartbeat(worker_);
  for (ClaimedJob& job : queue_.recover(worker_, executor_.uses_slurm()).adopted) executor_.adopt(std::move(job));
}

bool Runner::start_jobs() {
  bool any = false;
  while (executor_.free_slots() > 0 && budget_left()) {
    std::optional<ClaimedJob> job = queue_.claim(worker_);
    if (!job) break;
    const std::int64_t id = job->id;
    try {
      executor_.start(std::move(*job));
    } catch (...) {
      queue_.release(worker_, id);
      throw;
    }
    any = true;
  }
  return any;
}

void Runner::remove_folders(std::int64_t id) const {
  std::error_code ignored;
  const std::string prefix = fmt::format("{:06}-", id);
  for (const fs::directory_entry& entry : fs::directory_iterator(queue_.folder() / "jobs", ignored))
    if (entry.path().filename().string().starts_with(prefix)) fs::remove_all(entry.path(), ignored);
}

void Runner::record(const Finished& done) {
  if (!done.error.empty()) {
    queue_.release(worker_, done.id);
    throw std::runtime_error(done.error);
  }
  if (!done.result) return;  // cancelled
  queue_.finish(worker_, done.id, *done.result);
  (done.result->label ? summary_.n_done : summary_.n_failed) += 1;
  summary_.cpu_seconds += done.result->cpu_seconds();
  if (done.result->label && !options_.keep_folders) remove_folders(done.id);
}

void Runner::show(Progress& progress) const {
  const JobCounts counts = queue_.counts();
  std::string note = fmt::format("{} running", counts.running);
  if (counts.failed > 0) note += fmt::format(", {} failed", counts.failed);
  if (summary_.n_done > 0)
    note += fmt::format(", {:.0f} CPU s a label", summary_.cpu_seconds / static_cast<double>(summary_.n_done));
  progress.update(counts.done + counts.failed, note);
}

void Runner::give_back() {
  executor_.stop();
  for (const Finished& done : executor_.poll(0)) {
    if (done.result)
      queue_.finish(worker_, done.id, *done.result);
    else
      queue_.release(worker_, done.id);
  }
  // Jobs in Slurm stay with this worker, whose successor finds it gone and adopts them.
  if (executor_.n_running() == 0) queue_.dismiss(worker_);
}

RunSummary Runner::run() {
  const JobCounts before = queue_.counts();
  const std::int64_t ended = before.done + before.failed, waiting = before.pending + before.running;
  Progress progress(session_, "label", ended + std::min(waiting, options_.max_labels.value_or(waiting)), "structures",
                    ended);
  Every beat(20), look_for_cancelled(2), look_for_stale(1);
  try {
    while (true) {
      if (beat.due()) take_over();
      session_.check_stop();
      const bool started = start_jobs();
      if (executor_.n_running() == 0 && !started) {
        const JobCounts counts = queue_.counts();
        summary_.budget_spent = counts.pending > 0 && !budget_left();
        if (summary_.budget_spent || counts.pending + counts.running == 0) break;
        // What other processes work on comes back to the queue when they die.
        if (look_for_stale.due()) take_over();
      }
      const std::vector<Finished> finished = executor_.poll(0.2);
      for (const Finished& done : finished) record(done);
      if (!finished.empty() || started) show(progress);
      if (look_for_cancelled.due())
        for (const std::int64_t id : queue_.cancelled_jobs(worker_)) executor_.cancel(id);
    }
  } catch (...) {
    give_back();
    throw;
  }
  show(progress);
  queue_.dismiss(worker_);
  summary_.wall_seconds = elapsed();
  return summary_;
}

}  // namespace

RunSummary run_queue(Queue& queue, const RunOptions& options, const Session& session) {
  for (const Settings& settings : queue.pending_settings()) {
    const std::unique_ptr<Engine> engine = make_engine(settings);
    if (options.slurm)
      check_slurm_settings(settings);
    else
      engine->require_program();
  }
  const std::string program = options.program.empty() ? fs::read_symlink("/proc/self/exe").string() : options.program;
  const std::unique_ptr<Executor> executor = options.slurm
                                                 ? make_slurm_executor(queue, options.slots, program)
                                                 : make_local_executor(queue, {options.slots, options.background});
  return Runner(queue, options, *executor, session).run();
}

}  // namespace vitrion::dft
