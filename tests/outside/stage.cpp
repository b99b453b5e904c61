#include <filesystem>

#include "closest.hpp"

namespace outside {

using namespace vitrion::study;

namespace {

void plan(vitrion::Config& study, Graph& graph) {
  if (!study.has("closest")) return;
  Stage stage{.name = "closest", .title = "how close ions come"};
  // A command of this program; one of Vitrion's own would begin with graph.program().
  stage.command = {std::filesystem::read_symlink("/proc/self/exe").string(), "closest",
                   study.section("closest").text("ion")};
  for (const GlassHandle& glass : graph.all<GlassHandle>()) {
    stage.inputs.push_back(glass.structure);
    stage.command.push_back("../" + glass.structure);
    stage.after.push_back(glass.stage);
  }
  graph.add_analysis(std::move(stage), 15);
}

}  // namespace

StageKind closest_stage() {
  return {"closest", Phase::analyses, plan};
}

}  // namespace outside
