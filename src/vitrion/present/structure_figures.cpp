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

// A mean over few wave vectors is known badly: the band says how badly.
void add_factor(Figure& figure, const StructureFactors& f, const std::string& name, const std::vector<double>& s,
                const std::vector<double>& error, int color) {
  if (s.empty()) return;
  Series band{.name = "", .mark = Mark::band, .x = f.q, .color = color};
  for (std::size_t k = 0; k < s.size(); ++k) {
    band.low.push_back(s[k] - 2 * error[k]);
    band.high.push_back(s[k] + 2 * error[k]);
  }
  figure.series.push_back(std::move(band));
  figure.series.push_back({.name = name, .x = f.q, .y = s, .color = color});
}

Figure factor_figure(const Analysis& analysis) {
  Figure figure{.id = "structure-factor",
                .title = "Total structure factor",
                .x = {.label = "q", .unit = "Å^{\u22121}", .minimum = 0},
                .y = {.label = "S(q)", .unit = ""}};
  const StructureFactors& f = analysis.factors;
  add_factor(figure, f, "neutrons", f.neutron, f.neutron_error, 0);
  add_factor(figure, f, "X-rays", f.xray, f.xray_error, 1);
  if (f.n_vectors.empty()) return figure;
  figure.caption = fmt::format(
      "Faber\u2013Ziman, over the wave vectors of the cell, {} of them or more to a bin; band: two standard errors of "
      "the bin's mean. {}. A bin averages single peaks away: the figure of single wave vectors shows them.",
      *std::min_element(f.n_vectors.begin(), f.n_vectors.end()), frames_text(f.n_frames));
  return figure;
}

// What the sentence on Bragg peaks rests on.
Figure bragg_figure(const Analysis& analysis) {
  const Bragg::Profile& profile = analysis.factors.bragg.profile;
  Figure figure{.id = "bragg",
                .title = "Single wave vectors: is one a Bragg peak?",
                .x = {"q", "Å^{\u22121}"},
                .y = {"intensity per atom", "", report::Scale::logarithmic}};
  if (profile.q.empty()) return figure;
  figure.series.push_back(
      {.name = "strongest of 0.1 Å^{\u22121}", .mark = Mark::points, .x = profile.q, .y = profile.strongest});
  figure.series.push_back({.name = "level of its neighbours", .x = profile.q, .y = profile.level});
  figure.series.push_back(
      {.name = "limit of disorder", .x = profile.q, .y = profile.limit, .dashed = true, .color = 1});
  figure.caption = fmt::format(
      "|\u2211 exp(\u2212iqr)|^{{2}}/N of all {} wave vectors of the cell between 1.2 and 4 Å^{{\u22121}}. In 99 of "
      "100 "
      "disordered structures none lies above the dashed line.",
      analysis.factors.bragg.n_vectors);
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
                        factor_figure(analysis), bragg_figure(analysis), angle_figure(analysis)})
    if (!figure.series.empty()) figures.push_back(std::move(figure));
  return figures;
}

}  // namespace vitrion::present
