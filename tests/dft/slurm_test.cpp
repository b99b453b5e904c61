// Slurm, with stand-ins for its programs; tests/dft/slurm_local.sh does the same with a real one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dft/samples.hpp"
#include "program.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/dft/executor.hpp"
#include "vitrion/dft/runner.hpp"
#include "vitrion/dft/slurm_settings.hpp"

namespace vitrion::dft {
namespace {

using namespace test;
using ::testing::HasSubstr;

/// A folder with sbatch, squeue, sacct and scancel of our own, first in PATH, and a queue to work off through them.
class SlurmTest : public ::testing::Test {
 protected:
  SlurmTest()
      : folder_(scratch_folder()),
        path_("PATH", (folder_ / "bin").string() + ":" + std::getenv("PATH")),
        state_("FAKE_SLURM", (folder_ / "state").string()) {
    std::filesystem::create_directories(folder_ / "bin");
    std::filesystem::create_directories(folder_ / "state");
    for (const char* name : {"sbatch", "squeue", "sacct", "scancel"})
      std::filesystem::create_symlink(source("tests/dft/fake_slurm.sh"), folder_ / "bin" / name);
  }

  Queue queue_of(int n) {
    Queue queue(folder_ / "queue", true);
    std::vector<Structure> frames;
    for (int k = 0; k < n; ++k) frames.push_back(lithium_hydride(k));
    queue.add(frames, fake_settings("slurm: {poll_seconds: 0.01, resubmissions: 2, memory: 2G, setup: ['true']}\n"));
    return queue;
  }
  RunOptions options() const {
    RunOptions options;
    options.slots = 2;
    options.slurm = true;
    options.program = vitrion::test::program();
    return options;
  }
  long submissions() const {
    const std::filesystem::directory_iterator files(folder_ / "state");
    return std::distance(begin(files), end(files));
  }

  std::filesystem::path folder_;

 private:
  Variable path_;
  Variable state_;
};

TEST_F(SlurmTest, LabelsComeBack) {
  Queue queue = queue_of(3);
  EXPECT_EQ(run_queue(queue, options()).n_done, 3);
  EXPECT_NEAR(*queue.label(2)->labels.energy, fake_energy(lithium_hydride(1)), 1e-10);
  EXPECT_EQ(submissions(), 3);
}

TEST_F(SlurmTest, FailedNodesAndTimeLimitsAreSubmittedAgain) {
  Variable outcomes("FAKE_OUTCOMES", "NODE_FAIL TIMEOUT");
  Queue queue = queue_of(1);
  RunOptions kept = options();
  kept.keep_folders = true;
  EXPECT_EQ(run_queue(queue, kept).n_done, 1);
  EXPECT_EQ(submissions(), 3);
  EXPECT_THAT(read_file(queue.job_folder(1, 1) / "submission-2" / "job.sh"), HasSubstr("--time=480\n"));
}

TEST_F(SlurmTest, GivesUpAfterTheResubmissions) {
  Variable outcomes("FAKE_OUTCOMES", "NODE_FAIL PREEMPTED NODE_FAIL");
  Queue queue = queue_of(1);
  EXPECT_EQ(run_queue(queue, options()).n_failed, 1);
  EXPECT_EQ(queue.jobs()[0].reason, "slurm: job 102 ended as NODE_FAIL after 3 submissions");
}

TEST_F(SlurmTest, WhatSomeoneCancelledIsNotSubmittedAgain) {
  Variable outcomes("FAKE_OUTCOMES", "CANCELLED");
  Queue queue = queue_of(1);
  EXPECT_EQ(run_queue(queue, options()).n_failed, 1);
  EXPECT_THAT(queue.jobs()[0].reason, HasSubstr("CANCELLED"));
  EXPECT_EQ(submissions(), 1);
}

TEST_F(SlurmTest, AJobThatSqueueForgotIsFoundByItsResult) {
  Variable outcomes("FAKE_OUTCOMES", "FORGOTTEN");
  Queue queue = queue_of(1);
  EXPECT_EQ(run_queue(queue, options()).n_done, 1);
  EXPECT_EQ(submissions(), 1);
}

TEST_F(SlurmTest, ARefusalStopsTheRunAndKeepsTheJob) {
  Variable refusal("FAKE_REFUSAL", "invalid partition");
  Queue queue = queue_of(1);
  try {
    run_queue(queue, options());
    FAIL();
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("invalid partition"));
  }
  EXPECT_EQ(queue.counts().pending, 1);
}

TEST(SlurmScript, QuotesWhatTheShellWouldRead) {
  SlurmSettings settings;
  settings.partition = "batch";
  settings.setup = {"module load cp2k"};
  const std::string script = slurm_script(settings, "vitrion-1", "/opt/it's here/vitrion", 1);
  EXPECT_THAT(script, HasSubstr("#SBATCH --time=240\n"));
  EXPECT_THAT(script, HasSubstr("#SBATCH --partition=batch\n"));
  EXPECT_THAT(script, HasSubstr("module load cp2k\nexec '/opt/it'\\''s here/vitrion' label job .\n"));
  EXPECT_THROW(check_slurm_settings({"slurm: {partition: 'two words'}", ""}), InputError);
  EXPECT_THROW(check_slurm_settings({"slurm: {partitoin: batch}", ""}), InputError);
}

}  // namespace
}  // namespace vitrion::dft
