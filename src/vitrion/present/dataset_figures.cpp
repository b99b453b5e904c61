#include "vitrion/present/dataset_figures.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "vitrion/core/version.hpp"
#include "vitrion/dataset/reference_energies.hpp"

namespace vitrion::present {
namespace {

using dataset::Coverage;
using dataset::Range;
using report::Figure;
using report::Mark;
using report::Series;
using report::Severity;

std::string subset_of(const Structure& s, const std::string& key) {
  const auto found = s.info.find(key);
  return found == s.info.end() ? "none" : found->second;
}

std::string span(const Range& r, const char* format) {
  const std::string low = fmt::format(fmt::runtime(format), r.low), high = fmt::format(fmt::runtime(format), r.high);
  return low == high ? low : low + " to " + high;
}

Figure energy_figure(const std::vector<Structure>& frames, const Coverage& c) {
  Figure f{.id = "energy-volume", .title = "Energy over volume"};
  f.caption =
      "Energy per atom above a least-squares sum of one energy for each element, so that compositions can stand side "
      "by "
      "side.";
  f.x = {"Volume per atom", "Å^{3}"};
  f.y = {"Energy", "eV/atom"};
  const std::vector<double> reference = dataset::fit_reference_energies(frames, c.contents.species);
  std::map<std::string, Series> subsets;
  for (const Structure& s : frames) {
    if (!s.labels.energy || !s.cell.has_volume()) continue;
    const std::string name = subset_of(s, c.options.subset_key);
    Series& series = subsets[name];
    series.name = name;
    series.mark = Mark::points;
    const auto n = static_cast<double>(s.size());
    series.x.push_back(s.cell.volume() / n);
    series.y.push_back((*s.labels.energy - dataset::reference_energy(s, c.contents.species, reference)) / n);
    series.hover.push_back(composition(s.species));
  }
  for (auto& [name, series] : subsets) f.series.push_back(std::move(series));
  return f;
}

Figure force_figure(const std::vector<Structure>& frames, const Coverage& c) {
  Figure f{.id = "forces", .title = "Forces on atoms"};
  f.caption = "Share of the atoms of each element with a force of this length, in bins that grow in equal ratios.";
  f.x = {"Force", "eV/Å", report::Scale::logarithmic};
  f.y = {"Atoms", "%"};
  constexpr double lowest = 1e-3, ratio = 1.25;
  std::map<Species, std::map<int, double>> bins;
  std::map<Species, double> totals;
  for (const Structure& s : frames) {
    if (!s.labels.has_forces()) continue;
    for (std::size_t i = 0; i < s.size(); ++i) {
      const double force = s.labels.forces.row(static_cast<Eigen::Index>(i)).norm();
      bins[s.species[i]][static_cast<int>(std::floor(std::log(std::max(force, lowest) / lowest) / std::log(ratio)))] +=
          1;
      totals[s.species[i]] += 1;
    }
  }
  for (const Species& species : c.contents.species) {
    if (totals[species] == 0) continue;
    Series series{.name = species.name(), .mark = Mark::line};
    const std::map<int, double>& counts = bins[species];
    for (int k = counts.begin()->first; k <= counts.rbegin()->first; ++k) {
      series.x.push_back(lowest * std::pow(ratio, k + 0.5));
      series.y.push_back(counts.count(k) != 0 ? 100 * counts.at(k) / totals[species] : 0);
    }
    f.series.push_back(std::move(series));
  }
  return f;
}

Figure pair_figure(const Coverage& c) {
  Figure f{.id = "pair-distances", .title = "Distances that are covered"};
  f.caption = fmt::format("Number of pairs in the whole dataset by distance, bins of {:g} Å.", c.options.bin);
  f.x = {"Distance", "Å"};
  f.y = {"Pairs", "", report::Scale::logarithmic};
  for (const dataset::PairCoverage& pair : c.pairs) {
    if (pair.n_pairs == 0) continue;
    Series series{.name = pair.name(), .mark = Mark::line};
    for (std::size_t k = 0; k < pair.histogram.size(); ++k)
      if (pair.histogram[k] > 0) {
        series.x.push_back((static_cast<double>(k) + 0.5) * c.options.bin);
        series.y.push_back(static_cast<double>(pair.histogram[k]));
      }
    f.series.push_back(std::move(series));
  }
  return f;
}

report::Table pair_table(const Coverage& c) {
  report::Table t{.id = "pairs", .title = "Pairs of elements"};
  t.caption = fmt::format("Within {:g} Å, each pair once, periodic images counted.", c.options.cutoff);
  t.columns = {"Pair", "Shortest, Å", "Pairs", "Frames with one"};
  for (const dataset::PairCoverage& pair : c.pairs)
    t.rows.push_back({pair.name(), pair.n_pairs > 0 ? fmt::format("{:.3f}", pair.shortest) : "never met",
                      std::to_string(pair.n_pairs), std::to_string(pair.n_frames)});
  return t;
}

report::Table subset_table(const Coverage& c) {
  report::Table t{.id = "subsets", .title = "Subsets by " + c.options.subset_key};
  t.columns = {"Subset",          "Frames",        "Atoms",           "T, K",           "Density, g/cm^{3}",
               "Energy, eV/atom", "Pressure, GPa", "Force rms, eV/Å", "Force max, eV/Å"};
  for (const auto& [name, subset] : c.subsets) {
    const dataset::Description& d = subset.contents;
    t.rows.push_back({name, std::to_string(d.n_frames), std::to_string(d.n_atoms),
                      subset.temperature ? span(*subset.temperature, "{:.0f}") : "-",
                      d.density.high > 0 ? span(d.density, "{:.2f}") : "-",
                      d.with_energy > 0 ? span(d.energy, "{:.3f}") : "-",
                      d.with_stress > 0 ? span(d.pressure, "{:.1f}") : "-",
                      d.with_forces > 0 ? fmt::format("{:.3f}", d.force_rms) : "-",
                      d.with_forces > 0 ? fmt::format("{:.2f}", d.force_max) : "-"});
  }
  return t;
}

report::Headline pair_headline(const Coverage& c) {
  const std::vector<std::string> missing = c.never_met();
  report::Headline h{.question = "Do all pairs of elements meet?", .answer = "yes"};
  h.basis = fmt::format("Every pair of elements is found within {:g} Å somewhere.", c.options.cutoff);
  h.severity = Severity::good;
  if (missing.empty()) return h;
  h.answer = fmt::format("no: {}", fmt::join(missing, ", "));
  h.basis = fmt::format(
      "Never within {:g} Å in any frame: a potential trained on this learns nothing of how such atoms repel.",
      c.options.cutoff);
  h.severity = Severity::error;
  return h;
}

}  // namespace

report::Report dataset_report(const std::vector<Structure>& frames, const Coverage& c,
                              const std::vector<std::string>& sources) {
  const dataset::Description& d = c.contents;
  report::Report page;
  page.title = "Dataset";
  page.subtitle = fmt::format("{}", fmt::join(sources, ", "));
  page.headlines.push_back({.question = "How large is it?",
                            .answer = fmt::format("{} frames, {} atoms", d.n_frames, d.n_atoms),
                            .basis = fmt::format("{} with energies, {} with forces, {} with stresses.", d.with_energy,
                                                 d.with_forces, d.with_stress)});
  page.headlines.push_back(pair_headline(c));
  report::Section section{.heading = "What it holds"};
  section.blocks.emplace_back(subset_table(c));
  if (d.with_energy > 0) section.blocks.emplace_back(energy_figure(frames, c));
  if (d.with_forces > 0) section.blocks.emplace_back(force_figure(frames, c));
  section.blocks.emplace_back(pair_figure(c));
  section.blocks.emplace_back(pair_table(c));
  page.sections.push_back(std::move(section));
  page.provenance = {{"Program", std::string("Vitrion ") + version}, {"Content of the dataset", d.hash}};
  return page;
}

}  // namespace vitrion::present
