// From a study's YAML to stages.
#include "study/plan.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/error.hpp"
#include "support.hpp"

namespace vitrion::study {
namespace {

Study plan(const std::vector<std::string>& overrides = {}) {
  Config config = Config::load(test::source("examples/lipon/study.yaml").string(), overrides);
  return plan_study(config, "vitrion");
}

TEST(Plan, EveryReplicaAndTemperatureIsAStageAfterWhatItNeeds) {
  const Study study = plan({"quench.replicas=2", "production.temperatures_K=[900,1200]"});
  std::set<std::string> names;
  for (const Stage& stage : study.stages) {
    for (const std::string& before : stage.after) EXPECT_TRUE(names.count(before)) << stage.name << " after " << before;
    names.insert(stage.name);
  }
  EXPECT_EQ(names, (std::set<std::string>{"train", "quench-1", "quench-2", "md-900K-1", "md-900K-2", "md-1200K-1",
                                          "md-1200K-2", "structure", "transport", "report"}));
}

TEST(Plan, StagesGetTheirOwnSeedsTemperaturesAndFiles) {
  const Study study = plan({"quench.replicas=2", "production.temperatures_K=[900]"});
  std::set<std::string> seeds;
  for (const Stage& stage : study.stages)
    for (const auto& [name, text] : stage.files) {
      Config config = Config::parse(text, name);
      if (name != "report.yaml") seeds.insert(config.text("seed"));
      if (name == "md.yaml") {
        EXPECT_EQ(config.sections("stages").at(0).number("temperature_K"), 900);
        EXPECT_EQ(config.text("potential"), "../train/potential.mtp");
      }
    }
  EXPECT_EQ(seeds.size(), 5u);  // train, two quenches, two runs: all different
  EXPECT_EQ(study.imports.count("lipon_pbe.extxyz"), 1u);
}

TEST(Plan, RefusesWhatItDoesNotKnow) {
  EXPECT_THROW(plan({"prodution.temperatures_K=[900]"}), InputError);
  EXPECT_THROW(plan({"slots=0"}), InputError);
  EXPECT_THROW(plan({"production.temperatures_K=[-5]"}), InputError);
  EXPECT_THROW(plan({"quench.replicas=0"}), InputError);
}

}  // namespace
}  // namespace vitrion::study
