// Lines of progress in a log.
#include "frontend/terminal_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>

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

}  // namespace
}  // namespace vitrion::frontend
