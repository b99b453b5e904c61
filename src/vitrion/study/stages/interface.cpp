// The stage "interface": profiles and diffusion by region, one stage a production run.
#include <fmt/format.h>

#include "vitrion/study/stages/kinds.hpp"

namespace vitrion::study {
namespace {

// Only where the study asks for it: most cells hold no interface.
void plan_interface(Config& study, Graph& graph) {
  if (!study.has("interface")) return;
  const Config section = study.section("interface");
  int number = 0;
  for (const RunHandle& run : graph.all<RunHandle>()) {
    Stage stage{.name = fmt::format("interface-{}", run.stage),
                .title = fmt::format("measure the interface in {}", run.stage)};
    stage.command = {graph.program(), "interface", fmt::format("../{}@{:g}", run.trajectory, run.temperature)};
    stage.inputs = {run.trajectory, run.stage + "/result.json"};  // the latter: what the run warns of
    stage.after = {run.stage};
    stage.command.insert(stage.command.end(), {"--threads", "1"});
    graph.add_flags(section, stage.command);
    graph.add_analysis(std::move(stage), 15 + number++);
  }
}

}  // namespace

StageKind interface_kind() {
  return {"interface", Phase::analyses, plan_interface};
}

}  // namespace vitrion::study
