// Melt and quench: the stages of a replica, and the replicas of a study.
#include <fmt/format.h>

#include "vitrion/core/error.hpp"
#include "vitrion/md/run.hpp"

namespace vitrion::md {
namespace {

std::vector<Stage> stages_of(const QuenchOptions& o) {
  std::vector<Stage> list;
  if (o.minimize) {
    Stage s;
    s.name = "minimize";
    s.ensemble = Ensemble::minimize;
    s.steps = 500;
    list.push_back(s);
  }
  list.push_back(o.melt);
  list.push_back(o.quench);
  if (o.equilibrate.steps > 0) list.push_back(o.equilibrate);
  return list;
}

// Velocities of a file would make every replica the same run.
Velocities velocities_of(const QuenchOptions& o) {
  if (o.replicas == 1 || o.run.packing) return o.run.velocities;
  if (o.run.velocities == Velocities::keep)
    throw InputError("replicas with velocities: keep would be copies of each other",
                     "Leave velocities out: they are drawn for each replica.");
  return Velocities::draw;
}

}  // namespace

QuenchOutcome run_quench(const QuenchOptions& options, const Session& session) {
  if (options.replicas < 1) throw InputError("a quench needs at least one replica");
  QuenchOutcome outcome;
  for (int r = 0; r < options.replicas; ++r) {
    MdOptions run = options.run;
    run.stages = stages_of(options);
    // Replicas differ in their velocities, and in their packing where there is one.
    run.velocities = velocities_of(options);
    run.seed = options.run.seed + static_cast<std::uint64_t>(r);
    if (options.replicas > 1) run.folder /= fmt::format("replica-{}", r + 1);
    outcome.folders.push_back(run.folder);
    outcome.replicas.push_back(run_md(run, session));
  }
  return outcome;
}

}  // namespace vitrion::md
