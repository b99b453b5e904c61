// Lines of progress in a log.
#include "frontend/terminal_log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "vitrion/core/progress.hpp"

namespace vitrion::frontend {
namespace {

// Standard error is captured in a file: no terminal.
TEST(TerminalLog, ShortWorkInALogIsOneLineAtItsEnd) {
  testing::internal::CaptureStderr();
  TerminalLog log;
  const Session session(nullptr, &log);
  {
    Progress progress(session, "melt", 1000, "steps");
    for (int i = 1; i <= 1000; ++i) progress.update(i, "300 K");
    progress.update(1000);  // told twice, said once
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  EXPECT_EQ(text.find("melt: 1000/1000 steps after"), 0U) << text;
  EXPECT_NE(text.find("300 K"), std::string::npos);
}

TEST(TerminalLog, StatusLinesAreForTerminalsAndLinesForAll) {
  testing::internal::CaptureStderr();
  TerminalLog log;
  log.status("train: 12 %");
  log.say("train: done");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "train: done\n");
}

TEST(TerminalLog, ASilentSessionSaysNothingAndStillStops) {
  testing::internal::CaptureStderr();
  TerminalLog log;
  StopSignal stop;
  const Session session = Session(&stop, &log).silent();
  Progress(session, "melt", 10).update(10);
  session.say("a word");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  stop.request();
  EXPECT_TRUE(session.stop_requested());
}

/// Standard error as a terminal of some columns; what was drawn there is read from the other side.
class NarrowTerminal {
 public:
  explicit NarrowTerminal(unsigned short columns) : kept_(::dup(STDERR_FILENO)) {
    winsize size{};
    size.ws_row = 24;
    size.ws_col = columns;
    int terminal = -1;
    if (::openpty(&reader_, &terminal, nullptr, nullptr, &size) != 0) throw std::runtime_error("no pseudo-terminal");
    ::dup2(terminal, STDERR_FILENO);
    ::close(terminal);
    ::fcntl(reader_, F_SETFL, O_NONBLOCK);
  }
  ~NarrowTerminal() {
    ::dup2(kept_, STDERR_FILENO);
    ::close(kept_);
    ::close(reader_);
  }
  /// What was drawn since the last time, line by line.
  std::vector<std::string> lines() const {
    std::string text;
    char buffer[4096];
    while (true) {
      const ssize_t n = ::read(reader_, buffer, sizeof buffer);
      if (n <= 0) break;
      text.append(buffer, static_cast<std::size_t>(n));
    }
    std::vector<std::string> drawn;
    for (std::size_t at = text.find("\r\033[K"); at != std::string::npos;) {
      const std::size_t next = text.find("\r\033[K", at + 4);
      std::string line = text.substr(at + 4, next == std::string::npos ? next : next - at - 4);
      while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
      drawn.push_back(line);
      at = next;
    }
    return drawn;
  }

 private:
  int kept_, reader_ = -1;
};

TEST(TerminalLog, ABarFitsItsTerminal) {
  for (const std::uint16_t columns : std::vector<std::uint16_t>{20, 40, 60, 80, 200}) {
    SCOPED_TRACE(columns);
    const NarrowTerminal terminal(columns);
    TerminalLog log;
    const Session session(nullptr, &log);
    {
      Progress progress(session, "evaluate", 123456, "configurations");
      progress.update(61728, "300 K, 0.123 meV/Å");
      progress.update(123456, "300 K, 0.123 meV/Å");
    }
    const std::vector<std::string> lines = terminal.lines();
    ASSERT_EQ(lines.size(), 2u);
    for (const std::string& line : lines) {
      const auto n = std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
      EXPECT_LT(n, columns) << line;
    }
    // The count is what a user looks for: it is there, whole, at every width.
    EXPECT_NE(lines.back().find("123456/123456"), std::string::npos) << lines.back();
    EXPECT_EQ(lines.front().find(" left") != std::string::npos, columns >= 40) << lines.front();
    EXPECT_EQ(lines.front().find('[') != std::string::npos, columns >= 200);
  }
}

}  // namespace
}  // namespace vitrion::frontend
