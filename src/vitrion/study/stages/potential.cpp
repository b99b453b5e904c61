// The stage "potential", in place of training: what the report says of the potential are its errors on data the user
// vouches for.
#include "vitrion/core/error.hpp"
#include "vitrion/study/stages/kinds.hpp"

namespace vitrion::study {
namespace {

namespace fs = std::filesystem;

// The potential and its card, where one lies beside it.
std::vector<std::string> import_potential(Config& section, Graph& graph) {
  const fs::path file = section.path("file");
  if (!fs::exists(file)) throw section.error("file", "there is no potential \"" + file.string() + "\"");
  std::vector<std::string> files{graph.imports().add(file.string(), section.where("file"))};
  const fs::path card = fs::path(file).replace_extension(".card.json");
  if (fs::exists(card)) files.push_back(graph.imports().add(card.string(), section.where("file")));
  return files;
}

void plan(Config& study, Graph& graph) {
  if (!study.has("potential")) return;
  if (study.has("train"))
    throw study.error("potential", "\"potential\" and \"train\" cannot both be given",
                      "A potential exists already, or it is trained.");
  Config section = study.section("potential");
  Stage stage{.name = "potential", .title = "errors of the potential"};
  stage.inputs = import_potential(section, graph);
  const PotentialHandle potential{stage.name, stage.inputs};
  stage.command = {graph.program(), "evaluate", "../" + potential.files.front()};
  if (!section.has("test"))
    throw InputError(section.where(), "\"test\" is missing: labelled configurations the potential was not trained on",
                     "The report tells by its errors there how far the potential can be trusted.");
  for (const std::string& test : section.paths("test")) {
    stage.inputs.push_back(graph.imports().add(test, section.where("test")));
    stage.command.push_back("../" + stage.inputs.back());
  }
  if (stage.inputs.size() == potential.files.size()) throw section.error("test", "the list is empty");
  stage.command.insert(stage.command.end(), {"--held-out", "--threads", "1"});
  graph.give(potential);
  graph.add_analysis(std::move(stage), 50);
}

}  // namespace

StageKind potential_kind() {
  return {"potential", Phase::potential, plan};
}

}  // namespace vitrion::study
