#include "vitrion/learn/stage.hpp"

#include <filesystem>

#include "vitrion/core/error.hpp"
#include "vitrion/dft/engine.hpp"
#include "vitrion/learn/options.hpp"

namespace vitrion::learn {
namespace {

namespace fs = std::filesystem;

YAML::Node from_the_stage(const std::vector<std::string>& inputs) {
  YAML::Node list(YAML::NodeType::Sequence);
  for (const std::string& input : inputs) list.push_back("../" + input);
  return list;
}

// The settings of the label engine stand in the stage's own file; names in them count from where they stood.
void write_label_settings(YAML::Node label, const dft::Settings& settings, const fs::path& study_file) {
  const fs::path stood_in = settings.file.empty() ? study_file : fs::path(settings.file);
  label["settings"] = YAML::Load(settings.yaml);
  label["relative_to"] = fs::absolute(stood_in).lexically_normal().parent_path().string();
}

// The user's section as the file of a loop in the stage's folder.
std::string settings_file(const Config& study, YAML::Node yaml, const LearnOptions& o, const study::Graph& graph) {
  if (!yaml["title"]) yaml["title"] = graph.study().title;
  if (!yaml["seed"]) yaml["seed"] = graph.seed();
  if (!yaml["slots"]) yaml["slots"] = graph.study().slots;
  yaml["name"] = o.name;
  if (!o.seeds.empty()) yaml["train"]["data"]["train"] = from_the_stage(o.seeds);
  if (o.recipe.IsMap()) yaml["build"] = o.recipe;  // its files are in inputs/, as seen from a step
  if (!o.validation.files.empty()) yaml["validation"]["files"] = from_the_stage(o.validation.files);
  for (std::size_t k = 0; k < o.explorations.size(); ++k)
    if (const std::vector<std::string>& inputs = o.explorations[k].runs.front().inputs; !inputs.empty())
      yaml["explore"][k]["structure"] = "../" + inputs.front();
  write_label_settings(yaml["label"], o.label.settings, study.where().file);
  return study::text_of(yaml);
}

void plan(Config& study, study::Graph& graph) {
  if (!study.has("learn")) return;
  Config section = study.section("learn");
  const YAML::Node yaml = study::editable(section);
  const LearnOptions options = read_learn_options(section);
  if (section.has("executor"))
    throw section.error("executor", "\"executor\" stands at the top of a study: it is that of all stages");
  study::Stage stage{.name = "learn", .title = "learn the potential: explore, label, train"};
  stage.command = {graph.program(), "learn", "learn.yaml", "--output", ".", "--executor", "../executor.yaml"};
  stage.slots = graph.study().slots;
  stage.incremental = true;
  for (const auto& [name, path] : options.imports.files())
    stage.inputs.push_back(graph.imports().add(path.string(), section.where()));
  stage.files["learn.yaml"] = settings_file(study, yaml, options, graph);
  // The labels follow from more than these settings: the content of a teacher potential, for one.
  stage.files["labels-by.txt"] = dft::make_engine(options.label.settings)->fingerprint() + "\n";
  stage.outputs = {options.potential, "dataset.extxyz", "validation.extxyz", "training/result.json",
                   "training/section.json"};
  graph.give_potential(study, "learn", {stage.name, {"learn/" + options.potential}});
  graph.give(study::SectionHandle{"learn/training", 50});
  graph.add_analysis(std::move(stage), 45);
}

}  // namespace

study::StageKind learn_kind() {
  return {"learn", study::Phase::potential, plan};
}

}  // namespace vitrion::learn
