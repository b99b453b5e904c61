// The queue: every calculation once, states that survive their process, several processes side by side.
#include "vitrion/dft/queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "dft/samples.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/dft/database.hpp"

namespace vitrion::dft {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<Structure> frames(int n) {
  std::vector<Structure> list;
  for (int k = 0; k < n; ++k) list.push_back(lithium_hydride(k));
  return list;
}

JobResult some_label(double energy) {
  JobResult result;
  result.label.emplace();
  result.label->labels.energy = energy;
  result.label->labels.energy_kind = EnergyKind::free;
  result.label->labels.forces.resize(2, 3);
  result.label->labels.forces << 0.1, 1.0 / 3, -0.0, 1e-17, 2, 3;
  result.label->labels.stress = Matrix3::Identity() / 7;
  result.label->provenance = {{"cp2k_scf_steps", "9"}};
  result.tries = {{"broyden", "", 2.5, 2.0}};
  return result;
}

/// Runs `work` in a child process that ends by SIGKILL.
void in_killed_process(const std::function<void()>& work) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    work();
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
}

TEST(Queue, HoldsACalculationOnce) {
  Queue queue(scratch_folder(), true);
  EXPECT_THAT(queue.add(frames(3), fake_settings()).ids, ElementsAre(1, 2, 3));
  Structure renamed = lithium_hydride(1);
  renamed.info["frame_id"] = "another name for it";
  const Queue::Added again = queue.add({renamed, lithium_hydride(5), lithium_hydride(5)}, fake_settings());
  EXPECT_EQ(again.n_new, 1);
  EXPECT_THAT(again.ids, ElementsAre(2, 4, 4));
  EXPECT_EQ(queue.add({lithium_hydride(1)}, fake_settings("cutoff_Ry: 600\n")).n_new, 1);
  EXPECT_EQ(queue.counts().pending, 5);
}

TEST(Queue, LeavesOutWhatCannotBeComputed) {
  Queue queue(scratch_folder(), true);
  std::vector<Structure> list = frames(3);
  list[1].cell = Cell();
  const Queue::Added added = queue.add(list, fake_settings(), Queue::Unfit::leave_out);
  EXPECT_THAT(added.ids, ElementsAre(1, 2));
  ASSERT_EQ(added.left_out.size(), 1u);
  EXPECT_THAT(added.left_out.front(), HasSubstr("structure 1: "));
  EXPECT_EQ(queue.counts().pending, 2);
}

TEST(Queue, AddsAllOrNone) {
  Queue queue(scratch_folder(), true);
  std::vector<Structure> list = frames(3);
  list[2].cell = Cell();
  list[2].info["origin"] = "run.dump:17";
  try {
    queue.add(list, fake_settings());
    FAIL();
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(), HasSubstr("structure 2 (run.dump:17)"));
  }
  EXPECT_EQ(queue.counts().total(), 0);
}

TEST(Queue, KeepsStructuresAndLabelsDigitForDigit) {
  const auto folder = scratch_folder();
  Structure s = lithium_hydride();
  s.positions(0, 0) = 1.0 / 3;
  s.info["cp2k_scf_steps"] = "99";  // of an earlier calculation
  s.info["grade"] = "2.5";
  s.labels.energy = 1.0;  // a potential's
  s.time = 0.1;
  s.ids = {7, 3};
  {
    Queue queue(folder, true);
    queue.add({s}, fake_settings());
    const std::int64_t worker = queue.enlist();
    queue.finish(worker, queue.claim(worker)->id, some_label(-10.1));
  }
  const Queue queue(folder);
  const Structure back = queue.label(1).value();
  EXPECT_EQ(back.positions, s.positions);
  EXPECT_EQ(back.cell, s.cell);
  EXPECT_EQ(back.species, s.species);
  EXPECT_EQ(back.ids, s.ids);
  EXPECT_EQ(back.time, s.time);
  const Labels given = some_label(-10.1).label->labels;
  EXPECT_EQ(back.labels.energy, given.energy);
  EXPECT_EQ(back.labels.energy_kind, EnergyKind::free);
  EXPECT_EQ(back.labels.forces, given.forces);
  EXPECT_EQ(*back.labels.stress, *given.stress);
  EXPECT_EQ(back.info.at("config_type"), "tiny");
  EXPECT_EQ(back.info.at("grade"), "2.5");
  EXPECT_EQ(back.info.at("cp2k_scf_steps"), "9");
}

TEST(Queue, GivesBackWhatKilledProcessesHadTaken) {
  const auto folder = scratch_folder();
  Queue(folder, true).add(frames(4), fake_settings());
  in_killed_process([&] {
    Queue queue(folder);
    const std::int64_t worker = queue.enlist();
    queue.finish(worker, queue.claim(worker)->id, some_label(-1));
    queue.claim(worker);
    queue.claim(worker);
  });
  Queue queue(folder);
  EXPECT_EQ(queue.counts().running, 2);
  const std::int64_t me = queue.enlist();
  const std::int64_t mine = queue.claim(me)->id;
  EXPECT_EQ(mine, 4);
  EXPECT_EQ(queue.recover(me, false).n_released, 2);
  EXPECT_EQ(queue.recover(me, false).n_released, 0);
  EXPECT_EQ(queue.counts().pending, 2);
  EXPECT_EQ(queue.counts().running, 1);  // what lives keeps its job
  EXPECT_EQ(queue.counts().done, 1);
  const ClaimedJob second = queue.claim(me).value();
  EXPECT_EQ(second.id, 2);
  EXPECT_EQ(second.attempt, 2);
}

