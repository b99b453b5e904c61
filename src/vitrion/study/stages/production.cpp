// The stages "md-TK-N": molecular dynamics of every glass at every temperature.
#include <fmt/format.h>

#include <cmath>

#include "vitrion/core/error.hpp"
#include "vitrion/md/options.hpp"
#include "vitrion/study/stages/kinds.hpp"

namespace vitrion::study {
namespace {

// The name of the last stage: it must keep a trajectory.
std::string measured_stage(const Config& section, std::vector<Config>& stages) {
  if (stages.empty())
    throw section.error("stages", "\"production\" needs a list of stages",
                        "As in vitrion md --help, without temperatures.");
  Config& last = stages.back();
  if (!last.has("name") || !(last.has("dump_ps") || last.has("dump_steps")))
    throw section.error("stages",
                        "the last stage of \"production\" needs a name and dump_ps: transport is measured on it");
  return last.text("name");
}

Stage one_run(YAML::Node yaml, const std::vector<std::string>& names, const Graph& graph, const GlassHandle& glass,
              double temperature, int replicas) {
  const PotentialHandle potential = graph.need<PotentialHandle>("potential");
  Stage stage{
      .name = fmt::format("md-{:g}K-{}", temperature, glass.replica),
      .title = fmt::format("molecular dynamics at {:g} K, replica {} of {}", temperature, glass.replica, replicas)};
  stage.command = {graph.program(), "md", "md.yaml", "--threads", "1"};
  stage.after = {glass.stage};
  stage.is_long = true;
  stage.inputs = potential.files;
  stage.inputs.push_back(glass.structure);
  stage.inputs.push_back(glass.stage + "/result.json");  // what the quench warns of
  yaml["structure"] = "../" + glass.structure;
  complete_md(yaml, potential, graph.seed() + 1000 * glass.replica + std::lround(temperature));
  for (YAML::Node part : yaml["stages"])
    if (!part["temperature_K"]) part["temperature_K"] = temperature;
  for (const std::string& name : names) stage.outputs.push_back(name + ".thermo.csv");
  stage.files["md.yaml"] = text_of(yaml);
  return stage;
}

// Reads the settings as `vitrion md` will.
void check(Config& section, const Graph& graph, double temperature) {
  const PotentialHandle potential = graph.need<PotentialHandle>("potential");
  fill_in(section,
          {{"potential", potential.files.front()}, {"output", "."}, {"seed", "1"}, {"structure", "final.extxyz"}});
  for (Config& part : section.parts("stages"))
    if (!part.has("temperature_K")) part.set("temperature_K", fmt::format("{:g}", temperature));
  md::read_md_options(section);
}

void plan_production(Config& study, Graph& graph) {
  if (!study.has("production")) return;
  Config section = study.section("production");
  std::vector<Config> stages = section.parts("stages");
  std::vector<std::string> names;
  for (Config& stage : stages)
    if (stage.has("name")) names.push_back(stage.text("name"));
  YAML::Node yaml = editable(section);
  const std::vector<double> temperatures = section.numbers("temperatures_K");
  yaml.remove("temperatures_K");
  if (temperatures.empty()) throw section.error("temperatures_K", "\"temperatures_K\" is empty");
  const std::string measured = measured_stage(section, stages);
  const std::vector<GlassHandle> glasses = graph.all<GlassHandle>();
  for (const double temperature : temperatures) {
    if (!(temperature > 0)) throw section.error("temperatures_K", "a temperature must be positive (K)");
    for (const GlassHandle& glass : glasses) {
      Stage stage = one_run(YAML::Clone(yaml), names, graph, glass, temperature, static_cast<int>(glasses.size()));
      stage.outputs.insert(stage.outputs.end(), {measured + ".lammpstrj.gz", "final.extxyz"});
      graph.give(RunHandle{.stage = stage.name,
                           .replica = glass.replica,
                           .temperature = temperature,
                           .trajectory = stage.name + "/" + measured + ".lammpstrj.gz"});
      graph.add_analysis(std::move(stage), 40);
    }
  }
  check(section, graph, temperatures.front());
}

}  // namespace

StageKind production_kind() {
  return {"production", Phase::dynamics, plan_production};
}

}  // namespace vitrion::study
