// Whole loops from outside: a small potential learns from a teacher, within seconds.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"
#include "schema.hpp"
#include "support.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/dataset/duplicates.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// A small loop (small_loop.sh) in the test's own folder, and what running it came to.
struct Loop {
  fs::path folder = test::scratch_folder();
  test::Run run;

  explicit Loop(const std::string& overrides) {
    const test::Run made = test::run_program("bash " + test::source("tests/learn/small_loop.sh").string() +
                                             " $VITRION_PROGRAM " + folder.string());
    EXPECT_EQ(made.exit_code, 0) << made.output;
    go_on(overrides);
  }
  void go_on(const std::string& overrides) {
    run = test::run_program("vitrion learn " + (folder / "learn.yaml").string() + " --output " +
                            (folder / "out").string() + " " + overrides);
  }
  Json history() const { return Json::parse(read_file(folder / "out" / "history.json")); }
};

std::size_t sum(const Json& rounds, const char* key) {
  std::size_t n = 0;
  for (const Json& r : rounds) n += r.at(key).is_array() ? r.at(key).size() : r.at(key).get<std::size_t>();
  return n;
}

TEST(Loop, LearnsFromATeacherUntilNoRunBreaks) {
  const Loop loop("");
  ASSERT_EQ(loop.run.exit_code, 0) << loop.run.output;
  const Json history = loop.history();
  EXPECT_EQ(history.at("status"), "converged");
  const Json& rounds = history.at("rounds");
  ASSERT_GE(rounds.size(), 3u);
  const Json &first = rounds.front(), &last = rounds.back();

  // Grades fall, and so do the errors on hot frames that a potential of cold ones knew nothing of.
  for (const Json& run : first.at("runs")) EXPECT_TRUE(run.at("broke").get<bool>());
  for (const Json& run : last.at("runs")) {
    EXPECT_FALSE(run.at("broke").get<bool>());
    EXPECT_LE(run.at("highest_grade").get<double>(), 10);
    EXPECT_NEAR(run.at("length_ps").get<double>(), 0.2, 1e-9);
  }
  const auto force = [](const Json& r) { return r.at("validation_errors").at("force_rmse_eV_per_A").get<double>(); };
  EXPECT_LT(force(last), 0.2 * force(first));
  EXPECT_EQ(first.at("training_frames"), 6);
  for (const Json& r : rounds) EXPECT_EQ(r.at("validation_frames"), 6);

  // The dataset is the seed and every label, each with where it came from; labels are the teacher's.
  const std::vector<Structure> dataset = io::read_frames(loop.folder / "out" / "dataset.extxyz");
  ASSERT_EQ(dataset.size(), 6 + sum(rounds, "labels"));
  EXPECT_EQ(dataset.size(), last.at("training_frames").get<std::size_t>());
  for (std::size_t i = 6; i < dataset.size(); ++i) {
    EXPECT_EQ(dataset[i].info.at("config_type"), "heat");
    EXPECT_EQ(dataset[i].info.at("traj").substr(0, 7), "learn-r");
    EXPECT_GT(std::stod(dataset[i].info.at("extrapolation_grade")), 2);
    EXPECT_TRUE(dataset[i].info.count("learn_round") == 1 && dataset[i].info.count("temperature_K") == 1);
    EXPECT_TRUE(dataset[i].labels.energy && dataset[i].labels.has_forces() && dataset[i].labels.stress);
  }
  // No validation frame was trained on.
  std::vector<Structure> all = io::read_frames(loop.folder / "out" / "validation.extxyz");
  ASSERT_EQ(all.size(), 6u);
  all.insert(all.end(), dataset.begin(), dataset.end());
  EXPECT_TRUE(dataset::find_duplicates(all).empty());

  // Run again: nothing is left to do.
  const test::Run again = test::run_program("vitrion learn " + (loop.folder / "learn.yaml").string() + " --output " +
                                            (loop.folder / "out").string());
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_EQ(again.output.find("done in"), std::string::npos) << again.output;
  const test::Run status = test::run_program("vitrion learn status " + (loop.folder / "out").string());
  EXPECT_NE(status.output.find("converged: "), std::string::npos) << status.output;
  EXPECT_NE(read_file(loop.folder / "out" / "learn.html").find("Extrapolation grade"), std::string::npos);
}

