// From a study's YAML to stages.
#include "vitrion/study/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"

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
        EXPECT_EQ(config.text("potential"), "../train/potential.almtp");
      }
    }
  EXPECT_EQ(seeds.size(), 5u);  // train, two quenches, two runs: all different
  EXPECT_EQ(study.imports.count("lipon_pbe.extxyz"), 1u);
}

TEST(Plan, AnInterfaceIsMeasuredInEveryProductionRunWhereTheStudyAsks) {
  const Study study = plan({"quench.replicas=1", "production.temperatures_K=[900,1200]", "interface.bin=4"});
  std::vector<const Stage*> measured;
  for (const Stage& stage : study.stages)
    if (stage.name.starts_with("interface-")) measured.push_back(&stage);
  ASSERT_EQ(measured.size(), 2u);
  EXPECT_EQ(measured[0]->name, "interface-md-900K-1");
  EXPECT_EQ(measured[0]->after, std::vector<std::string>{"md-900K-1"});
  const std::vector<std::string>& command = measured[0]->command;
  EXPECT_EQ(command.at(1), "interface");
  EXPECT_NE(command.at(2).find("@900"), std::string::npos);
  EXPECT_NE(std::find(command.begin(), command.end(), "--bin"), command.end());
}

TEST(Plan, RefusesWhatItDoesNotKnow) {
  EXPECT_THROW(plan({"prodution.temperatures_K=[900]"}), InputError);
  EXPECT_THROW(plan({"slots=0"}), InputError);
  EXPECT_THROW(plan({"production.temperatures_K=[-5]"}), InputError);
  EXPECT_THROW(plan({"quench.replicas=0"}), InputError);
}

// A study whose text was changed in one place, planned; the error must stand at that line.
void expect_refused(const std::string& from, const std::string& to, const std::string& fragment) {
  std::string text = read_file(test::source("examples/lipon/study.yaml"));
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  const auto line = static_cast<std::size_t>(1 + std::count(text.begin(), text.begin() + static_cast<long>(at), '\n'));
  const CommandCheck no_rmx = [](const std::vector<std::string>& command) {
    if (command.at(command.size() - 2) == "--rmx") throw InputError("not a flag");
  };
  Config config = Config::parse(text, "study.yaml");
  try {
    plan_study(config, "vitrion", no_rmx);
    FAIL() << to << " was accepted";
  } catch (const InputError& e) {
    EXPECT_EQ(e.where().line, line) << e.what();
    EXPECT_NE(std::string(e.what()).find(fragment), std::string::npos) << e.what();
  }
}

// A study with a section "potential" in place of "train".
std::string with_potential(const std::string& section) {
  const std::string text = read_file(test::source("examples/lipon/study.yaml"));
  const std::size_t train = text.find("train:"), quench = text.find("quench:");
  return text.substr(0, train) + "potential: " + section + "\n\n" + text.substr(quench);
}

TEST(Plan, APotentialThatExistsIsJudgedInPlaceOfTraining) {
  const std::string nequip = test::source("data/lipon-nequip/lipon.safetensors").string();
  const std::string labelled = test::source("data/lipon-pbe/own_md.extxyz").string();
  const std::string text = with_potential("{file: " + nequip + ", test: [" + labelled + "]}");
  Config config = Config::parse(text, test::source("examples/lipon/study.yaml").string());
  const Study study = plan_study(config, "vitrion");
  const Stage& first = study.stages.front();
  EXPECT_EQ(first.name, "potential");
  EXPECT_EQ(first.command.at(1), "evaluate");
  for (const char* name : {"lipon.safetensors", "lipon.card.json", "own_md.extxyz"}) {
    EXPECT_EQ(study.imports.count(name), 1u) << name;
    EXPECT_EQ(std::count(first.inputs.begin(), first.inputs.end(), std::string("inputs/") + name), 1) << name;
  }
  for (const Stage& stage : study.stages) {
    EXPECT_NE(stage.name, "train");
    for (const char* file : {"md.yaml", "quench.yaml"})
      if (const auto found = stage.files.find(file); found != stage.files.end()) {
        Config settings = Config::parse(found->second, file);
        EXPECT_EQ(settings.text("potential"), "../inputs/lipon.safetensors");
        EXPECT_EQ(std::count(stage.inputs.begin(), stage.inputs.end(), "inputs/lipon.card.json"), 1) << stage.name;
      }
  }
}

