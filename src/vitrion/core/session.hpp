// What whoever runs long work hands to it: when to stop, and whom to tell.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace vitrion::inline core {

/// A request to stop, made once, by anyone, and seen by all who were handed the signal. Without locks: a signal handler
/// may make it.
class StopSignal {
 public:
  void request() noexcept { requested_.store(true, std::memory_order_relaxed); }
  void clear() noexcept { requested_.store(false, std::memory_order_relaxed); }
  bool requested() const noexcept { return requested_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> requested_{false};
  static_assert(std::atomic<bool>::is_always_lock_free);
};

/// A loop whose length is known: what `Progress` tells a `Log`.
struct Work {
  std::string title;        ///< "melt"
  std::int64_t total = 1;   ///< steps
  std::string unit;         ///< "frames", "steps"; may be empty
  std::int64_t before = 0;  ///< steps that an earlier run did; they do not count for the estimate of the time left
};

/// How far one loop is, for people to see.
class ProgressDisplay {
 public:
  virtual ~ProgressDisplay() = default;
  /// `done` of the total; `note` (may be empty) says more, for instance the current loss.
  virtual void update(std::int64_t done, const std::string& note) = 0;
};

/// Where long work tells what people want to know while it runs. Every front end (terminal, Python) has its own.
/// Implementations bear calls from several threads at once.
class Log {
 public:
  virtual ~Log() = default;
  /// One line, or several, without a newline at the end.
  virtual void say(const std::string& text) = 0;
  /// A line that holds only now: the next one, or `say`, takes its place; an empty one takes it away. May be ignored.
  virtual void status(const std::string& line) = 0;
  /// May return null: nobody looks.
  virtual std::unique_ptr<ProgressDisplay> begin(const Work& work) = 0;
};

/// The stop signal and the log of one piece of work, its caller's property: both must outlive it. Copied freely.
///
/// A Session made from nothing is never asked to stop and tells nobody. How many threads work is, as everywhere with
/// OpenMP, a setting of the calling thread (omp_set_num_threads), which belongs to whoever runs that thread; the
/// library only reads it (`threads()`). MPI is started by whoever owns the process.
class Session {
 public:
  Session() = default;
  Session(const StopSignal* stop, Log* log) : stop_(stop), log_(log) {}

  bool stop_requested() const noexcept { return stop_ != nullptr && stop_->requested(); }
  /// Throws Interrupted when a stop was requested: call it between steps, where what was done can be kept.
  void check_stop() const;

  void say(const std::string& text) const {
    if (log_ != nullptr) log_->say(text);
  }
  void status(const std::string& line) const {
    if (log_ != nullptr) log_->status(line);
  }
  std::unique_ptr<ProgressDisplay> begin(const Work& work) const {
    return log_ != nullptr ? log_->begin(work) : nullptr;
  }
  /// The same stop signal, nobody told: for parts whose progress would only confuse, and for all MPI ranks but one.
  Session silent() const { return {stop_, nullptr}; }

 private:
  const StopSignal* stop_ = nullptr;
  Log* log_ = nullptr;
};

}  // namespace vitrion::inline core
