// Stages run once, resume, start afresh when their inputs change, and survive kill -9. Stages here are shell commands.
#include "vitrion/study/runner.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/core/result.hpp"

namespace vitrion::study {
namespace {

namespace fs = std::filesystem;

Stage shell(const std::string& name, const std::string& script, std::vector<std::string> inputs,
            std::vector<std::string> outputs, std::vector<std::string> after = {}) {
  return {
      name, "runs a script", {"/bin/sh", "-c", script}, {}, std::move(inputs), std::move(outputs), std::move(after)};
}

// Counts to 20 in a file, one line at a time, from where it was; then copies it. A stand-in for any resumable command.
std::string count_slowly(const std::string& result) {
  return "n=$(cat progress 2>/dev/null | wc -l); while [ $n -lt 20 ]; do n=$((n+1)); echo $n >> progress; sleep 0.01; "
         "done; echo start >> starts; cp progress " +
         result;
}

std::vector<Stage> chain() {
  return {shell("a", count_slowly("out"), {"data"}, {"out"}),
          shell("b", "cat ../a/out ../data > out", {"a/out", "data"}, {"out"}, {"a"}),
          shell("c", count_slowly("out"), {"b/out"}, {"out"}, {"b"})};
}

TEST(Runner, RunsEachStageOnceAndSkipsWhatIsDone) {
  const fs::path folder = test::scratch_folder();
  write_file_atomically(folder / "data", "1\n");
  run_stages(chain(), folder);
  const std::string manifest = read_file(folder / "manifest.json");
  run_stages(chain(), folder);
  EXPECT_EQ(read_file(folder / "a" / "starts"), "start\n");
  EXPECT_EQ(read_file(folder / "manifest.json"), manifest);
  EXPECT_EQ(inspect(chain(), folder), std::vector<StageStatus>(3, StageStatus::done));
}

TEST(Runner, StartsAfreshWhatDependsOnAChange) {
  const fs::path folder = test::scratch_folder();
  write_file_atomically(folder / "data", "1\n");
  run_stages(chain(), folder);
  std::vector<Stage> stages = chain();
  stages[1].command[2] += "; echo more >> out";
  EXPECT_EQ(inspect(stages, folder),
            (std::vector<StageStatus>{StageStatus::done, StageStatus::changed, StageStatus::waiting}));
  run_stages(stages, folder);
  EXPECT_NE(read_file(folder / "b" / "out").find("more"), std::string::npos);
  EXPECT_EQ(read_file(folder / "a" / "starts"), "start\n");
}

// A stage that knows itself what still holds keeps its folder; what it says of its outcome is in the manifest.
TEST(Runner, KeepsTheFolderOfAnIncrementalStageAndRecordsItsOutcome) {
  const fs::path folder = test::scratch_folder();
  const auto stage = [](const std::string& word) {
    Stage s = shell("a", "echo " + word + R"( >> all; echo '{"outcome": {"converged": false}}' > result.json)", {},
                    {"result.json"});
    s.incremental = true;
    return s;
  };
  run_stages({stage("one")}, folder);
  run_stages({stage("two")}, folder);
  EXPECT_EQ(read_file(folder / "a" / "all"), "one\ntwo\n");
  EXPECT_EQ(read_json(folder / "manifest.json").at("a").at("outcome").at("converged"), false);
}

TEST(Runner, RepairsADamagedOutput) {
  const fs::path folder = test::scratch_folder();
  write_file_atomically(folder / "data", "1\n");
  run_stages(chain(), folder);
  const std::string good = read_file(folder / "a" / "out");
  write_file_atomically(folder / "a" / "out", "damaged");
  run_stages(chain(), folder);
  EXPECT_EQ(read_file(folder / "a" / "out"), good);
}

TEST(Runner, ReportsAFailureWithTheEndOfTheLog) {
  const fs::path folder = test::scratch_folder();
  try {
    run_stages({shell("bad", "echo the reason; exit 3", {}, {"out"})}, folder);
    FAIL() << "a failed stage went unnoticed";
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string(e.what()).find("exit code 3"), std::string::npos);
    EXPECT_NE(std::string(e.what()).find("the reason"), std::string::npos);
  }
  EXPECT_THROW(run_stages({shell("none", "true", {}, {"out"})}, folder), std::runtime_error);
}

TEST(Runner, RefusesStagesInACycle) {
  const fs::path folder = test::scratch_folder();
  EXPECT_THROW(run_stages({shell("a", "true", {}, {}, {"b"}), shell("b", "true", {}, {}, {"a"})}, folder), InputError);
}

// Starts the run in a child process and kills it with SIGKILL after `delay`; true when it had ended by itself before.
bool run_and_kill(const fs::path& folder, std::chrono::milliseconds delay) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      run_stages(chain(), folder);
      ::_exit(0);
    } catch (...) {
      ::_exit(1);
    }
  }
  const auto deadline = std::chrono::steady_clock::now() + delay;
  int status = 0;
  while (std::chrono::steady_clock::now() < deadline) {
    if (::waitpid(child, &status, WNOHANG) == child) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  return false;
}

TEST(Runner, KilledAtRandomPointsEndsWithTheSameHashes) {
  const fs::path folder = test::scratch_folder();
  fs::create_directories(folder / "whole");
  fs::create_directories(folder / "killed");
  for (const char* name : {"whole", "killed"}) write_file_atomically(folder / name / "data", "1\n");
  run_stages(chain(), folder / "whole");

  Random random(20);
  bool ended = false;
  for (int kill = 0; kill < 20 && !ended; ++kill)
    ended = run_and_kill(folder / "killed", std::chrono::milliseconds(20 + random.below(120)));
  if (!ended) run_stages(chain(), folder / "killed");
  EXPECT_EQ(read_file(folder / "killed" / "manifest.json"), read_file(folder / "whole" / "manifest.json"));
  // The slow stages went on from where they were: each number was written once.
  EXPECT_EQ(read_file(folder / "killed" / "c" / "progress"), read_file(folder / "whole" / "c" / "progress"));
}

TEST(Runner, RunsIndependentStagesSideBySide) {
  const fs::path folder = test::scratch_folder();
  // Each waits for the other's sign: neither could end alone.
  const auto meet = [](const std::string& me, const std::string& other) {
    return "touch ../" + me + ".sign; n=0; while [ ! -e ../" + other +
           ".sign ] && [ $n -lt 500 ]; do n=$((n+1)); sleep 0.01; "
           "done; [ -e ../" +
           other + ".sign ] && touch out";
  };
  run_stages({shell("x", meet("x", "y"), {}, {"out"}), shell("y", meet("y", "x"), {}, {"out"})}, folder, {.slots = 2});
  EXPECT_TRUE(fs::exists(folder / "x" / "out") && fs::exists(folder / "y" / "out"));
}

}  // namespace
}  // namespace vitrion::study
