// Commands as jobs of Slurm, with stand-ins for its programs (fake_slurm.sh).
#include "vitrion/jobs/submitted.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"

namespace vitrion::jobs {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class SubmittedTest : public ::testing::Test {
 protected:
  SubmittedTest() : folder_(test::scratch_folder()), path_(std::getenv("PATH")) {
    fs::create_directories(folder_ / "bin");
    fs::create_directories(folder_ / "state");
    fs::create_directories(work());
    for (const char* name : {"sbatch", "squeue", "scancel"})
      fs::create_symlink(test::source("tests/jobs/fake_slurm.sh"), folder_ / "bin" / name);
    ::setenv("PATH", ((folder_ / "bin").string() + ":" + path_).c_str(), 1);
    ::setenv("FAKE_SLURM", (folder_ / "state").c_str(), 1);
    settings_.poll_seconds = 0.02;
    settings_.resubmissions = 2;
  }
  ~SubmittedTest() override {
    ::setenv("PATH", path_.c_str(), 1);
    for (const char* name : {"FAKE_SLURM", "FAKE_OUTCOMES", "FAKE_SILENCE"}) ::unsetenv(name);
  }

  fs::path work() const { return folder_ / "work"; }
  void run(const std::string& script, const Session& session = {}) const {
    run_as_job({"/bin/sh", "-c", script}, work(), settings_, session);
  }
  std::string failure(const std::string& script) const {
    try {
      run(script);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "";
  }
  int submissions() const {
    int n = 0;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_ / "state"))
      n += entry.path().extension() == ".name" ? 1 : 0;
    return n;
  }
  std::string text(const char* file) const { return fs::exists(work() / file) ? read_file(work() / file) : ""; }
  void wait_for(const char* file) const {
    for (int k = 0; k < 500 && !fs::exists(work() / file); ++k)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  // Runs in a process of its own, which is killed when `file` appears.
  void run_and_kill(const std::string& script, const char* file) const {
    const pid_t child = ::fork();
    if (child == 0) {
      run(script);
      ::_exit(0);
    }
    wait_for(file);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }

  fs::path folder_;
  std::string path_;
  SlurmSettings settings_;
};

TEST_F(SubmittedTest, RunsInItsFolderAndLeavesItsOutput) {
  settings_.partition = "batch";
  settings_.cpus_per_task = 4;
  settings_.setup = {"export WORD=ready"};
  run("echo it\\'s $WORD; pwd > where");
  EXPECT_EQ(text("log.txt"), "it's ready\n");
  EXPECT_EQ(text("where"), fs::canonical(work()).string() + "\n");
  const std::string script = read_file(work() / ".slurm" / "job.sh");
  for (const char* line : {"--partition=batch", "--cpus-per-task=4", "--time=120", "--output=log.txt"})
    EXPECT_THAT(script, HasSubstr(std::string("#SBATCH ") + line + "\n"));
}

TEST_F(SubmittedTest, SaysHowACommandFailedAndRunsItWhenAskedAgain) {
  const std::string message = failure("echo no such crystal; exit 3");
  EXPECT_THAT(message, HasSubstr("job 100 of Slurm ended as FAILED, its command with exit code 3"));
  EXPECT_THAT(message, HasSubstr("log.txt"));
  EXPECT_EQ(text("log.txt"), "no such crystal\n");
  run("true");
  EXPECT_EQ(submissions(), 2);
}

TEST_F(SubmittedTest, SubmitsAgainWhatLostItsNodeRanOutOfTimeOrVanished) {
  ::setenv("FAKE_OUTCOMES", "NODE_FAIL VANISH", 1);
  run("echo done > out");
  EXPECT_EQ(text("out"), "done\n");
  EXPECT_EQ(submissions(), 3);
}

TEST_F(SubmittedTest, GivesUpAfterTheResubmissions) {
  ::setenv("FAKE_OUTCOMES", "TIMEOUT VANISH TIMEOUT", 1);
  EXPECT_THAT(failure("true"), HasSubstr("job 102 of Slurm ended as TIMEOUT, after 3 submissions"));
}

TEST_F(SubmittedTest, WhatSomeoneCancelledIsNotSubmittedAgain) {
  ::setenv("FAKE_OUTCOMES", "CANCELLED", 1);
  EXPECT_THAT(failure("true"), HasSubstr("CANCELLED"));
  EXPECT_EQ(submissions(), 1);
}

TEST_F(SubmittedTest, WaitsWhileSlurmDoesNotAnswer) {
  ::setenv("FAKE_SILENCE", (work() / "silence").c_str(), 1);
  write_file_atomically(work() / "silence", "");
  run("sleep 0.3; echo done > out");
  EXPECT_EQ(text("out"), "done\n");
  EXPECT_EQ(submissions(), 1);
}

TEST_F(SubmittedTest, KilledItWaitsForTheSameJob) {
  const std::string script = "echo start >> starts; sleep 0.6; echo end >> ends";
  run_and_kill(script, "starts");
  EXPECT_EQ(text("ends"), "");
  run(script);
  EXPECT_EQ(text("starts"), "start\n");
  EXPECT_EQ(text("ends"), "end\n");
  EXPECT_EQ(submissions(), 1);
}

TEST_F(SubmittedTest, AJobThatEndedWhileNobodyWaitedIsNotRunAgain) {
  const std::string script = "echo start >> starts; sleep 0.2; echo end >> ends";
  run_and_kill(script, "starts");
  wait_for("ends");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  run(script);
  EXPECT_EQ(text("starts"), "start\n");
}

// Killed between sbatch and writing the number down.
TEST_F(SubmittedTest, AJobWhoseNumberWasLostIsFoundByItsName) {
  const std::string script = "echo start >> starts; sleep 0.6";
  run_and_kill(script, "starts");
  write_file_atomically(work() / ".slurm" / "job.json", R"({"submission": 0, "number": "", "cancelled": false})");
  run(script);
  EXPECT_EQ(text("starts"), "start\n");
  EXPECT_EQ(submissions(), 1);
}

TEST_F(SubmittedTest, StoppedItCancelsTheJobWhichIsMadeAgainLater) {
  StopSignal stop;
  std::thread asks([&] {
    wait_for("starts");
    stop.request();
  });
  const std::string script =
      "trap 'echo saved > state; exit 1' TERM; echo start >> starts; [ -e state ] || sleep 5 & wait";
  EXPECT_THROW(run(script, Session(&stop, nullptr)), Interrupted);
  asks.join();
  wait_for("state");
  EXPECT_EQ(text("state"), "saved\n");
  run(script);
  EXPECT_EQ(text("starts"), "start\nstart\n");
}

TEST_F(SubmittedTest, WhatWasLeftIsCancelledWhenNobodyWantsItAnyMore) {
  run_and_kill("echo start >> starts; sleep 5; echo end >> ends", "starts");
  cancel_left_in(work());
  EXPECT_EQ(read_file(folder_ / "state" / "100.state"), "CANCELLED\n");
  EXPECT_FALSE(fs::exists(work() / ".slurm" / "job.json"));
  cancel_left_in(work());  // nothing is left
}

TEST(Executor, IsReadStrictly) {
  const auto read = [](const std::string& text) {
    Config config = Config::parse(text, "study.yaml");
    return read_executor(config);
  };
  EXPECT_FALSE(read("title: x").slurm);
  EXPECT_EQ(read("executor: {slurm: {partition: batch}}").slurm->partition, "batch");
  EXPECT_THROW(read("executor: {slrum: {}}"), InputError);
  EXPECT_THROW(read("executor: {slurm: {partitoin: batch}}"), InputError);
}

}  // namespace
}  // namespace vitrion::jobs
