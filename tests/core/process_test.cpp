// Child processes: their environment, how they end, and that none outlives its parent.
#include "vitrion/core/process.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "support.hpp"
#include "vitrion/core/file.hpp"

namespace vitrion {
namespace {

const auto never = [] { return false; };

Ended run(const std::string& script, const ProcessOptions& options = {}, double limit = 60) {
  const auto folder = test::scratch_folder();
  return wait_for_process(start_process({"bash", "-c", script}, folder, folder / "log.txt", options), limit, never);
}

/// Waits at most ten seconds for a process to end; what nobody has waited for yet has ended too.
bool ends(pid_t process) {
  for (int i = 0; i < 1000; ++i) {
    std::ifstream in("/proc/" + std::to_string(process) + "/stat");
    std::string number, name, state;
    in >> number >> name >> state;
    if (!in || state == "Z" || state == "X") return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST(Process, TellsHowAProgramEnded) {
  EXPECT_TRUE(run("exit 0").succeeded);
  EXPECT_EQ(run("exit 3").how, "exit code 3");
  EXPECT_EQ(run("kill -SEGV $$").how, "signal 11 (Segmentation fault)");
  const auto folder = test::scratch_folder();
  const pid_t child = start_process({"no-such-program"}, folder, folder / "log.txt");
  EXPECT_EQ(wait_for_process(child, 60, never).exit_code, 127);
}

TEST(Process, GivesTheEnvironmentAndCollectsTheOutput) {
  const auto folder = test::scratch_folder();
  ::setenv("VITRION_TEST_KEPT", "kept", 1);
  ::setenv("VITRION_TEST_REPLACED", "old", 1);
  const pid_t child = start_process({"bash", "-c", "echo $VITRION_TEST_KEPT $VITRION_TEST_REPLACED; pwd; echo bad >&2"},
                                    folder, folder / "log.txt", {{{"VITRION_TEST_REPLACED", "new"}}, false});
  EXPECT_TRUE(wait_for_process(child, 60, never).succeeded);
  EXPECT_EQ(read_file(folder / "log.txt"), "kept new\n" + folder.string() + "\nbad\n");
}

TEST(Process, WorksInTheBackgroundAtIdlePriority) {
  const auto folder = test::scratch_folder();
  const pid_t child = start_process({"bash", "-c", "sleep 0.2"}, folder, folder / "log.txt", {{}, true});
  int policy = SCHED_OTHER;
  for (int i = 0; i < 100 && policy != SCHED_IDLE; ++i) {
    policy = ::sched_getscheduler(child);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(policy, SCHED_IDLE);
  wait_for_process(child, 60, never);
}

TEST(Process, IsEndedAfterItsLimitOrOnRequestWithItsChildren) {
  const auto folder = test::scratch_folder();
  // A program that ignores SIGTERM, with a child of its own.
  const std::string script =
      "trap '' TERM; (trap '' TERM; echo $BASHPID > child; while true; do sleep 0.05; done) & wait";
  const pid_t child = start_process({"bash", "-c", script}, folder, folder / "log.txt");
  EXPECT_EQ(wait_for_process(child, 0.3, never).how, "signal 9 (Killed)");
  const pid_t grandchild = std::stoi(read_file(folder / "child"));
  EXPECT_TRUE(ends(grandchild));

  const pid_t other = start_process({"sleep", "60"}, folder, folder / "log.txt");
  EXPECT_EQ(wait_for_process(other, 60, [] { return true; }).how, "signal 15 (Terminated)");
}

TEST(Process, DiesWithItsParent) {
  const auto folder = test::scratch_folder();
  const pid_t parent = ::fork();
  ASSERT_GE(parent, 0);
  if (parent == 0) {
    const pid_t child = start_process({"sleep", "60"}, folder, folder / "log.txt");
    write_file_atomically(folder / "child", std::to_string(child));
    while (true) ::pause();
  }
  while (!std::filesystem::exists(folder / "child")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const pid_t child = std::stoi(read_file(folder / "child"));
  EXPECT_EQ(::kill(child, 0), 0);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_TRUE(ends(child));
}

TEST(Process, IsToldFromALaterOneOfTheSameNumber) {
  const ProcessIdentity me = ProcessIdentity::self();
  EXPECT_EQ(me.alive(), true);
  ProcessIdentity other = me;
  other.started += "1";
  EXPECT_EQ(other.alive(), false);
  other = me;
  other.host = "elsewhere 12345678";
  EXPECT_EQ(other.alive(), std::nullopt);
  // The same machine, booted anew.
  other.host = me.host.substr(0, me.host.rfind(' ')) + " 00000000";
  EXPECT_EQ(other.alive(), false);
}

TEST(Process, ProgramsAreFoundInPath) {
  EXPECT_TRUE(find_program("bash"));
  EXPECT_FALSE(find_program("no-such-program"));
  EXPECT_FALSE(find_program("/etc/passwd"));
}

}  // namespace
}  // namespace vitrion
