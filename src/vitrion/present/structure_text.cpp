#include "vitrion/present/structure_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "vitrion/core/error.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::present {
namespace {

using namespace structure;

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

std::string pair_table(const Analysis& analysis, const std::string& pairs) {
  std::string text =
      "\nPair distribution (CN: neighbours of the second species around the first, to the minimum)\n"
      "  pair     peak (Å)   g(peak)   minimum (Å)   g(min)      CN\n";
  for (const PairDistribution* pair : chosen_pairs(analysis.rdf, pairs)) {
    text += fmt::format("  {:<7}", pair->center.name() + "-" + pair->neighbor.name());
    if (!pair->shell) {
      text += "  no peak stands out of the counting noise\n";
      continue;
    }
    text += fmt::format("  {:8.3f}  {:8.2f}", pair->shell->peak, pair->shell->height);
    if (pair->shell->minimum) {
      text += fmt::format("  {:12.2f}  {:7.2f}  {:6.2f}\n", *pair->shell->minimum, pair->shell->minimum_height,
                          *pair->shell->coordination);
    } else {
      text += "   none within range\n";
    }
    // A radius chosen by hand is reported beside the minimum found.
    const double cutoff = analysis.cutoffs.of(pair->center, pair->neighbor);
    const bool other = !pair->shell->minimum || std::abs(cutoff - *pair->shell->minimum) > 1e-9;
    if (cutoff > 0 && other)
      text += fmt::format("           within {:.2f} Å: CN {:.2f}\n", cutoff, pair->coordination_within(cutoff));
  }
  return text;
}

std::string share_line(const std::string& name, double count, double of) {
  return fmt::format("  {:<12} {:9.2f}  {:6.1f} %\n", name, count, of > 0 ? 100 * count / of : 0);
}

std::string unit_tables(const NetworkUnits& units) {
  if (units.polyhedra.empty()) return {};
  double formers = 0;
  for (const auto& [species, count] : units.formers) formers += count;
  std::string text = fmt::format("\nPolyhedra of {} (per frame, mean of {} frames)\n",
                                 join_names(units.network.formers, "/"), units.n_frames);
  for (const auto& [name, count] : units.polyhedra) text += share_line(name, count, formers);
  text += "Q^n: formers by number of bridging corners\n";
  for (const auto& [species, row] : units.q)
    for (const auto& [n, count] : row)
      text += share_line(species.name() + " Q" + std::to_string(n), count, units.formers.at(species));
  text += "Anions by number of formers they are bonded to\n";
  for (const auto& [species, row] : units.sharing) {
    double all = 0;
    for (const auto& [n, count] : row) all += count;
    for (const auto& [n, count] : row) text += share_line(species.name() + " " + sharing_name(n), count, all);
  }
  text += "Connected units\n";
  // A melt has many rare shapes: the common ones tell the story, the JSON holds all.
  std::vector<std::pair<double, std::string>> clusters;
  double n_clusters = 0;
  for (const auto& [name, count] : units.clusters) {
    clusters.emplace_back(count, name);
    n_clusters += count;
  }
  std::sort(clusters.rbegin(), clusters.rend());
  for (std::size_t k = 0; k < std::min<std::size_t>(8, clusters.size()); ++k)
    text += share_line(clusters[k].second, clusters[k].first, n_clusters);
  if (clusters.size() > 8) text += fmt::format("  and {} rarer ones\n", clusters.size() - 8);
  return text;
}

std::string order_text(const Analysis& analysis) {
  std::string text = "\nLong-range order\n  " + analysis.order.statement + "\n";
  for (const std::string& reason : analysis.order.reasons) text += "  - " + reason + "\n";
  text +=
      "\nLattice disorder of the last frame (doi 10.1063/5.0244012; 0: perfect planes, 0.25: random)\n"
      "  species   periods      max     min    [100]   [010]   [001]\n";
  for (const LatticeDisorder& d : analysis.lattice)
    text += fmt::format("  {:<7}  {:>2},{:>2},{:>2}   {:7.4f} {:7.4f}  {:7.4f} {:7.4f} {:7.4f}\n", d.species.name(),
                        d.axes[0].period, d.axes[1].period, d.axes[2].period, d.maximum, d.minimum, d.along_a,
                        d.along_b, d.along_c);
  return text;
}

}  // namespace

std::string text_of(const Analysis& analysis, const std::string& pairs) {
  std::string text =
      fmt::format("{} atoms ({}), {} frames, volume {:.2f} Å^3, density {:.3f} g/cm^3, half cell {:.2f} Å\n",
                  analysis.last.size(), composition(analysis.last.species), analysis.rdf.n_frames,
                  analysis.rdf.mean_volume, analysis.density, analysis.rdf.half_cell);
  text += pair_table(analysis, pairs) + unit_tables(analysis.units) + order_text(analysis);
  for (const std::string& note : analysis.notes) text += "Note: " + note + "\n";
  return text;
}

}  // namespace vitrion::present
