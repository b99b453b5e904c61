// A new analysis joins studies and reports by its own files alone.
#include "closest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/study/plan.hpp"
#include "vitrion/study/runner.hpp"
#include "vitrion/study/study_report.hpp"

namespace {

using namespace vitrion;
using namespace vitrion::study;
using ::testing::Contains;
using ::testing::HasSubstr;

// The example with a section of the new analysis, planned.
Study planned(const std::string& key) {
  static const bool registered = [] {
    register_stage_kind(outside::closest_stage());
    return true;
  }();
  EXPECT_TRUE(registered);
  Config config = Config::load(test::source("examples/lipon/study.yaml").string(), {key, "quench.replicas=2"});
  return plan_study(config, "vitrion");
}

TEST(AnalysisFromOutside, IsAStageOfAStudyAndASectionOfItsReport) {
  const Study study = planned("closest={ion: Li}");
  const auto stage =
      std::find_if(study.stages.begin(), study.stages.end(), [](const Stage& s) { return s.name == "closest"; });
  ASSERT_NE(stage, study.stages.end());
  EXPECT_THAT(stage->inputs, ::testing::ElementsAre("quench-1/final.extxyz", "quench-2/final.extxyz"));
  const Stage& report = study.stages.back();
  EXPECT_THAT(report.inputs, Contains("closest/section.json"));
  Config settings = Config::parse(report.files.at("report.yaml"), "report/report.yaml");
  const std::vector<std::string> sections = settings.texts("sections");
  EXPECT_EQ(sections.at(1), "../closest");  // between structure and transport
}

TEST(AnalysisFromOutside, RunsAndIsJoined) {
  const Study study = planned("closest={ion: Li}");
  Stage stage =
      *std::find_if(study.stages.begin(), study.stages.end(), [](const Stage& s) { return s.name == "closest"; });
  const auto folder = test::scratch_folder();
  for (const char* glass : {"quench-1", "quench-2"}) {
    std::filesystem::create_directories(folder / glass);
    std::filesystem::copy_file(test::source("examples/lipon/start.extxyz"), folder / glass / "final.extxyz");
  }
  stage.after.clear();
  run_stages({stage}, folder);
  const report::Report page = assemble_report({folder / "closest"});
  EXPECT_EQ(page.headlines.at(0).question, "How close do two Li come?");
  EXPECT_THAT(report::to_html(page), HasSubstr("Nearest two ions"));
  // Its hashes are known to the study.
  EXPECT_EQ(page.provenance.size(), 3u);
}

TEST(AnalysisFromOutside, CannotTakeANameThatIsTaken) {
  planned("closest={ion: Li}");
  EXPECT_THROW(register_stage_kind(outside::closest_stage()), InputError);
}

}  // namespace

// The program is its own command when it is called by its name.
int main(int argc, char** argv) {
  if (argc > 2 && std::string(argv[1]) == "closest")
    return outside::closest_command(std::vector<std::string>(argv + 2, argv + argc));
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
