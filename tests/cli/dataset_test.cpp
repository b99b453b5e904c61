// vitrion dataset from outside.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "program.hpp"
#include "support.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion {
namespace {

const std::string lipon = test::source("data/lipon-pbe/lipon_pbe.extxyz").string();

TEST(DatasetCommand, MergeDropsWhatStandsTwiceAndTellsOfContradictions) {
  const auto folder = test::scratch_folder();
  std::vector<Structure> frames = io::read_frames(lipon, {});
  frames.resize(3);
  *frames[1].labels.energy += 0.01 * static_cast<double>(frames[1].size());  // 10 meV/atom
  io::write_frames(folder / "copies.extxyz", frames);
  const test::Run run = test::run_program("vitrion dataset merge " + lipon + " " + (folder / "copies.extxyz").string() +
                                          " --tag file --output " + (folder / "all.extxyz").string() + " --json " +
                                          (folder / "merge.json").string());
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_NE(run.output.find("copies.extxyz:1 are one structure, their labels differ by 10.000 meV/atom"),
            std::string::npos)
      << run.output;
  const auto json = nlohmann::json::parse(read_file(folder / "merge.json"));
  EXPECT_EQ(json.at("kept"), 111);
  EXPECT_EQ(json.at("dropped"), 3);
  EXPECT_EQ(json.at("contradictions").size(), 1u);
  const std::vector<Structure> all = io::read_frames(folder / "all.extxyz");
  ASSERT_EQ(all.size(), 111u);
  EXPECT_EQ(all[1].info.at("file"), "lipon_pbe.extxyz");

  const test::Run drop =
      test::run_program("vitrion dataset dedupe " + lipon + " " + (folder / "copies.extxyz").string() +
                        " --drop-contradictory --output " + (folder / "clean.extxyz").string());
  ASSERT_EQ(drop.exit_code, 0) << drop.output;
  EXPECT_EQ(io::read_frames(folder / "clean.extxyz").size(), 110u);
}

TEST(DatasetCommand, SplitKeepsTrajectoriesWholeAndIsReproducible) {
  const auto folder = test::scratch_folder();
  for (const char* name : {"a", "b"}) {
    const test::Run run =
        test::run_program("vitrion dataset split " + lipon + " --group traj --validation 0.15 --test 0.1 --output " +
                          (folder / name).string());
    ASSERT_EQ(run.exit_code, 0) << run.output;
  }
  std::set<std::string> seen;
  std::size_t n = 0;
  for (const char* part : {"train.extxyz", "validation.extxyz", "test.extxyz"}) {
    EXPECT_EQ(read_file(folder / "a" / part), read_file(folder / "b" / part));
    std::set<std::string> here;
    for (const Structure& s : io::read_frames(folder / "a" / part)) {
      here.insert(s.info.at("traj"));
      ++n;
    }
    for (const std::string& traj : here) EXPECT_TRUE(seen.insert(traj).second) << traj << " stands on two sides";
  }
  EXPECT_EQ(n, 111u);
}

// A run that nobody named: frames that follow one another land on both sides.
TEST(DatasetCommand, SplitWarnsOfRunsItTearsAndNamesTheKey) {
  const auto folder = test::scratch_folder();
  std::vector<Structure> frames(20, io::read_frames(lipon, {})[0]);
  for (std::size_t t = 0; t < frames.size(); ++t) {
    frames[t].positions.array() += 0.05 * static_cast<double>(t);
    frames[t].info["run"] = t < 10 ? "a" : "b";
  }
  io::write_frames(folder / "run.extxyz", frames);
  const std::string split = "cd " + folder.string() + " && vitrion dataset split run.extxyz --output parts ";
  const std::string torn = test::run_program(split + "--validation 0.2").output;
  EXPECT_NE(torn.find("4 of 4 frames held out come right before or after a training frame of the same run"),
            std::string::npos)
      << torn;
  EXPECT_NE(torn.find("--group names a key that frames of one run share"), std::string::npos) << torn;
  const test::Run whole = test::run_program(split + "--validation 0.5 --group run");
  EXPECT_EQ(whole.exit_code, 0) << whole.output;
}

TEST(DatasetCommand, SummaryWritesAReportAndWarnsOfPairsNeverMet) {
  const auto folder = test::scratch_folder();
  std::vector<Structure> poor;
  for (const Structure& s : io::read_frames(lipon))
    if (std::count(s.species.begin(), s.species.end(), Species::element("N")) == 1) poor.push_back(s);
  io::write_frames(folder / "poor.extxyz", poor);
  const test::Run run = test::run_program("vitrion dataset summary " + (folder / "poor.extxyz").string() +
                                          " --report " + (folder / "report").string());
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_NE(run.output.find("WARNING: never met within 5 Å in any frame: N-N."), std::string::npos) << run.output;
  const auto report = nlohmann::json::parse(read_file(folder / "report" / "report.json"));
  EXPECT_EQ(report.at("headlines").at(1).at("answer"), "no: N-N");
  for (const char* figure : {"energy-volume", "forces", "pair-distances"})
    EXPECT_TRUE(std::filesystem::exists(folder / "report" / "figures" / (std::string(figure) + ".svg"))) << figure;
}

TEST(DatasetCommand, TrainWarnsOfPairsNeverMetAndKeepsThemInTheCard) {
  const auto folder = test::scratch_folder();
  std::vector<Structure> poor;
  for (const Structure& s : io::read_frames(lipon))
    if (std::count(s.species.begin(), s.species.end(), Species::element("N")) == 1 && poor.size() < 5)
      poor.push_back(s);
  io::write_frames(folder / "poor.extxyz", poor);
  write_file_atomically(folder / "train.yaml",
                        "potential: {level: 2, r_max: 5}\ndata: {train: [poor.extxyz], validation_fraction: 0}\n"
                        "optimizer: {max_iterations: 1}\noutput: poor.mtp\n");
  const test::Run run = test::run_program("vitrion train " + (folder / "train.yaml").string());
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_NE(run.output.find("N-N never meet in the training set"), std::string::npos) << run.output;
  const auto card = nlohmann::json::parse(read_file(folder / "poor.card.json"));
  EXPECT_EQ(card.at("training_data").at("pairs_never_met"), nlohmann::json::parse("[\"N-N\"]"));
}

TEST(DatasetCommand, SubsampleAndBadInput) {
  const auto folder = test::scratch_folder();
  const test::Run run = test::run_program("vitrion dataset subsample " + lipon + " --count 7 --output " +
                                          (folder / "seven.extxyz").string());
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_EQ(io::read_frames(folder / "seven.extxyz").size(), 7u);
  EXPECT_EQ(test::run_program("vitrion dataset split " + lipon + " --output " + folder.string()).exit_code, 2);
  EXPECT_EQ(test::run_program("vitrion dataset split " + lipon + " --group trj --test 0.1 --output " + folder.string())
                .exit_code,
            2);
  EXPECT_EQ(test::run_program("vitrion dataset merge missing.extxyz --output x.extxyz").exit_code, 2);
}

}  // namespace
}  // namespace vitrion
