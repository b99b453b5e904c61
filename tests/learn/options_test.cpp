// The settings of a loop: lists taken apart into runs, and errors that name the line.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "support.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/learn/options.hpp"
#include "vitrion/learn/plan.hpp"

namespace vitrion::learn {
namespace {

const std::string settings = R"(title: test
seed: 7
train:
  potential: {level: 6}
  data: {train: [seed.extxyz], group_key: traj}
explore:
  - name: melt
    runs_per_round: 3
    packed: {composition: [Li12 P4 O16, Li14 P4 O11 N4], density_g_per_cm3: [2.2, 2.4]}
    melt: {temperature_K: 2000, duration_ps: 1}
    quench: {temperature_K: 300, rate_K_per_ps: 1000}
  - name: md
    replicas: 2
    structure: start.extxyz
    temperatures_K: [300, 900, 1500]
    stages: [{name: hold, duration_ps: 2}]
label:
  settings: {engine: cp2k, cutoff_Ry: 400}
)";

LearnOptions read(const std::string& text) {
  const auto file = test::scratch_folder() / "learn.yaml";
  std::ofstream(file) << text;
  Config config = Config::load(file.string());
  return read_learn_options(config);
}

// Replaces `from` by `to` in the settings; reading them must fail with a message that holds all of `words`.
void expect_refused(const std::string& from, const std::string& to, const std::vector<std::string>& words) {
  std::string text = settings;
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  try {
    read(text);
    ADD_FAILURE() << "accepted: " << to;
  } catch (const InputError& e) {
    for (const std::string& word : words)
      EXPECT_NE(std::string(e.what()).find(word), std::string::npos) << e.what() << "\nlacks: " << word;
  }
}

TEST(LearnOptions, ListsMakeEveryCombinationOfRuns) {
  const LearnOptions o = read(settings);
  ASSERT_EQ(o.explorations.size(), 2u);
  const Exploration &melt = o.explorations[0], &md = o.explorations[1];
  EXPECT_EQ(melt.runs.size(), 4u);  // two compositions, two densities
  EXPECT_EQ(melt.per_round, 3u);
  EXPECT_TRUE(melt.runs[0].quench);
  EXPECT_NEAR(melt.runs[0].length_ps, 1 + 1.7, 1e-9);
  EXPECT_EQ(melt.runs[2].settings["packed"]["composition"].Scalar(), "Li14 P4 O11 N4");
  EXPECT_EQ(melt.runs[2].settings["packed"]["density_g_per_cm3"].Scalar(), "2.2");
  EXPECT_EQ(md.runs.size(), 6u);  // three temperatures, twice
  EXPECT_EQ(md.runs[5].settings["stages"][0]["temperature_K"].Scalar(), "1500");
  EXPECT_EQ(md.runs[5].settings["structure"].Scalar(), "../inputs/start.extxyz");
  EXPECT_EQ(o.validation.group_key, "traj");
  EXPECT_EQ(o.potential, "potential.almtp");
}

TEST(LearnOptions, RunsTakeTurnsAndEveryRunHasASeedOfItsOwn) {
  const LearnOptions o = read(settings);
  const Planner planner(o, "vitrion");
  std::set<std::string> seeds, compositions;
  for (int round = 0; round < 4; ++round)
    for (const study::Stage& stage : planner.explore(round, round)) {
      const bool quench = stage.files.count("quench.yaml") != 0;
      const YAML::Node yaml = YAML::Load(stage.files.at(quench ? "quench.yaml" : "md.yaml"));
      EXPECT_TRUE(seeds.insert(yaml["seed"].Scalar()).second) << stage.name;
      EXPECT_EQ(yaml["potential"].Scalar(), "../" + folder_of(round, "train") + "/potential.almtp");
      if (quench) compositions.insert(study::text_of(yaml["packed"]));
    }
  EXPECT_EQ(compositions.size(), 4u);
}

TEST(LearnOptions, ErrorsNameTheLineAndTheNearestKey) {
  expect_refused("seed: 7", "sed: 7", {"learn.yaml:2", "seed"});
  expect_refused("level: 6", "levle: 6", {"learn.yaml:4", "level"});
  expect_refused("melt: {temperature_K", "melt: {temprature_K", {"learn.yaml:10", "temperature_K"});
  expect_refused("Li14 P4 O11 N4", "Xx14 P4", {"learn.yaml:9", "Xx"});
  expect_refused("{name: hold,", "{nam: hold,", {"learn.yaml:16", "name"});
  expect_refused("replicas: 2", "replica: 2", {"learn.yaml:13", "replicas"});
  expect_refused("cutoff_Ry: 400", "cutof_Ry: 400", {"learn.yaml:18", "cutoff_Ry"});
  expect_refused("label:", "until: {goal: never}\nlabel:", {"learn.yaml:17", "no_break"});
  expect_refused("label:", "budget: {labels: 0}\nlabel:", {"learn.yaml:17", "labels"});
}

TEST(LearnOptions, RefusesWhatTheLoopDecidesItself) {
  expect_refused("replicas: 2", "seed: 2", {"learn.yaml:13", "seed at the top"});
  expect_refused("group_key: traj}", "test: [x.extxyz]}", {"learn.yaml:5", "validation"});
  expect_refused("  potential: {level: 6}", "  output: x.mtp", {"learn.yaml:4", "output"});
  expect_refused("replicas: 2", "guard: {grade_every_steps: 0}", {"learn.yaml:13", "grade"});
  expect_refused("  - name: md", "  - name: melt", {"two explorations"});
}

// In every place a word, a list, a mapping, nothing: each is accepted or refused, and what is refused has a place.
TEST(LearnOptions, EveryFormInEveryPlaceIsReadOrRefused) {
  const auto file = test::scratch_folder() / "learn.yaml";
  std::ofstream(file) << settings;
  const std::vector<std::string> places{"train",
                                        "train.potential",
                                        "train.potential.level",
                                        "train.data",
                                        "train.data.train",
                                        "explore",
                                        "explore.0",
                                        "explore.0.name",
                                        "explore.0.packed",
                                        "explore.0.packed.composition",
                                        "explore.0.melt",
                                        "explore.0.quench",
                                        "explore.1.stages",
                                        "explore.1.stages.0",
                                        "explore.1.stages.0.name",
                                        "explore.1.temperatures_K",
                                        "explore.1.replicas",
                                        "explore.1.structure",
                                        "label",
                                        "label.settings",
                                        "label.slots",
                                        "validation",
                                        "select",
                                        "select.cut",
                                        "select.cut.charges",
                                        "until",
                                        "budget",
                                        "build",
                                        "build.builders",
                                        "seed",
                                        "title",
                                        "slots",
                                        "executor"};
  std::size_t n_refused = 0;
  for (const std::string& place : places)
    for (const char* form : {"5", "[5]", "{a: 5}", "[a]", "[[1]]", "[{a: 1}]", "", "[]", "{}"}) {
      try {
        Config config = Config::load(file.string(), {place + "=" + form});
        read_learn_options(config);
      } catch (const InputError& e) {
        ++n_refused;
        EXPECT_FALSE(e.where().file.empty()) << place << "=" << form << ": " << e.what();
      } catch (const std::exception& e) {
        ADD_FAILURE() << place << "=" << form << ": " << e.what();
      }
    }
  EXPECT_GT(n_refused, places.size());
}

TEST(LearnOptions, AScalarWhereAMappingBelongsIsRefusedAtItsLine) {
  expect_refused("stages: [{name: hold, duration_ps: 2}]", "stages: [5]",
                 {"learn.yaml:16", "must hold keys and values"});
  expect_refused("potential: {level: 6}", "potential: 5", {"learn.yaml:4", "\"potential\" must hold keys and values"});
  expect_refused("label:\n", "label: 5\nold:\n", {"learn.yaml:17"});
}

}  // namespace
}  // namespace vitrion::learn
