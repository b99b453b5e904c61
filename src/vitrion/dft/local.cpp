// Jobs on this machine: a thread for each, which waits for the programs it starts.
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "vitrion/dft/executor.hpp"
#include "vitrion/dft/job.hpp"

namespace vitrion::dft {
namespace {

class LocalExecutor final : public Executor {
 public:
  LocalExecutor(const Queue& queue, const LocalOptions& options) : queue_(queue), options_(options) {}
  ~LocalExecutor() override { stop(); }

  std::size_t free_slots() const override { return options_.slots - std::min(options_.slots, running_.size()); }
  std::size_t n_running() const override { return running_.size(); }
  void start(ClaimedJob job) override;
  std::vector<Finished> poll(double patience_seconds) override;
  void cancel(std::int64_t id) override {
    if (const auto found = running_.find(id); found != running_.end()) found->second->cancelled = true;
  }
  void stop() override;

 private:
  struct Slot {
    std::atomic<bool> cancelled = false;
    std::thread thread;
  };
  const Engine& engine_of(const ClaimedJob& job);
  void work(const ClaimedJob& job, const Engine& engine, const Slot& slot);

  const Queue& queue_;
  LocalOptions options_;
  std::map<std::int64_t, std::unique_ptr<Engine>> engines_;  // by id of their settings
  std::map<std::int64_t, std::unique_ptr<Slot>> running_;    // by id of the job
  std::mutex mutex_;
  std::condition_variable ended_;
  std::vector<Finished> finished_;  // under mutex_
};

const Engine& LocalExecutor::engine_of(const ClaimedJob& job) {
  std::unique_ptr<Engine>& engine = engines_[job.settings_id];
  if (!engine) {
    std::unique_ptr<Engine> made = make_engine(job.settings);
    made->require_program();
    engine = std::move(made);
  }
  return *engine;
}

void LocalExecutor::start(ClaimedJob job) {
  const Engine& engine = engine_of(job);
  auto slot = std::make_unique<Slot>();
  Slot& place = *slot;
  const std::int64_t id = job.id;
  // A child is killed with the thread that started it: the thread stays until its programs have ended.
  place.thread = std::thread([this, j = std::move(job), &engine, &place] { work(j, engine, place); });
  running_[id] = std::move(slot);
}

void LocalExecutor::work(const ClaimedJob& job, const Engine& engine, const Slot& slot) {
  Finished done{job.id, std::nullopt, ""};
  try {
    done.result = run_job(engine, job.structure, queue_.job_folder(job.id, job.attempt),
                          time_limit_seconds(job.settings), options_.background, [&] { return slot.cancelled.load(); });
  } catch (const std::exception& e) {
    done.error = e.what();
  }
  const std::lock_guard lock(mutex_);
  finished_.push_back(std::move(done));
  ended_.notify_one();
}

std::vector<Finished> LocalExecutor::poll(double patience_seconds) {
  std::vector<Finished> list;
  {
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, std::chrono::duration<double>(patience_seconds), [&] { return !finished_.empty(); });
    list.swap(finished_);
  }
  for (const Finished& done : list) {
    Slot& slot = *running_.at(done.id);
    if (slot.thread.joinable()) slot.thread.join();
    running_.erase(done.id);
  }
  return list;
}

void LocalExecutor::stop() {
  for (const auto& [id, slot] : running_) slot->cancelled = true;
  for (const auto& [id, slot] : running_)
    if (slot->thread.joinable()) slot->thread.join();
}

}  // namespace

std::unique_ptr<Executor> make_local_executor(const Queue& queue, const LocalOptions& options) {
  return std::make_unique<LocalExecutor>(queue, options);
}

}  // namespace vitrion::dft
