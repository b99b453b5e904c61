// The stage "transport": how fast ions move in all production runs.
#include <fmt/format.h>

#include "vitrion/core/error.hpp"
#include "vitrion/study/stages/kinds.hpp"

namespace vitrion::study {
namespace {

// "species: Li" meant the mobile ion before there was "ion".
void take_former_name(Config& section, Graph& graph) {
  if (!section.has("species")) return;
  const std::string species = section.text("species");
  if (species.find(',') != std::string::npos) return;  // names types
  if (section.has("ion"))
    throw section.error("species", "\"species: " + species + "\" and \"ion\" both name the mobile ion",
                        "Leave \"species\" out; \"types\" names the elements of types 0, 1, ...");
  graph.note(fmt::format("{}: \"species: {}\" is taken for the mobile ion; its name is now \"ion: {}\"",
                         section.where("species").text(), species, species));
}

void plan_transport(Config& study, Graph& graph) {
  const std::vector<RunHandle> runs = graph.all<RunHandle>();
  if (runs.empty()) return;
  Stage stage{.name = "transport", .title = "measure ion transport"};
  stage.command = {graph.program(), "transport"};
  for (const RunHandle& run : runs) {
    stage.inputs.push_back(run.trajectory);
    stage.inputs.push_back(run.stage + "/result.json");  // what the run warns of
    stage.command.push_back(fmt::format("../{}@{:g}", run.trajectory, run.temperature));
    stage.after.push_back(run.stage);
  }
  stage.command.insert(stage.command.end(), {"--threads", "1"});
  Config section = study.section("transport");
  take_former_name(section, graph);
  // A study that computed for days reports what it found, with the warning, unless it is told to refuse.
  if (!section.has("diffusing-host")) stage.command.push_back("--diffusing-host");
  graph.add_flags(section, stage.command);
  graph.add_analysis(std::move(stage), 20);
}

}  // namespace

StageKind transport_kind() {
  return {"transport", Phase::analyses, plan_transport};
}

}  // namespace vitrion::study
