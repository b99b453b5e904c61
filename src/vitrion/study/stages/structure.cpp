// The stage "structure": what all glasses together look like.
#include "vitrion/study/stages/kinds.hpp"

namespace vitrion::study {
namespace {

void plan_structure(Config& study, Graph& graph) {
  Stage stage{.name = "structure", .title = "measure the structure of the glass"};
  stage.command = {graph.program(), "structure"};
  for (const GlassHandle& glass : graph.all<GlassHandle>()) {
    stage.inputs.push_back(glass.trajectory.empty() ? glass.structure : glass.trajectory);
    stage.command.push_back("../" + stage.inputs.back());
    stage.inputs.push_back(glass.stage + "/result.json");  // what the quench warns of
    stage.after.push_back(glass.stage);
  }
  stage.command.insert(stage.command.end(), {"--threads", "1"});
  graph.add_flags(study.section("structure"), stage.command);
  graph.add_analysis(std::move(stage), 10);
}

}  // namespace

StageKind structure_kind() {
  return {"structure", Phase::analyses, plan_structure};
}

}  // namespace vitrion::study
