// Working a queue off with an engine that needs milliseconds.
#include "vitrion/dft/runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "dft/samples.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"

namespace vitrion::dft {
namespace {

using namespace test;
using ::testing::HasSubstr;

Queue queue_of(int n, const Settings& settings = fake_settings()) {
  Queue queue(scratch_folder(), true);
  std::vector<Structure> frames;
  for (int k = 0; k < n; ++k) frames.push_back(lithium_hydride(k));
  queue.add(frames, settings);
  return queue;
}

TEST(Runner, LabelsEveryStructure) {
  Queue queue = queue_of(7);
  const RunSummary summary = run_queue(queue, {.slots = 3});
  EXPECT_EQ(summary.n_done, 7);
  int k = 0;
  queue.for_each_label([&](const Structure& s) {
    const Structure given = lithium_hydride(k++);
    EXPECT_EQ(s.positions, given.positions);
    EXPECT_NEAR(*s.labels.energy, fake_energy(given), 1e-10);
    // F = -dE/dx of the stand-in's wells.
    const Positions force = -0.02 * units::hartree_in_eV * given.positions;
    EXPECT_LT((s.labels.forces - force).cwiseAbs().maxCoeff(), 1e-9);
    EXPECT_NEAR((*s.labels.stress)(1, 2), -0.3 / units::eV_per_A3_in_GPa, 1e-12);
    EXPECT_EQ(s.info.at("frame_id"), given.info.at("frame_id"));
    EXPECT_EQ(s.info.at("cp2k_scf_converged"), "T");
  });
  EXPECT_EQ(k, 7);
  EXPECT_TRUE(std::filesystem::is_empty(queue.folder() / "jobs"));
}

TEST(Runner, TriesTheRecipeInOrderAndRecordsEachTry) {
  Variable needs("FAKE_NEEDS", "ALPHA 0.1");
  Queue queue = queue_of(1);
  EXPECT_EQ(run_queue(queue, {}).n_done, 1);
  const JobInfo job = queue.jobs()[0];
  ASSERT_EQ(job.tries.size(), 2u);
  EXPECT_EQ(job.tries[0].name, "broyden");
  EXPECT_THAT(job.tries[0].reason, HasSubstr("self-consistency was not reached in 25 steps"));
  EXPECT_EQ(job.tries[1].name, "slow-broyden");
  EXPECT_EQ(job.tries[1].reason, "");
  EXPECT_EQ(queue.label(1)->info.at("cp2k_scf_method"), "slow-broyden");
}

TEST(Runner, WithoutConvergenceThereIsNoLabel) {
  Variable needs("FAKE_NEEDS", "what no input holds");
  Queue queue = queue_of(2);
  const RunSummary summary = run_queue(queue, {.slots = 2});
  EXPECT_EQ(summary.n_done, 0);
  EXPECT_EQ(summary.n_failed, 2);
  EXPECT_THAT(queue.jobs()[0].reason, HasSubstr("; ot: self-consistency was not reached"));
  EXPECT_TRUE(std::filesystem::exists(queue.job_folder(1, 1) / "1-broyden" / "label.out"));
}

TEST(Runner, SaysWhyAProgramFailed) {
  const std::string one_try = "recipe: [{name: only}]\npre_scf: {max_steps: 0}\n";
  {
    Variable abort("FAKE_ABORT", "Use the LSD option");
    Queue queue = queue_of(1, fake_settings(one_try));
    run_queue(queue, {});
    EXPECT_EQ(queue.jobs()[0].reason, "only: " + source("tests/dft/fake_cp2k.sh").string() +
                                          " ended with exit code 1 (CP2K ended itself: Use the LSD option)");
  }
  {
    Variable crash("FAKE_CRASH", "1");
    Queue queue = queue_of(1, fake_settings(one_try));
    run_queue(queue, {});
    EXPECT_THAT(queue.jobs()[0].reason, HasSubstr("signal 11"));
  }
  Variable seconds("FAKE_SECONDS", "60");
  Queue queue = queue_of(1, fake_settings(one_try + "timeout_minutes: 0.003\n"));
  run_queue(queue, {});
  EXPECT_THAT(queue.jobs()[0].reason, HasSubstr("was ended after"));
}

TEST(Runner, StopsAtItsBudgetAndGoesOnLater) {
  Queue queue = queue_of(5);
  RunOptions options;
  options.slots = 2;
  options.max_labels = 3;
  EXPECT_TRUE(run_queue(queue, options).budget_spent);
  EXPECT_EQ(queue.counts().done, 3);
  EXPECT_EQ(queue.counts().pending, 2);
  options.max_labels.reset();
  options.max_seconds = 0;
  EXPECT_TRUE(run_queue(queue, options).budget_spent);
  EXPECT_EQ(queue.counts().done, 3);
  EXPECT_EQ(run_queue(queue, {}).n_done, 2);
}

TEST(Runner, RefusesToBeginWithoutTheProgram) {
  Queue queue = queue_of(1, {"command: no-such-cp2k\n", ""});
  EXPECT_THROW(run_queue(queue, {}), InputError);
  EXPECT_EQ(queue.counts().pending, 1);
  // The same calculation by another program: the settings are those given last.
  EXPECT_EQ(queue.add({lithium_hydride(0)}, fake_settings()).n_new, 0);
  EXPECT_EQ(run_queue(queue, {}).n_done, 1);
}

TEST(Runner, EndsAJobThatIsCancelledWhileItRuns) {
  Variable seconds("FAKE_SECONDS", "30");
  Queue queue = queue_of(1);
  std::jthread canceller([folder = queue.folder()] {
    Queue same(folder);
    for (int i = 0; i < 500 && same.counts().running == 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    same.cancel({1});
  });
  EXPECT_EQ(run_queue(queue, {}).n_done, 0);
  EXPECT_EQ(queue.counts().cancelled, 1);
}

TEST(Runner, EqualWorkByTwoProcessesIsDoneOnce) {
  const std::string log =
      (std::filesystem::temp_directory_path() / "vitrion-runner-log.txt").string() + std::to_string(::getpid());
  Variable where("FAKE_LOG", log);
  Queue queue = queue_of(12);
  std::jthread other([folder = queue.folder()] {
    Queue same(folder);
    run_queue(same, {.slots = 2});
  });
  run_queue(queue, {.slots = 2});
  other.join();
  EXPECT_EQ(queue.counts().done, 12);
  const std::string lines = read_file(log);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 12);
  std::filesystem::remove(log);
}

}  // namespace
}  // namespace vitrion::dft
