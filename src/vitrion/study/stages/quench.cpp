// The stages "quench-N": glasses by melt and quench, one stage a replica.
#include <fmt/format.h>

#include "vitrion/core/error.hpp"
#include "vitrion/md/options.hpp"
#include "vitrion/study/stages/kinds.hpp"

namespace vitrion::study {
namespace {

constexpr int most_replicas = 10'000;

bool dumps(Config& section, const std::string& part) {
  const Config stage = section.part(part);
  return stage.has("dump_ps") || stage.has("dump_steps");
}

void add_outputs(Config& section, Stage& stage) {
  stage.outputs = {"final.extxyz"};
  for (const char* part : {"melt", "quench", "equilibrate"})
    if (section.has(part)) {
      stage.outputs.push_back(std::string(part) + ".thermo.csv");
      if (dumps(section, part)) stage.outputs.push_back(std::string(part) + ".lammpstrj.gz");
    }
}

// Velocities of a file would make every replica the same run.
void draw_for_replicas(Config& section, YAML::Node yaml, int replicas) {
  if (replicas == 1 || !yaml["structure"]) return;
  if (section.text("velocities", "auto") == "keep")
    throw section.error("velocities", "replicas with velocities: keep would be copies of each other",
                        "Leave velocities out: they are drawn for each replica.");
  yaml["velocities"] = "draw";
}

Stage one_replica(Config& section, YAML::Node yaml, Graph& graph, int replica, int replicas) {
  const PotentialHandle potential = graph.need<PotentialHandle>("potential");
  Stage stage{.name = fmt::format("quench-{}", replica),
              .title = fmt::format("melt and quench, replica {} of {}", replica, replicas)};
  stage.command = {graph.program(), "quench", "quench.yaml", "--threads", "1"};
  stage.after = {potential.stage};
  stage.is_long = true;
  stage.inputs = potential.files;
  if (yaml["structure"]) {
    stage.inputs.push_back(graph.imports().add(section.path("structure"), section.where()));
    yaml["structure"] = "../" + stage.inputs.back();
  }
  complete_md(yaml, potential, graph.seed() + replica);
  draw_for_replicas(section, yaml, replicas);
  add_outputs(section, stage);
  stage.files["quench.yaml"] = text_of(yaml);
  return stage;
}

void plan_quench(Config& study, Graph& graph) {
  if (graph.all<PotentialHandle>().empty())
    throw InputError(study.where(), "the section \"train\" is missing",
                     "Or name a potential that exists: potential: {file: lipon.almtp, test: [test.extxyz]}. Or learn "
                     "one from labels that the study makes: learn: {...}.");
  if (!study.has("quench")) throw InputError(study.where(), "the section \"quench\" is missing");
  Config section = study.section("quench");
  YAML::Node yaml = editable(section);
  const int replicas = section.integer<int>("replicas", 1);
  if (replicas < 1 || replicas > most_replicas)
    throw section.error("replicas", fmt::format("\"replicas\" must be 1 to {}", most_replicas));
  yaml.remove("replicas");
  for (int r = 1; r <= replicas; ++r) {
    Stage stage = one_replica(section, YAML::Clone(yaml), graph, r, replicas);
    graph.give(
        GlassHandle{.stage = stage.name,
                    .replica = r,
                    .structure = stage.name + "/final.extxyz",
                    .trajectory = dumps(section, "equilibrate") ? stage.name + "/equilibrate.lammpstrj.gz" : ""});
    graph.add_analysis(std::move(stage), 30);
  }
  const PotentialHandle potential = graph.need<PotentialHandle>("potential");
  fill_in(section, {{"potential", potential.files.front()}, {"output", "."}, {"seed", "1"}});
  md::read_quench_options(section);
}

}  // namespace

void complete_md(YAML::Node yaml, const PotentialHandle& potential, std::int64_t seed) {
  yaml["potential"] = "../" + potential.files.front();
  yaml["output"] = ".";
  yaml["seed"] = seed;
}

StageKind quench_kind() {
  return {"quench", Phase::glasses, plan_quench};
}

}  // namespace vitrion::study
