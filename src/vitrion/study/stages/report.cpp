// The stage "report": joins the sections that all others left.
#include <algorithm>

#include "vitrion/study/stages/kinds.hpp"
#include "vitrion/study/study_report.hpp"

namespace vitrion::study {
namespace {

void plan_report(Config& study, Graph& graph) {
  Stage stage{.name = "report", .title = "write the report"};
  stage.command = {graph.program(), "report", "report.yaml"};
  stage.outputs = {"report.html", "report.json"};
  std::vector<SectionHandle> sections = graph.all<SectionHandle>();
  std::stable_sort(sections.begin(), sections.end(),
                   [](const SectionHandle& a, const SectionHandle& b) { return a.place < b.place; });
  YAML::Node yaml;
  yaml["title"] = graph.study().title;
  for (const SectionHandle& section : sections) yaml["sections"].push_back("../" + section.stage);
  if (study.has("literature")) {
    yaml["literature"] = YAML::Load(study.dump())["literature"];
    read_literature(study);
  }
  if (study.has("methods")) {
    yaml["methods"] = YAML::Load(study.dump())["methods"];
    read_methods(study);
  }
  stage.files["report.yaml"] = text_of(yaml);
  for (const Stage& other : graph.study().stages) {
    stage.after.push_back(other.name);
    for (const std::string& output : other.outputs)
      if (!output.ends_with(".gz")) stage.inputs.push_back(other.name + "/" + output);
  }
  graph.add(std::move(stage));
}

}  // namespace

StageKind report_kind() {
  return {"report", Phase::report, plan_report};
}

}  // namespace vitrion::study