TEST(Queue, AProcessKilledInsideAChangeLeavesNothingOfIt) {
  const auto folder = scratch_folder();
  Queue(folder, true).add(frames(2), fake_settings());
  in_killed_process([&] {
    Database database(folder / "queue.sqlite");
    database.execute("BEGIN IMMEDIATE");
    database.execute("UPDATE jobs SET state = 'done', result = 'half a lab'");
    database.execute("PRAGMA cache_spill = 1");
  });
  const Queue queue(folder);
  EXPECT_EQ(queue.counts().pending, 2);
}

TEST(Queue, ProcessesShareItWithoutTakingAJobTwice) {
  const auto folder = scratch_folder();
  constexpr int n = 60;
  Queue(folder, true).add(frames(n), fake_settings());
  std::vector<pid_t> children;
  for (int c = 0; c < 3; ++c) {
    const pid_t child = ::fork();
    if (child == 0) {
      Queue queue(folder);
      const std::int64_t worker = queue.enlist();
      while (const auto job = queue.claim(worker))
        queue.finish(worker, job->id, some_label(static_cast<double>(worker)));
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  const Queue queue(folder);
  EXPECT_EQ(queue.counts().done, n);
  for (const JobInfo& job : queue.jobs()) EXPECT_EQ(job.attempts, 1);
}

TEST(Queue, FailuresKeepTheirReasonAndWaitAgainOnRequest) {
  Queue queue(scratch_folder(), true);
  queue.add(frames(3), fake_settings());
  const std::int64_t worker = queue.enlist();
  JobResult failure;
  failure.tries = {{"broyden", "did not converge", 10, 9}, {"ot", "neither", 20, 19}};
  queue.finish(worker, queue.claim(worker)->id, failure);
  EXPECT_EQ(queue.cancel({2}), 1);
  EXPECT_EQ(queue.claim(worker)->id, 3);
  const std::vector<JobInfo> jobs = queue.jobs();
  EXPECT_EQ(jobs[0].state, JobState::failed);
  EXPECT_EQ(jobs[0].reason, "broyden: did not converge; ot: neither");
  EXPECT_EQ(jobs[0].cpu_seconds, 28);
  EXPECT_EQ(jobs[1].state, JobState::cancelled);
  EXPECT_EQ(queue.label(1), std::nullopt);
  EXPECT_EQ(queue.retry(), 2);
  EXPECT_EQ(queue.counts().pending, 2);
}

TEST(Queue, ALabelIsNeverLostToAnotherEnd) {
  Queue queue(scratch_folder(), true);
  queue.add(frames(1), fake_settings());
  const std::int64_t slow = queue.enlist(), fast = queue.enlist();
  queue.claim(slow);
  queue.release(slow, 1);
  queue.claim(fast);
  queue.finish(slow, 1, JobResult{});  // a failure of who no longer owns the job
  EXPECT_EQ(queue.counts().running, 1);
  queue.finish(fast, 1, some_label(-1));
  queue.finish(slow, 1, some_label(-2));
  EXPECT_EQ(queue.label(1)->labels.energy, -1);
  EXPECT_EQ(queue.retry(), 0);
  EXPECT_EQ(queue.cancel(), 0);
}

TEST(Queue, RefusesFoldersThatHoldNone) {
  const auto folder = scratch_folder();
  EXPECT_THROW(Queue{folder}, InputError);
  Queue(folder, true);
  Database(folder / "queue.sqlite").execute("PRAGMA user_version = 99");
  EXPECT_THROW(Queue{folder}, InputError);
}

// A bit that the disk turned is found, not computed with.
TEST(Queue, NoticesWhatWasChangedInIt) {
  const std::filesystem::path folder = scratch_folder();
  Queue queue(folder, true);
  const std::int64_t me = queue.enlist();
  queue.add(frames(2), fake_settings());
  queue.finish(me, queue.claim(me)->id, some_label(-1.25));
  ASSERT_TRUE(queue.label(1));
  Database database(folder / "queue.sqlite");
  const auto refusal = [](const std::function<void()>& action) -> std::string {
    try {
      action();
    } catch (const InputError& e) {
      return e.what();
    }
    return "no error";
  };
  database.execute("UPDATE jobs SET result = replace(result, '-1.25', '-1.26') WHERE id = 1");
  EXPECT_THAT(refusal([&] { queue.label(1); }), HasSubstr("job 1: was changed since it was written"));
  EXPECT_THAT(refusal([&] { queue.jobs(); }), HasSubstr("job 1"));
  database.execute("UPDATE jobs SET structure = replace(structure, '4.2', '4.3') WHERE id = 2");
  EXPECT_THAT(refusal([&] { queue.claim(me); }), HasSubstr("job 2: was changed since it was written"));
}

TEST(Queue, AnEmptyOrAnotherFileIsNone) {
  const std::filesystem::path folder = scratch_folder();
  write_file_atomically(folder / "queue.sqlite", "");
  EXPECT_THROW(Queue(folder, false), InputError);
  write_file_atomically(folder / "queue.sqlite", std::string(4096, 'x'));
  EXPECT_THROW(Queue(folder, false), InputError);
  EXPECT_THROW(Queue(folder, true), InputError);
}

}  // namespace
}  // namespace vitrion::dft