TEST(Loop, LeavesAResultAndSectionsThatReportsJoin) {
  const Loop loop("budget.rounds=1 --result " + (test::scratch_folder() / "result").string());
  ASSERT_EQ(loop.run.exit_code, 0) << loop.run.output;
  const fs::path out = loop.folder / "out";
  const Json result = Json::parse(read_file(out / "result.json"));
  EXPECT_EQ(test::violations(result, "learning"), "");
  EXPECT_EQ(test::violations(Json::parse(read_file(out / "section.json")), "section"), "");
  EXPECT_EQ(test::violations(Json::parse(read_file(out / "training" / "result.json")), "training"), "");
  EXPECT_EQ(read_file(out / "training" / "section.json"), read_file(out / "r01-train" / "section.json"));
  EXPECT_EQ(read_file(loop.folder / "result" / "result.json"), read_file(out / "result.json"));
  EXPECT_EQ(result.at("rounds"), loop.history().at("rounds"));
  EXPECT_EQ(result.at("outcome").at("status"), "out_of_rounds");
  EXPECT_EQ(result.at("outcome").at("converged"), false);
  EXPECT_EQ(result.at("files").at("potential.almtp"), content_hash_of_file(out / "potential.almtp"));
  // On the terminal the blocks of the section, the warning among them.
  EXPECT_NE(loop.run.output.find("Learning ended before its goal was reached"), std::string::npos) << loop.run.output;
  const test::Run report = test::run_program("vitrion report " + out.string() + " " + (out / "training").string() +
                                             " --output " + (loop.folder / "page.html").string());
  ASSERT_EQ(report.exit_code, 0) << report.output;
  const std::string page = read_file(loop.folder / "page.html");
  for (const char* said : {"Extrapolation grade", "Errors against DFT", "Learning ended before its goal was reached"})
    EXPECT_NE(page.find(said), std::string::npos) << said;
}

// LAMMPS computes the labels: the same repulsion by its pair style zbl.
TEST(Loop, LearnsFromAPairStyleOfLammps) {
  const Loop loop(
      "label.settings='{engine: potential, potential: {lammps: {pair_style: zbl 1.5 4.0, pair_coeff: [1 1 12 12, 1 2 "
      "12 "
      "8, 2 2 8 8]}, species: [Mg, O]}}' budget.rounds=1");
  ASSERT_EQ(loop.run.exit_code, 0) << loop.run.output;
  EXPECT_GT(sum(loop.history().at("rounds"), "labels"), 0u);
}

TEST(Loop, BuildsAndLabelsItsFirstStructures) {
  const Loop loop(
      "build='{builders: [{name: near, kind: displace, input: seed.extxyz, sigma_A: 0.02}, {name: far, kind: displace, "
      "input: near, sigma_A: 0.1, copies: 2}]}' train.data='{validation_fraction: 0}' budget.rounds=1");
  ASSERT_EQ(loop.run.exit_code, 0) << loop.run.output;
  EXPECT_EQ(loop.history().at("seeds").at("built"), 18);
  EXPECT_EQ(loop.history().at("seeds").at("labels"), 18);
  EXPECT_EQ(loop.history().at("rounds").front().at("training_frames"), 18);
}

