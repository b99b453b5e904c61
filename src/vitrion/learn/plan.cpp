#include "vitrion/learn/plan.hpp"

#include <fmt/format.h>

#include "vitrion/core/random.hpp"

namespace vitrion::learn {
namespace {

using study::Stage;

// The seed of one run: another one for every run of every round.
std::uint64_t derived_seed(std::uint64_t seed, int round, std::size_t number) {
  return Random(seed, static_cast<std::uint64_t>(round) * 10000 + number).below(1'000'000'000) + 1;
}

}  // namespace

std::string folder_of(int round, const std::string& step) {
  return fmt::format("r{:02}-{}", round, step);
}

Stage Planner::build_seeds() const {
  Stage stage;
  stage.name = "seeds-build";
  stage.title = "build the first structures";
  stage.command = {program_, "build", "recipe.yaml", "--output", "built.extxyz"};
  stage.inputs = o_.recipe_inputs;
  stage.outputs = {"built.extxyz"};
  stage.files["recipe.yaml"] = study::text_of(o_.recipe);
  return stage;
}

Stage Planner::label_seeds() const {
  Stage stage;
  stage.name = "seeds-label";
  stage.title = "label the first structures";
  stage.after = {"seeds-build"};
  add_labelling(stage, "seeds-build/built.extxyz");
  return stage;
}

Stage Planner::prepare() const {
  Stage stage;
  stage.name = "prepare";
  stage.title = "set validation frames aside";
  stage.command = {program_, "learn", "prepare", "prepare.yaml"};
  stage.outputs = {"train.extxyz", "validation.extxyz"};
  stage.inputs = o_.seeds;
  YAML::Node yaml;
  for (const std::string& file : o_.seeds) yaml["seed_data"].push_back("../" + file);
  if (makes_seeds()) {
    stage.after = {"seeds-label"};
    stage.inputs.push_back("seeds-label/labels.extxyz");
    yaml["labelled"].push_back("../" + stage.inputs.back());
  }
  yaml["reading"] = o_.reading;
  yaml["seed_energy"] = o_.seeds_are_free_energies ? "free" : "as_given";
  if (!o_.validation.group_key.empty()) yaml["group_key"] = o_.validation.group_key;
  if (o_.validation.files.empty()) {
    yaml["fraction"] = o_.validation.fraction;
    yaml["seed"] = o_.seed;
  }
  for (const std::string& file : o_.validation.files) {
    stage.inputs.push_back(file);
    yaml["validation"].push_back("../" + file);
  }
  stage.files["prepare.yaml"] = study::text_of(yaml);
  return stage;
}

Stage Planner::train(int round, const std::vector<int>& labelled) const {
  Stage stage;
  stage.name = folder_of(round, "train");
  stage.title = fmt::format("round {}: train the potential", round);
  stage.command = {program_, "train", "train.yaml", "--threads", std::to_string(o_.slots), "--result", "."};
  stage.after = {"prepare"};
  stage.is_long = true;
  stage.slots = o_.slots;
  stage.inputs = {"prepare/train.extxyz", "prepare/validation.extxyz"};
  // The model card and the log hold wall times: they are not the same bytes twice.
  stage.outputs = {o_.potential, "result.json", "section.json"};
  YAML::Node yaml = YAML::Clone(o_.train);
  YAML::Node files(YAML::NodeType::Sequence);
  files.push_back("../prepare/train.extxyz");
  for (const int r : labelled) {
    stage.inputs.push_back(folder_of(r, "label") + "/labels.extxyz");
    files.push_back("../" + stage.inputs.back());
    stage.after.push_back(folder_of(r, "label"));
  }
  yaml["data"]["train"] = files;
  yaml["data"]["test"] = "../prepare/validation.extxyz";
  stage.files["train.yaml"] = study::text_of(yaml);
  return stage;
}

std::vector<Stage> Planner::explore(int round, int trained) const {
  std::vector<Stage> stages;
  std::size_t number = 0;
  for (const Exploration& e : o_.explorations)
    for (std::size_t k = 0; k < e.per_round; ++k) {
      const Run& run = e.runs[(static_cast<std::size_t>(round) * e.per_round + k) % e.runs.size()];
      const std::string settings = run.quench ? "quench.yaml" : "md.yaml";
      Stage stage;
      stage.name = folder_of(round, run.name);
      stage.title = fmt::format("round {}: explore, {}", round, run.name);
      stage.command = {program_, "learn", "explore", "explore.yaml", "--threads", "1"};
      stage.after = {folder_of(trained, "train")};
      stage.is_long = true;
      stage.inputs = run.inputs;
      stage.inputs.push_back(folder_of(trained, "train") + "/" + o_.potential);
      stage.outputs = {"explore.json", "candidates.extxyz"};
      YAML::Node md = YAML::Clone(run.settings);
      md["potential"] = "../" + stage.inputs.back();
      md["output"] = ".";
      md["seed"] = derived_seed(o_.seed, round, number++);
      stage.files[settings] = study::text_of(md);
      YAML::Node yaml;
      yaml["kind"] = run.quench ? "quench" : "md";
      yaml["settings"] = settings;
      yaml["traj"] = fmt::format("{}-{}", o_.name, stage.name);
      yaml["config_type"] = run.config_type;
      yaml["round"] = round;
      stage.files["explore.yaml"] = study::text_of(yaml);
      stages.push_back(std::move(stage));
    }
  return stages;
}

YAML::Node Planner::label_settings() const {
  YAML::Node yaml;
  yaml["yaml"] = o_.label.settings.yaml;
  yaml["file"] = o_.label.settings.file;
  return yaml;
}

Stage Planner::select(int round, int trained, std::int64_t most) const {
  Stage stage;
  stage.name = folder_of(round, "select");
  stage.title = fmt::format("round {}: select what to label", round);
  stage.command = {program_, "learn", "select", "select.yaml", "--threads", std::to_string(o_.slots)};
  stage.slots = o_.slots;
  stage.outputs = {"selected.extxyz", "select.json"};
  stage.inputs = {folder_of(trained, "train") + "/" + o_.potential};
  YAML::Node yaml;
  yaml["potential"] = "../" + stage.inputs.back();
  for (const Stage& run : explore(round, trained)) {
    stage.after.push_back(run.name);
    stage.inputs.push_back(run.name + "/candidates.extxyz");
    yaml["candidates"].push_back("../" + stage.inputs.back());
  }
  const SelectSettings& s = o_.select;
  yaml["threshold"] = s.threshold;
  yaml["most"] = most;
  yaml["max_force_eV_per_A"] = s.max_force;
  yaml["distance_factor"] = s.distance_factor;
  yaml["max_atoms"] = s.max_atoms;
  yaml["cut_side_A"] = s.cut_side;
  for (const auto& [element, charge] : s.charges) yaml["charges"][element] = charge;
  yaml["label_settings"] = label_settings();
  stage.files["select.yaml"] = study::text_of(yaml);
  return stage;
}

Stage Planner::label(int round) const {
  Stage stage;
  stage.name = folder_of(round, "label");
  stage.title = fmt::format("round {}: label", round);
  stage.after = {folder_of(round, "select")};
  add_labelling(stage, folder_of(round, "select") + "/selected.extxyz");
  return stage;
}

void Planner::add_labelling(Stage& stage, const std::string& structures) const {
  stage.slots = o_.slots;
  stage.command = {program_, "learn", "label", "label.yaml"};
  stage.inputs = {structures};
  stage.outputs = {"labels.extxyz", "labels.json"};
  YAML::Node yaml;
  yaml["selected"] = "../" + stage.inputs.back();
  yaml["queue"] = "../labels";
  yaml["resources"] = "../resources.yaml";
  yaml["settings"] = label_settings();
  // Names what the numbers follow from: the content of a teacher potential, for one.
  yaml["computed_by"] = dft::make_engine(o_.label.settings)->fingerprint();
  stage.files["label.yaml"] = study::text_of(yaml);
}

}  // namespace vitrion::learn
