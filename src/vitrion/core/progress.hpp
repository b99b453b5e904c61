// Progress of long work: a bar with an estimate of the time left on a terminal, plain lines in a log.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace vitrion::inline core {

/// Shows how far a loop is, on standard error. On a terminal one line is redrawn at most ten times a second; elsewhere
/// a line is printed at the end, and before it at every tenth of the work, but not more often than every five seconds
/// nor less often than every minute.
class Progress {
 public:
  /// `total` steps of `unit` ("frames", "steps") of the work called `title`; `before` of them were done by an earlier
  /// run and do not count for the estimate.
  Progress(std::string title, std::int64_t total, std::string unit = "", std::int64_t before = 0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` of `total`; `note` (may be empty) stands behind the bar, e.g. the current loss.
  void update(std::int64_t done, const std::string& note = {});

  /// Silences every bar and line, for instance on all MPI ranks but the first.
  static void set_enabled(bool enabled);

 private:
  using Clock = std::chrono::steady_clock;
  std::string title_;
  std::int64_t total_, before_;
  std::string unit_;
  bool terminal_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_;
  std::int64_t next_tenth_ = 0;
  bool drawn_ = false;
};

}  // namespace vitrion::inline core