// Flags without a value, and what stages read of the runs they use.
TEST(Plan, FlagsAreTrueOrLeftOutAndWarningsAreInputs) {
  std::string text = with_potential("{file: " + test::source("data/lipon-nequip/lipon.safetensors").string() +
                                    ", test: [" + test::source("data/lipon-pbe/own_md.extxyz").string() + "]}");
  const std::size_t at = text.find("transport:");
  text = text.substr(0, at) + "transport: {ion: Li, diffusing-host: true, series: false}\n";
  Config config = Config::parse(text, test::source("examples/lipon/study.yaml").string());
  const Study study = plan_study(config, "vitrion");
  const auto holds = [](const std::vector<std::string>& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  for (const Stage& stage : study.stages) {
    if (stage.name == "transport") {
      EXPECT_TRUE(holds(stage.command, "--diffusing-host"));
      EXPECT_FALSE(holds(stage.command, "true") || holds(stage.command, "--series"));
    }
    const bool from_runs = stage.name == "structure" || stage.name == "transport" || stage.name.starts_with("md-");
    const bool reads_result = std::any_of(stage.inputs.begin(), stage.inputs.end(),
                                          [](const std::string& file) { return file.ends_with("/result.json"); });
    EXPECT_TRUE(reads_result || !from_runs) << stage.name;
  }
}

TEST(Plan, RefusesAPotentialItCannotJudge) {
  const std::string nequip = test::source("data/lipon-nequip/lipon.safetensors").string();
  const auto refusal = [](const std::string& text) {
    Config config = Config::parse(text, test::source("examples/lipon/study.yaml").string());
    try {
      plan_study(config, "vitrion");
    } catch (const InputError& e) {
      return std::string(e.what());
    }
    return std::string("accepted");
  };
  EXPECT_NE(refusal(with_potential("{file: " + nequip + "}")).find("\"test\" is missing"), std::string::npos);
  EXPECT_NE(refusal(with_potential("{file: " + nequip + ", test: []}")).find("empty"), std::string::npos);
  EXPECT_NE(refusal(with_potential("{file: none.almtp, test: [a.extxyz]}")).find("there is no potential"),
            std::string::npos);
  EXPECT_NE(refusal("potential: {file: " + nequip + ", test: [a.extxyz]}\n" +
                    read_file(test::source("examples/lipon/study.yaml")))
                .find("cannot both"),
            std::string::npos);
}

// Every key of every stage is known before the first one starts.
TEST(Plan, RefusesWhatALaterStageWouldRefuse) {
  expect_refused("mtp: {max_iterations: 40}", "mtp: {max_iteration: 40}", "max_iterations");
  expect_refused("nequip: {max_epochs: 120,", "nequip: {max_epoch: 120,", "max_epochs");
  expect_refused("level: 14", "level: 15", "must be 2, 4");
  expect_refused("melt: {temperature_K: 2000,", "melt: {temperture_K: 2000,", "temperature_K");
  expect_refused("wall_eV: 5", "wal_eV: 5", "wall_eV");
  expect_refused("- {name: heat, duration_ps: 5,", "- {name: heat, duration: 5,", "duration_ps");
  expect_refused("- {name: production, duration_ps: 100, timestep_fs: 2,",
                 "- {name: production, duration_ps: 100, timestep_fs: -2,", "positive");
  expect_refused("structure: {}", "structure: {rmx: 8}", "not a flag");
  expect_refused("  framework: [P, O, N]", "  seed: 3", "filled in");
  expect_refused("- {quantity: ionic conductivity (S/cm), value: 3.3e-6, temperature_K",
                 "- {quantity: ionic conductivity (S/cm), value: 3.3e-6, temperatur_K", "temperatur_K");
}

// Every path to a value below `node`, as an override names it.
void paths_below(const YAML::Node& node, const std::string& prefix, std::vector<std::string>& paths) {
  std::size_t number = 0;
  for (const auto& item : node) {
    const std::string path = prefix + (node.IsMap() ? item.first.Scalar() : std::to_string(number++));
    paths.push_back(path);
    const YAML::Node below = node.IsMap() ? item.second : YAML::Node(item);
    if (below.IsMap() || below.IsSequence()) paths_below(below, path + ".", paths);
  }
}

// In every place a word, a list, a mapping, nothing: each is accepted or refused, and what is refused has a place.
TEST(Plan, EveryFormInEveryPlaceIsReadOrRefused) {
  const std::string file = test::source("examples/lipon/study.yaml").string();
  std::vector<std::string> paths;
  paths_below(YAML::Load(read_file(file)), "", paths);
  ASSERT_GT(paths.size(), 30u);
  std::size_t n_refused = 0;
  for (const std::string& path : paths)
    for (const char* form : {"5", "[5]", "{a: 5}", "[a]", "[[1]]", "[{a: 1}]", "", "[]", "{}"}) {
      try {
        plan({path + "=" + form});
      } catch (const InputError& e) {
        ++n_refused;
        EXPECT_FALSE(e.where().file.empty()) << path << "=" << form << ": " << e.what();
      } catch (const std::exception& e) {
        ADD_FAILURE() << path << "=" << form << ": " << e.what();
      }
    }
  EXPECT_GT(n_refused, paths.size());
}

TEST(Plan, AScalarWhereAMappingBelongsIsRefusedAtItsLine) {
  expect_refused("quench:", "quench: 5\nold:", "must hold keys and values");
  expect_refused("production:", "production: [5]\nold:", "must hold keys and values");
}

}  // namespace
}  // namespace vitrion::study