TEST(Loop, EndsWhenTheBudgetOfLabelsIsSpentAndGoesOnWhenItIsRaised) {
  Loop loop("budget.labels=5");
  ASSERT_EQ(loop.run.exit_code, 0) << loop.run.output;
  Json history = loop.history();
  EXPECT_EQ(history.at("status"), "out_of_labels");
  EXPECT_EQ(sum(history.at("rounds"), "chosen"), 5u);
  EXPECT_EQ(sum(history.at("rounds"), "labels"), 5u);
  // The last labels were learned from as well.
  EXPECT_EQ(history.at("rounds").back().at("training_frames"), 11);
  loop.go_on("budget.labels=7 budget.rounds=2");
  history = loop.history();
  EXPECT_EQ(sum(history.at("rounds"), "chosen"), 7u);
}

TEST(Loop, CountsLabelsThatFailAndGoesOnWithTheOthers) {
  const Loop loop("label.settings='{engine: potential, file: zbl.yaml, max_force_eV_per_A: 1.6}' budget.rounds=2");
  ASSERT_EQ(loop.run.exit_code, 0) << loop.run.output;
  const Json rounds = loop.history().at("rounds");
  EXPECT_GT(sum(rounds, "failures"), 0u);
  EXPECT_GT(sum(rounds, "labels"), 0u);
  EXPECT_EQ(sum(rounds, "labels") + sum(rounds, "failures"), sum(rounds, "chosen"));
  for (const Json& r : rounds)
    for (const Json& failure : r.at("failures"))
      EXPECT_NE(failure.at("reason").get<std::string>().find("max_force_eV_per_A"), std::string::npos);
  EXPECT_NE(read_file(loop.folder / "out" / "learn.html").find("got no label"), std::string::npos);
}

TEST(Loop, StallsWithAMessageWhenNoStructureGetsALabel) {
  const Loop loop("label.settings='{engine: potential, file: zbl.yaml, max_force_eV_per_A: 0.001}'");
  EXPECT_EQ(loop.run.exit_code, 1);
  EXPECT_NE(loop.run.output.find("stalled"), std::string::npos) << loop.run.output;
  EXPECT_EQ(loop.history().at("status"), "stalled");
}

// A label step whose time is up ends with what it has; given time, the same command labels the rest.
TEST(Loop, LabelsThatTimeDidNotAllowAreMadeUpFor) {
  const Loop loop("budget.rounds=1 select.most=3");
  ASSERT_EQ(loop.run.exit_code, 0) << loop.run.output;
  const fs::path out = loop.folder / "out";
  const std::string labels = read_file(out / "r00-label" / "labels.extxyz");
  fs::remove_all(out / "labels");
  const std::string command = "cd " + (out / "r00-label").string() + " && vitrion learn label label.yaml";
  write_file_atomically(out / "resources.yaml", "slots: 2\nhours_left: 0\n");
  EXPECT_EQ(test::run_program(command).exit_code, 0);
  Json result = Json::parse(read_file(out / "r00-label" / "labels.json"));
  EXPECT_EQ(result.at("not_begun"), 3);
  EXPECT_EQ(read_file(out / "r00-label" / "labels.extxyz"), "");
  write_file_atomically(out / "resources.yaml", "slots: 1\nhours_left: 1\n");
  EXPECT_EQ(test::run_program(command).exit_code, 0);
  result = Json::parse(read_file(out / "r00-label" / "labels.json"));
  EXPECT_EQ(result.at("labelled"), 3);
  EXPECT_EQ(read_file(out / "r00-label" / "labels.extxyz"), labels);
}

// A structure waits in the queue since a selection that changed: it must cost nothing.
TEST(Loop, LabelsNothingThatNoRoundWaitsFor) {
  Loop loop("budget.rounds=1 budget.hours=1e-6");
  const fs::path queue = loop.folder / "out" / "labels";
  const test::Run added =
      test::run_program("vitrion label add " + queue.string() + " " + (loop.folder / "hot.extxyz").string() +
                        " --settings " + (loop.folder / "teacher.yaml").string());
  ASSERT_EQ(added.exit_code, 0) << added.output;
  loop.go_on("budget.rounds=1");
  ASSERT_EQ(loop.run.exit_code, 0) << loop.run.output;
  const test::Run status =
      test::run_program("vitrion label status " + queue.string() + " --json " + (loop.folder / "status.json").string());
  ASSERT_EQ(status.exit_code, 0) << status.output;
  const Json counts = Json::parse(read_file(loop.folder / "status.json")).at("counts");
  EXPECT_EQ(counts.at("cancelled"), 6) << counts.dump(1);
  EXPECT_EQ(counts.at("done"), loop.history().at("rounds").front().at("labels"));
}

