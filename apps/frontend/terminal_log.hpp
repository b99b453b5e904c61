// What long work tells, on standard error: bars with an estimate of the time left on a terminal, plain lines in a log.
#pragma once

#include <mutex>

#include "vitrion/core/session.hpp"

namespace vitrion::frontend {

/// On a terminal a bar is redrawn at most ten times a second; elsewhere a line is printed at the end, and before it at
/// every tenth of the work, but not more often than every five seconds nor less often than every minute. Status lines
/// are shown on terminals only, cut to their width.
class TerminalLog final : public Log {
 public:
  TerminalLog();
  void say(const std::string& text) override;
  void status(const std::string& line) override;
  std::unique_ptr<ProgressDisplay> begin(const Work& work) override;

 private:
  class Bar;
  void clear();                        // the line that holds only now
  void show(const std::string& line);  // in its place

  std::mutex mutex_;
  bool terminal_;
  bool shown_ = false;
};

}  // namespace vitrion::frontend
