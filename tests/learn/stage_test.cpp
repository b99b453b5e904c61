// The loop as a stage of a study.
#include "vitrion/learn/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/learn/options.hpp"
#include "vitrion/study/plan.hpp"

namespace vitrion::learn {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const std::filesystem::path& example() {
  static const std::filesystem::path file = test::source("examples/learn/study.yaml");
  return file;
}

study::Study planned(const std::string& text) {
  static const bool registered = [] {
    study::register_stage_kind(learn_kind());
    return true;
  }();
  EXPECT_TRUE(registered);
  Config config = Config::parse(text, example().string());
  return study::plan_study(config, "vitrion");
}

std::string refusal(const std::string& text) {
  try {
    planned(text);
  } catch (const InputError& e) {
    return e.what();
  }
  return "accepted";
}

std::string changed(const std::string& from, const std::string& to) {
  std::string text = read_file(example());
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(LearnStage, GivesThePotentialThatGlassesAreMadeWith) {
  const study::Study study = planned(read_file(example()));
  const study::Stage& learn = study.stages.front();
  EXPECT_EQ(learn.name, "learn");
  EXPECT_TRUE(learn.incremental);
  EXPECT_EQ(learn.slots, 2);
  for (const study::Stage& stage : study.stages)
    if (stage.name.starts_with("quench")) {
      EXPECT_THAT(stage.inputs, Contains("learn/potential.almtp"));
      EXPECT_THAT(stage.after, Contains("learn"));
    }
  Config report = Config::parse(study.stages.back().files.at("report.yaml"), "report.yaml");
  EXPECT_THAT(report.texts("sections"), ::testing::IsSupersetOf({"../learn", "../learn/training"}));
}

// What the stage's command will read is what the user wrote, with the study's seed.
TEST(LearnStage, ItsSettingsAreThoseOfALoop) {
  const study::Study study = planned(read_file(example()));
  const auto folder = test::scratch_folder();
  write_file_atomically(folder / "learn.yaml", study.stages.front().files.at("learn.yaml"));
  Config config = Config::load((folder / "learn.yaml").string());
  const LearnOptions options = read_learn_options(config);
  EXPECT_EQ(options.seed, 11u);
  EXPECT_EQ(options.name, "study");
  EXPECT_EQ(options.title, "Li_{3}PO_{4}, learned from a teacher");
  EXPECT_EQ(options.budget.rounds, 8);
  EXPECT_NO_THROW(dft::make_engine(options.label.settings));  // finds the teacher from there
}

TEST(LearnStage, FilesItNamesAreLinkedIntoTheStudy) {
  const study::Study study =
      planned(changed("    data: {validation_fraction: 0}",
                      "    data: {validation_fraction: 0, train: [../../data/lipon-pbe/lipon_pbe.extxyz]}"));
  EXPECT_EQ(study.imports.count("lipon_pbe.extxyz"), 1u);
  const study::Stage& learn = study.stages.front();
  EXPECT_THAT(learn.inputs, Contains("inputs/lipon_pbe.extxyz"));
  EXPECT_THAT(learn.files.at("learn.yaml"), HasSubstr("../inputs/lipon_pbe.extxyz"));
}

TEST(LearnStage, RefusesWhatTheLoopWouldRefuseAtItsLine) {
  EXPECT_THAT(refusal(changed("select: {most: 16}", "select: {mots: 16}")), HasSubstr("most"));
  EXPECT_THAT(refusal(changed("kind: displace", "kind: displaced")), HasSubstr("displace"));
  EXPECT_THAT(refusal(changed("sigma_A: 0.08", "sigma: 0.08")), HasSubstr("sigma_A"));
  EXPECT_THAT(refusal(changed("file: ../../data/lipon-mtp/lipon.almtp", "file: none.almtp")), HasSubstr("study.yaml"));
  EXPECT_THAT(refusal("train: {potential: {level: 6}, data: {train: [a.extxyz]}}\n" + read_file(example())),
              HasSubstr("\"train\" and \"learn\" cannot both be given"));
}

}  // namespace
}  // namespace vitrion::learn