TEST(Loop, EndsWhenTheHoursAreSpentWithAPotentialOfWhatItHas) {
  const Loop loop("budget.hours=1e-6");
  ASSERT_EQ(loop.run.exit_code, 0) << loop.run.output;
  EXPECT_EQ(loop.history().at("status"), "out_of_hours");
  EXPECT_TRUE(fs::exists(loop.folder / "out" / "potential.almtp"));
  EXPECT_FALSE(fs::exists(loop.folder / "out" / "r00-heat-1"));
}

TEST(Loop, LabelsTheWorstNeighbourhoodOfCellsThatAreTooLarge) {
  const Loop loop("select='{most: 4, max_atoms: 16, max_force_eV_per_A: 100, cut: {side_A: 5}}' budget.rounds=1");
  ASSERT_EQ(loop.run.exit_code, 0) << loop.run.output;
  const Json first = loop.history().at("rounds").front();
  EXPECT_GT(first.at("cut").get<int>(), 0) << first.dump(1);
  EXPECT_EQ(first.at("cut"), first.at("chosen"));
  const std::vector<Structure> dataset = io::read_frames(loop.folder / "out" / "dataset.extxyz");
  for (std::size_t i = 6; i < dataset.size(); ++i) {
    EXPECT_LE(dataset[i].size(), 16u);
    EXPECT_EQ(dataset[i].info.count("cut_from_atom"), 1u);
  }
}

TEST(Loop, CellsThatAreTooLargeOnlyTestWhereNothingIsCut) {
  const Loop loop("select='{max_atoms: 16, max_force_eV_per_A: 100, cut: {side_A: 0}}' budget.rounds=1");
  const Json first = loop.history().at("rounds").front();
  EXPECT_GT(first.at("candidates").get<int>(), 0) << first.dump(1);
  EXPECT_EQ(first.at("refused"), first.at("candidates"));
  EXPECT_EQ(first.at("chosen"), 0);
}

TEST(Loop, RefusesAValidationFrameThatIsTrainedOn) {
  const Loop loop("validation.files=[seed.extxyz]");
  EXPECT_NE(loop.run.exit_code, 0);
  EXPECT_NE(loop.run.output.find("of the validation set is frame"), std::string::npos) << loop.run.output;
}

TEST(Loop, SeedDataMustHoldTheEnergiesThatLabelsHold) {
  Loop loop("--dry-run");
  std::vector<Structure> frames = io::read_frames(loop.folder / "seed.extxyz");
  for (Structure& frame : frames) frame.labels.energy_kind = EnergyKind::unspecified;
  io::write_frames(loop.folder / "seed.extxyz", frames);
  loop.go_on("budget.rounds=1");
  EXPECT_NE(loop.run.exit_code, 0);
  EXPECT_NE(loop.run.output.find("seed_energy: free"), std::string::npos) << loop.run.output;
  loop.go_on("budget.rounds=1 seed_energy=free");
  EXPECT_EQ(loop.run.exit_code, 0) << loop.run.output;
  EXPECT_GT(sum(loop.history().at("rounds"), "labels"), 0u);
}

TEST(Loop, DryRunShowsTheRoundAndRunsNothing) {
  const Loop loop("--dry-run");
  EXPECT_EQ(loop.run.exit_code, 0) << loop.run.output;
  EXPECT_NE(loop.run.output.find("r00-heat-4"), std::string::npos) << loop.run.output;
  EXPECT_FALSE(fs::exists(loop.folder / "out" / "prepare"));
}

}  // namespace
}  // namespace vitrion
