#include "vitrion/study/plan.hpp"

#include "vitrion/core/error.hpp"
#include "vitrion/study/stage_kind.hpp"

namespace vitrion::study {

Study plan_study(Config& config, const std::string& program, const CommandCheck& check) {
  Study study;
  study.title = config.text("title", "Study");
  study.slots = config.integer<int>("slots", 2);
  if (study.slots < 1) throw config.error("slots", "\"slots\" must be at least 1");
  study.executor = jobs::read_executor(config);
  Imports imports;
  // Every stage derives its own from it: one that a stage would refuse is refused here.
  const auto seed = static_cast<std::int64_t>(config.integer<std::uint64_t>("seed", 1));
  Graph graph(program, seed, study, imports, check);
  for (const StageKind& kind : stage_kinds()) kind.plan(config, graph);
  config.finish();
  study.imports = imports.files();
  return study;
}

}  // namespace vitrion::study
