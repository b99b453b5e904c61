#include "cli/parity_plots.hpp"

#include <nlohmann/json.hpp>

#include "vitrion/core/file.hpp"
#include "vitrion/report/parity.hpp"

namespace vitrion::cli {
namespace {

void write_figure(const std::filesystem::path& folder, const report::Figure& figure) {
  write_file_atomically(folder / (figure.id + ".svg"), report::to_svg(figure));
  write_file_atomically(folder / (figure.id + ".json"), report::to_json(figure).dump() + "\n");
}

}  // namespace

void write_parity_plots(const std::filesystem::path& folder, const std::map<std::string, train::ParityData>& subsets) {
  struct Quantity {
    const char *id, *name, *unit;
    train::Parity train::ParityData::*points;
  };
  const Quantity quantities[] = {{"parity-energy", "Energy", "eV/atom", &train::ParityData::energy},
                                 {"parity-force", "Force components", "eV/Å", &train::ParityData::force},
                                 {"parity-stress", "Stress components", "GPa", &train::ParityData::stress}};
  for (const Quantity& q : quantities) {
    std::map<std::string, report::ParityPoints> points;
    for (const auto& [name, data] : subsets)
      if (!(data.*q.points).reference.empty()) points[name] = {(data.*q.points).reference, (data.*q.points).predicted};
    if (points.empty()) continue;
    write_figure(folder, report::parity_figure(q.id, q.name, q.unit, points));
  }
}

void write_grade_plot(const std::filesystem::path& folder, const std::map<std::string, train::GradedErrors>& subsets) {
  report::Figure figure{
      .id = "grade-error",
      .title = "Force error over extrapolation grade",
      .caption = "Every point is an atom. Up to grade 1 its surroundings lie within those trained on.",
      .x = {"extrapolation grade", "", report::Scale::logarithmic},
      .y = {"force error", "eV/Å", report::Scale::logarithmic}};
  for (const auto& [name, graded] : subsets)
    if (!graded.grades.empty())
      figure.series.push_back({.name = name, .mark = report::Mark::points, .x = graded.grades, .y = graded.errors});
  if (figure.series.empty()) return;
  figure.annotations.push_back({.kind = report::AnnotationKind::vertical_line, .x = 1});
  write_figure(folder, figure);
}

}  // namespace vitrion::cli
