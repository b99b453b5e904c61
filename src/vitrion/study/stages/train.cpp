// The stage "train": fits a potential to the study's data.
#include "vitrion/core/error.hpp"
#include "vitrion/study/stages/kinds.hpp"
#include "vitrion/train/options.hpp"

namespace vitrion::study {
namespace {

void plan_train(Config& study, Graph& graph) {
  if (!study.has("train")) return;
  const std::string slots = std::to_string(graph.study().slots);
  Stage stage{.name = "train", .title = "train the potential"};
  stage.command = {graph.program(), "train", "train.yaml", "--threads", slots};
  stage.slots = graph.study().slots;
  stage.is_long = true;
  Config section = study.section("train");
  Config data = section.part("data");
  YAML::Node yaml = editable(section);
  const std::string file = train::usual_output(section);
  // The model card and the log hold wall times: they are not the same bytes twice.
  stage.outputs = {file};
  fill_in(section, {{"output", file}});
  train::read_train_options(section);
  graph.imports().add_all(yaml["data"], "train", data, stage.inputs);
  graph.imports().add_all(yaml["data"], "test", data, stage.inputs);
  yaml["output"] = file;
  if (!yaml["seed"]) yaml["seed"] = graph.seed();
  stage.files["train.yaml"] = text_of(yaml);
  graph.give_potential(study, "train", {stage.name, {"train/" + file}});
  graph.add_analysis(std::move(stage), 50);
}

}  // namespace

StageKind train_kind() {
  return {"train", Phase::potential, plan_train};
}

}  // namespace vitrion::study
