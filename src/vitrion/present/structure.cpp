#include "vitrion/present/structure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "vitrion/core/error.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/present/structure_figures.hpp"

namespace vitrion::present {
namespace {

using namespace structure;
using report::Headline;
using report::Section;
using report::Severity;
using report::Table;

constexpr std::size_t most_clusters = 12;  // a melt has many rare shapes: the common ones tell the story

std::vector<const PairDistribution*> chosen_pairs(const RadialDistributions& rdf, const std::string& pairs) {
  std::vector<const PairDistribution*> list;
  std::string_view rest = pairs;
  while (!trim(rest).empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view entry = trim(rest.substr(0, comma));
    const std::size_t dash = entry.find('-');
    if (dash == std::string_view::npos)
      throw InputError("\"" + std::string(entry) + "\" is not a pair", "Write --pairs P-O,Li-O");
    list.push_back(
        &rdf.of(Species::element(trim(entry.substr(0, dash))), Species::element(trim(entry.substr(dash + 1)))));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  if (list.empty())
    for (const PairDistribution& pair : rdf.pairs) list.push_back(&pair);
  return list;
}

Headline glass_headline(const Analysis& analysis) {
  const OrderReport& order = analysis.order;
  const bool doubtful = !analysis.warnings.empty();
  return {.question = "Is it a glass?",
          .answer = name_of(order.verdict),
          .basis = order.statement + (doubtful ? " Mind the warnings." : ""),
          .severity = order.verdict == Verdict::amorphous     ? (doubtful ? Severity::warning : Severity::good)
                      : order.verdict == Verdict::crystalline ? Severity::error
                                                              : Severity::warning};
}

// Sticks only from network formers to their corners: those of mobile ions hide everything.
report::StructureView view(const Analysis& analysis) {
  report::StructureView v{.id = "structure", .title = "The last frame", .structure = analysis.last};
  v.caption = composition(analysis.last.species) + ".";
  for (const Species& former : analysis.units.network.formers)
    for (const Species& ligand : analysis.units.network.ligands)
      if (const double cutoff = analysis.cutoffs.of(former, ligand); cutoff > 0)
        v.sticks.push_back({former, ligand, cutoff});
  return v;
}

// A radius chosen by hand is reported beside the minimum found.
std::string within_cutoff(const Analysis& analysis, const PairDistribution& pair) {
  const double cutoff = analysis.cutoffs.of(pair.center, pair.neighbor);
  const bool other = !pair.shell || !pair.shell->minimum || std::abs(cutoff - *pair.shell->minimum) > 1e-9;
  return cutoff > 0 && other ? fmt::format("CN {:.2f} within {:.2f} Å", pair.coordination_within(cutoff), cutoff)
                             : std::string();
}

std::vector<std::string> pair_row(const Analysis& analysis, const PairDistribution& pair) {
  std::vector<std::string> row{pair.center.name() + "-" + pair.neighbor.name(), "–", "–", "–", "–", "–"};
  std::string remark = within_cutoff(analysis, pair);
  if (!pair.shell) {
    remark = "no peak stands out of the counting noise" + (remark.empty() ? "" : "; " + remark);
  } else {
    row[1] = fmt::format("{:.3f}", pair.shell->peak);
    row[2] = fmt::format("{:.2f}", pair.shell->height);
    if (pair.shell->minimum) {
      row[3] = fmt::format("{:.2f}", *pair.shell->minimum);
      row[4] = fmt::format("{:.2f}", pair.shell->minimum_height);
      row[5] = fmt::format("{:.2f}", *pair.shell->coordination);
    } else {
      remark = "no minimum within range" + (remark.empty() ? "" : "; " + remark);
    }
  }
  row.push_back(remark);
  return row;
}

Table pair_table(const Analysis& analysis, const std::string& pairs) {
  Table t{.id = "pairs",
          .title = "Pairs",
          .caption =
              "First peak and first minimum of g(r); CN: neighbours of the second species around the first, up "
              "to that minimum."};
  t.columns = {"pair", "peak (Å)", "g at the peak", "minimum (Å)", "g at the minimum", "CN", ""};
  for (const PairDistribution* pair : chosen_pairs(analysis.rdf, pairs)) t.rows.push_back(pair_row(analysis, *pair));
  return t;
}

void add_share(Table& table, const std::string& kind, const std::string& name, double count, double of) {
  table.rows.push_back(
      {kind, name, fmt::format("{:.2f}", count), fmt::format("{:.1f}", of > 0 ? 100 * count / of : 0)});
}

void add_sharing(const NetworkUnits& units, Table& table) {
  for (const auto& [species, row] : units.q)
    for (const auto& [n, count] : row)
      add_share(table, "formers by bridging corners", fmt::format("{} Q^{{{}}}", species.name(), n), count,
                units.formers.at(species));
  for (const auto& [species, row] : units.sharing) {
    double all = 0;
    for (const auto& [n, count] : row) all += count;
    for (const auto& [n, count] : row)
      add_share(table, "ligands by formers bonded to", species.name() + " " + sharing_name(n), count, all);
  }
}

void add_clusters(const NetworkUnits& units, Table& table) {
  std::vector<std::pair<double, std::string>> clusters;
  double all = 0, shown = 0;
  for (const auto& [name, count] : units.clusters) {
    clusters.emplace_back(count, name);
    all += count;
  }
  std::sort(clusters.rbegin(), clusters.rend());
  for (std::size_t k = 0; k < std::min(most_clusters, clusters.size()); ++k) {
    add_share(table, "connected units", clusters[k].second, clusters[k].first, all);
    shown += clusters[k].first;
  }
  if (clusters.size() > most_clusters)
    add_share(table, "connected units", fmt::format("{} rarer ones", clusters.size() - most_clusters), all - shown,
              all);
}

Table network_table(const NetworkUnits& units) {
  Table t{.id = "units",
          .title = "Structural units",
          .caption = fmt::format("Formers {}; mean number per frame, over {} frames. Bonds are pairs nearer than the "
                                 "first minimum of their g(r).",
                                 join_names(units.network.formers, "/"), units.n_frames)};
  t.columns = {"kind", "unit", "per frame", "share (%)"};
  double formers = 0;
  for (const auto& [species, count] : units.formers) formers += count;
  for (const auto& [name, count] : units.polyhedra) add_share(t, "polyhedra", name, count, formers);
  add_sharing(units, t);
  add_clusters(units, t);
  return t;
}

Table lattice_table(const std::vector<LatticeDisorder>& lattice) {
  Table t{.id = "lattice-disorder",
          .title = "Lattice disorder of the last frame",
          .caption = "0: perfect planes, 0.25: random (doi 10.1063/5.0244012)."};
  t.columns = {"species", "periods", "maximum", "minimum", "[100]", "[010]", "[001]"};
  for (const LatticeDisorder& d : lattice)
    t.rows.push_back({d.species.name(), fmt::format("{}, {}, {}", d.axes[0].period, d.axes[1].period, d.axes[2].period),
                      fmt::format("{:.4f}", d.maximum), fmt::format("{:.4f}", d.minimum),
                      fmt::format("{:.4f}", d.along_a), fmt::format("{:.4f}", d.along_b),
                      fmt::format("{:.4f}", d.along_c)});
  return t;
}

}  // namespace

Section structure_section(const Analysis& analysis, const std::string& pairs) {
  Section section{.heading = "The structure", .headlines = {glass_headline(analysis)}};
  section.blocks.emplace_back(report::Paragraph{
      fmt::format("{} atoms ({}), {} frames, volume {:.2f} Å^{{3}}, density {:.3f} g/cm^{{3}}, half cell {:.2f} Å.",
                  analysis.last.size(), composition(analysis.last.species), analysis.rdf.n_frames,
                  analysis.rdf.mean_volume, analysis.density, analysis.rdf.half_cell)});
  section.blocks.emplace_back(report::List{.items = analysis.order.reasons, .title = "Long-range order"});
  std::vector<report::Figure> figures = figures_of(analysis);
  const auto add_figures = [&](std::initializer_list<std::string_view> ids) {
    for (const std::string_view id : ids)
      for (const report::Figure& f : figures)
        if (f.id == id) section.blocks.emplace_back(f);
  };
  // Beside the sentences they show.
  add_figures({"bragg", "structure-factor"});
  section.blocks.emplace_back(view(analysis));
  add_figures({"coordination", "rdf-bonded", "rdf-other"});
  section.blocks.emplace_back(pair_table(analysis, pairs));
  if (!analysis.units.polyhedra.empty()) section.blocks.emplace_back(network_table(analysis.units));
  add_figures({"angles"});
  section.blocks.emplace_back(lattice_table(analysis.lattice));
  if (!analysis.warnings.empty())
    section.blocks.emplace_back(report::Callout{
        .severity = Severity::warning, .title = "Mind when you read these numbers", .details = {analysis.warnings}});
  if (!analysis.notes.empty())
    section.blocks.emplace_back(
        report::Callout{.severity = Severity::info, .title = "Notes", .details = {analysis.notes}});
  return section;
}

}  // namespace vitrion::present
