// Lines of progress in a log.
#include "vitrion/core/progress.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace vitrion {
namespace {

// Standard error is captured in a file: no terminal.
TEST(Progress, ShortWorkInALogIsOneLineAtItsEnd) {
  testing::internal::CaptureStderr();
  {
    Progress progress("melt", 1000, "steps");
    for (int i = 1; i <= 1000; ++i) progress.update(i, "300 K");
    progress.update(1000);  // told twice, said once
  }
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
  EXPECT_EQ(log.find("melt: 1000/1000 steps after"), 0u) << log;
  EXPECT_NE(log.find("300 K"), std::string::npos);
}

TEST(Progress, SilenceIsKept) {
  testing::internal::CaptureStderr();
  Progress::set_enabled(false);
  Progress("melt", 10).update(10);
  Progress::set_enabled(true);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace vitrion
