#include "vitrion/present/structure_figures.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vitrion::present {
namespace {

using namespace structure;
using report::Figure;
using report::Mark;
using report::Series;

std::string pair_name(const Species& a, const Species& b) {
  return a.name() + "\u2013" + b.name();
}

std::string frames_text(std::size_t n) {
  return n == 1 ? "One frame" : fmt::format("Mean of {} frames", n);
}

bool is_bond(const Analysis& analysis, const PairDistribution& pair) {
  const auto has = [](const std::vector<Species>& list, Species s) {
    return std::find(list.begin(), list.end(), s) != list.end();
  };
  const std::vector<Species>& ligands = analysis.units.network.ligands;
  // Cation - anion pairs: exactly one of the two is a ligand.
  return has(ligands, pair.center) != has(ligands, pair.neighbor);
}

Figure rdf_figure(const Analysis& analysis, bool bonds) {
  Figure figure{.id = bonds ? "rdf-bonded" : "rdf-other",
                .title = bonds ? "Pair distribution, cation\u2013anion" : "Pair distribution, like charges",
                .x = {.label = "r", .unit = "Å", .minimum = 0},
                .y = {.label = "g(r)", .unit = "", .minimum = 0}};
  for (const PairDistribution& pair : analysis.rdf.pairs) {
    if (pair.neighbor < pair.center || is_bond(analysis, pair) != bonds) continue;
    figure.series.push_back({.name = pair_name(pair.center, pair.neighbor), .x = pair.r, .y = pair.g});
  }
  figure.annotations.push_back({.kind = report::AnnotationKind::horizontal_line, .y = 1, .text = ""});
  figure.caption = fmt::format("{}. r ends at half the cell ({:.2f} Å).", frames_text(analysis.rdf.n_frames),
                               analysis.rdf.half_cell);
  return figure;
}

Figure coordination_figure(const Analysis& analysis) {
  Figure figure{.id = "coordination",
                .title = "Running coordination number",
                .x = {.label = "r", .unit = "Å", .minimum = 1},
                .y = {.label = "neighbours within r", .unit = "", .minimum = 0, .maximum = 8}};
  for (const PairDistribution& pair : analysis.rdf.pairs) {
    const std::vector<Species>& ligands = analysis.units.network.ligands;
    const bool around_cation = std::find(ligands.begin(), ligands.end(), pair.center) == ligands.end();
    if (!is_bond(analysis, pair) || !around_cation) continue;
    figure.series.push_back(
        {.name = pair.neighbor.name() + " around " + pair.center.name(), .x = pair.r, .y = pair.coordination});
  }
  return figure;
}

Figure factor_figure(const Analysis& analysis) {
  Figure figure{.id = "structure-factor",
                .title = "Total structure factor",
                .x = {.label = "q", .unit = "Å^{\u22121}", .minimum = 0},
                .y = {.label = "S(q)", .unit = ""}};
  if (!analysis.factors.neutron.empty())
    figure.series.push_back({.name = "neutrons", .x = analysis.factors.q, .y = analysis.factors.neutron});
  if (!analysis.factors.xray.empty())
    figure.series.push_back({.name = "X-rays", .x = analysis.factors.q, .y = analysis.factors.xray});
  figure.caption = fmt::format(
      "Faber\u2013Ziman, over the wave vectors of the cell. {}. Bragg peaks would stand far above the "
      "rest.",
      frames_text(analysis.factors.n_frames));
  return figure;
}

Figure angle_figure(const Analysis& analysis) {
  Figure figure{.id = "angles",
                .title = "Bond angles",
                .x = {.label = "angle", .unit = "degree", .minimum = 40, .maximum = 180},
                .y = {.label = "probability density", .unit = "1/degree", .minimum = 0}};
  for (const AngleDistribution& a : analysis.angles) {
    const auto has = [&](const std::vector<Species>& list, Species s) {
      return std::find(list.begin(), list.end(), s) != list.end();
    };
    const NetworkOptions& network = analysis.units.network;
    const bool tetrahedral =
        has(network.formers, a.center) && has(network.ligands, a.end1) && has(network.ligands, a.end2);
    const bool corner = has(network.ligands, a.center) && has(network.formers, a.end1) && has(network.formers, a.end2);
    // A handful of triplets makes spikes, not a distribution.
    if ((!tetrahedral && !corner) || a.per_frame * static_cast<double>(analysis.units.n_frames) < 20) continue;
    figure.series.push_back(
        {.name = a.end1.name() + "\u2013" + a.center.name() + "\u2013" + a.end2.name(), .x = a.angle, .y = a.density});
  }
  return figure;
}

}  // namespace

std::vector<Figure> figures_of(const Analysis& analysis) {
  std::vector<Figure> figures;
  for (Figure figure : {rdf_figure(analysis, true), rdf_figure(analysis, false), coordination_figure(analysis),
                        factor_figure(analysis), angle_figure(analysis)})
    if (!figure.series.empty()) figures.push_back(std::move(figure));
  return figures;
}

}  // namespace vitrion::present
