// The stage "potential", in place of "train": what the report says of the potential are its errors on data the user
// vouches for.
#include "vitrion/core/error.hpp"
#include "vitrion/study/given_potential.hpp"
#include "vitrion/study/stages/kinds.hpp"

namespace vitrion::study {
namespace {

void plan_potential(Config& study, Graph& graph) {
  if (!study.has("potential")) return;
  Config section = study.section("potential");
  Stage stage{.name = "potential", .title = "errors of the potential"};
  const GivenPotential given = given_potential(section, stage.name, graph.imports());
  const PotentialHandle potential{stage.name, given.files};
  stage.inputs = given.files;
  if (!given.settings.empty()) {
    stage.inputs.erase(stage.inputs.begin());  // this stage writes it
    stage.files["potential.yaml"] = given.settings;
    stage.outputs.push_back("potential.yaml");
  }
  const std::size_t n_files = stage.inputs.size();
  stage.command = {graph.program(), "evaluate", "../" + potential.files.front()};
  if (!section.has("test"))
    throw InputError(section.where(), "\"test\" is missing: labelled configurations the potential was not trained on",
                     "The report tells by its errors there how far the potential can be trusted.");
  for (const std::string& test : section.paths("test")) {
    stage.inputs.push_back(graph.imports().add(test, section.where("test")));
    stage.command.push_back("../" + stage.inputs.back());
  }
  if (stage.inputs.size() == n_files) throw section.error("test", "the list is empty");
  stage.command.insert(stage.command.end(), {"--held-out", "--threads", "1"});
  graph.give_potential(study, "potential", potential);
  graph.add_analysis(std::move(stage), 50);
}

}  // namespace

StageKind potential_kind() {
  return {"potential", Phase::potential, plan_potential};
}

}  // namespace vitrion::study
