#include "vitrion/present/interface.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "vitrion/core/units.hpp"
#include "vitrion/report/numbers.hpp"

namespace vitrion::present {
namespace {

using namespace interface;
using report::Callout;
using report::Figure;
using report::Headline;
using report::Mark;
using report::Markup;
using report::number;
using report::Section;
using report::Series;
using report::Severity;
using report::Table;
using report::with_interval;

constexpr double area_rate = units::A2_per_fs_in_cm2_per_s;

std::string time_text(double fs) {
  if (!std::isfinite(fs)) return "\u221e";
  if (fs < 1e3) return fmt::format("{:.3g} fs", fs);
  if (fs < 1e6) return fmt::format("{:.3g} ps", fs / units::ps_in_fs);
  return fmt::format("{:.3g} ns", fs / units::ns_in_fs);
}

// A value with its interval, or the bound behind `sign`.
Markup text_of(const Measured& m, double unit, const char* sign = "<") {
  if (m.resolved) return with_interval(m.value * unit, m.ci95.low * unit, m.ci95.high * unit);
  return m.upper_bound > 0 && std::isfinite(m.upper_bound)
             ? fmt::format("{} {} NOT RESOLVED", sign, number(m.upper_bound * unit, 2))
             : std::string("no bound, NOT RESOLVED");
}

Markup text_of(const Along& a) {
  if (!a.measured) return "no ion stays";
  const transport::Diffusivity& d = a.diffusivity;
  if (d.resolved) return with_interval(d.value() * area_rate, d.ci95.low * area_rate, d.ci95.high * area_rate);
  return std::isfinite(d.upper_bound) ? "< " + number(d.upper_bound * area_rate, 2) + " NOT RESOLVED"
                                      : Markup("no bound, NOT RESOLVED");
}

std::string ranges_text(const std::vector<interface::Range>& ranges) {
  std::string text;
  for (const interface::Range& r : ranges)
    text += fmt::format("{}{:.1f}\u2013{:.1f}", text.empty() ? "" : ", ", r.low, r.high);
  return text;
}

Headline crossing_headline(const InterfaceResult& result) {
  Headline h{.question = "Does " + result.ion + " cross the interface?",
             .answer = fmt::format("{:.0f} went all the way", result.crossings)};
  h.basis = fmt::format("Through the transition region, during {}.",
                        time_text(result.timestep * static_cast<double>(result.n_frames - 1)));
  h.severity = result.crossings > 0 ? Severity::neutral : Severity::warning;
  return h;
}

Headline resistance_headline(const InterfaceResult& result) {
  Headline h{.question = "What does the interface resist?", .answer = "not known", .severity = Severity::warning};
  if (result.faces.empty()) {
    h.basis = "A resistance needs a temperature and a transition region.";
    return h;
  }
  const Face& first = result.faces.front();
  h.answer = text_of(first.resistance, 1, ">") + " Ohm cm^{2}";
  h.basis = fmt::format("kT/q^{{2}} \u222b dz/(c D_{{\u22a5}}) from {:.1f} to {:.1f} Å, Nernst\u2013Einstein assumed.",
                        first.range.low, first.range.high);
  if (first.resistance.resolved) h.severity = Severity::good;
  return h;
}

Table region_table(const InterfaceResult& result) {
  Table t{.id = "interface-regions", .title = "Diffusion of " + result.ion + " by region"};
  t.columns = {"region",
               "from\u2013to (Å)",
               "ions",
               "D_{\u2225} (cm^{2}/s)",
               "D_{\u22a5} (cm^{2}/s)",
               "lag of D_{\u22a5}",
               "D_{\u22a5} from survival (cm^{2}/s)"};
  for (const RegionResult& r : result.regions)
    t.rows.push_back({r.name, ranges_text(r.ranges), number(r.ions), text_of(r.along), text_of(r.across_D, area_rate),
                      time_text(static_cast<double>(r.across.lag) * result.timestep),
                      text_of(r.survival_D, area_rate)});
  t.caption =
      "95 % intervals in brackets. D_{\u2225}: MSD of the ions that stay. D_{\u22a5}: from passes between bins, the "
      "harmonic mean over the region. Survival is a second opinion: it takes the region for even, with sharp borders.";
  return t;
}

Table exchange_table(const InterfaceResult& result) {
  Table t{.id = "interface-exchange", .title = "Exchange between regions"};
  t.columns = {"region", "residence time (ps)"};
  if (result.temperature) t.columns.emplace_back("free energy against " + result.regions.front().name + " (eV)");
  for (const RegionResult& r : result.regions) t.columns.push_back("to " + r.name);
  for (std::size_t i = 0; i < result.regions.size(); ++i) {
    const RegionResult& r = result.regions[i];
    std::vector<Markup> row{r.name, text_of(r.residence, 1 / units::ps_in_fs, ">")};
    if (result.temperature)
      row.push_back(i == 0 ? Markup("0")
                    : r.free_energy.resolved
                        ? with_interval(r.free_energy.value, r.free_energy.ci95.low, r.free_energy.ci95.high)
                        : Markup("NOT RESOLVED"));
    for (std::size_t j = 0; j < result.regions.size(); ++j)
      row.push_back(i == j ? Markup("\u2013") : fmt::format("{:.0f}", result.exchanges[i][j]));
    t.rows.push_back(std::move(row));
  }
  t.caption = fmt::format(
      "Counts are of ions that went {:g} Å beyond the border. {:.0f} went all the way from one region to another "
      "through "
      "the transition. The free energy is \u2212kT ln of the density: that of the cell that was built, unless ions "
      "exchange.",
      result.margin, result.crossings);
  return t;
}

Table face_table(const InterfaceResult& result) {
  Table t{.id = "interface-resistance", .title = "Resistance of the interface"};
  t.columns = {"from\u2013to (Å)", "passes where fewest", "R (Ohm cm^{2})"};
  for (const Face& f : result.faces)
    t.rows.push_back({fmt::format("{:.1f}\u2013{:.1f}", f.range.low, f.range.high), number(f.passes),
                      text_of(f.resistance, 1, ">")});
  t.caption =
      "kT/q^{2} \u222b dz/(c D_{\u22a5}) over the transition region. Nernst\u2013Einstein is assumed: ions that "
      "move together, and electrons, are not in it.";
  return t;
}

Figure profile_figure(const InterfaceResult& result, std::string id, std::string title, report::Axis y,
                      const std::vector<const Profile*>& profiles, std::string caption) {
  Figure figure{.id = std::move(id),
                .title = std::move(title),
                .caption = std::move(caption),
                .x = {.label = "along the normal", .unit = "Å"},
                .y = std::move(y)};
  int color = 0;
  for (const Profile* p : profiles) {
    if (p->value.empty()) continue;
    Series band{.name = "", .mark = Mark::band, .x = result.profiles.center, .color = color};
    band.low = p->low;
    band.high = p->high;
    figure.series.push_back(std::move(band));
    figure.series.push_back({.name = p->name, .x = result.profiles.center, .y = p->value, .color = color++});
  }
  for (const RegionResult& r : result.regions)
    for (const interface::Range& range : r.ranges)
      figure.annotations.push_back({.kind = report::AnnotationKind::vertical_line, .x = range.low, .text = r.name});
  return figure;
}

// D of every bin: points with error bars, bounds apart.
Figure diffusivity_figure(const InterfaceResult& result) {
  Figure figure{.id = "interface-diffusion",
                .title = "D across, bin by bin",
                .caption = "Error bars: 95 %.",
                .x = {.label = "along the normal", .unit = "Å"},
                .y = {"D_{\u22a5}", "cm^{2}/s", report::Scale::logarithmic}};
  Series resolved{.name = "resolved", .mark = Mark::points, .color = 0};
  Series bounds{.name = "upper bound", .mark = Mark::points, .color = 3};
  const double unit = area_rate / result.timestep;
  for (std::size_t g = 0; g < result.across.gaps.size(); ++g) {
    const Measured& d = result.across.gaps[g].diffusivity;
    const double z = result.across.nodes.nodes.position[g] + 0.5 * result.across.nodes.nodes.width(g);
    if (!d.resolved && !(d.upper_bound > 0 && std::isfinite(d.upper_bound))) continue;
    Series& series = d.resolved ? resolved : bounds;
    series.x.push_back(z);
    series.y.push_back((d.resolved ? d.value : d.upper_bound) * unit);
    if (!d.resolved) continue;
    series.low.push_back(d.ci95.low * unit);
    series.high.push_back(d.ci95.high * unit);
  }
  for (Series* s : {&resolved, &bounds})
    if (!s->x.empty()) figure.series.push_back(std::move(*s));
  return figure;
}

Figure lag_figure(const InterfaceResult& result) {
  Figure figure{.id = "interface-lags",
                .title = "D across against the lag",
                .caption =
                    "Error bars: 95 %. The value given is that of the shortest lag that all later ones agree "
                    "with; bins of finite width alone change D by up to a tenth at long lags.",
                .x = {"lag", "ps", report::Scale::logarithmic},
                .y = {"D_{\u22a5}", "cm^{2}/s", report::Scale::logarithmic}};
  const double unit = area_rate / result.timestep;
  int color = 0;
  for (const RegionResult& r : result.regions) {
    Series s{.name = r.name, .mark = Mark::points, .color = color++};
    for (const AtLag& l : r.across.lags) {
      s.x.push_back(static_cast<double>(l.lag) * result.timestep / units::ps_in_fs);
      s.y.push_back(l.value * unit);
      s.low.push_back(l.ci95.low * unit);
      s.high.push_back(l.ci95.high * unit);
    }
    if (!s.x.empty()) figure.series.push_back(std::move(s));
  }
  return figure;
}

Figure survival_figure(const InterfaceResult& result) {
  Figure figure{.id = "interface-survival",
                .title = "Ions that stay in a region",
                .caption = "Share of those in it that have not left it after a time.",
                .x = {"time", "ps", report::Scale::logarithmic},
                .y = {.label = "survival probability", .unit = "", .minimum = 0, .maximum = 1}};
  for (const RegionResult& r : result.regions) {
    Series s{.name = r.name, .x = {}, .y = r.survival};
    for (const double lag : r.survival_lag) s.x.push_back(lag / units::ps_in_fs);
    if (!s.x.empty()) figure.series.push_back(std::move(s));
  }
  return figure;
}

void add_figures(const InterfaceResult& result, Section& section) {
  const Profiles& p = result.profiles;
  std::vector<const Profile*> densities, stresses;
  for (const Profile& q : p.density) densities.push_back(&q);
  for (const Profile& q : p.stress) stresses.push_back(&q);
  const std::string blocks = fmt::format(
      "Band: 95 % interval of the mean over the run, from blocks of {} frames; lines: "
      "where regions begin.",
      p.n_samples);
  const auto add = [&](Figure figure) {
    if (!figure.series.empty()) section.blocks.emplace_back(std::move(figure));
  };
  add(profile_figure(result, "interface-density", "Number density",
                     {.label = "density", .unit = "Å^{\u22123}", .minimum = 0}, densities, blocks));
  add(diffusivity_figure(result));
  add(lag_figure(result));
  add(survival_figure(result));
  add(profile_figure(result, "interface-distance", fmt::format("Nearest {} of a {}", result.ion, result.ion),
                     {.label = "distance", .unit = "Å"}, {&p.ion_distance}, blocks));
  add(profile_figure(result, "interface-coordination", "Coordination of " + result.ion,
                     {.label = "neighbors", .unit = "", .minimum = 0}, {&p.ion_coordination, &p.anion_coordination},
                     blocks));
  add(profile_figure(result, "interface-valence", "Bond-valence sum of " + result.ion,
                     {.label = "valence", .unit = "e", .minimum = 0}, {&p.bond_valence},
                     blocks + " Parameters of Brese and O'Keeffe (1991)."));
  add(profile_figure(result, "interface-order", "Lateral order of " + result.ion,
                     {.label = "strongest peak", .unit = "", .minimum = 0}, {&p.lateral_order},
                     blocks + " 1: all ions of a bin in phase; 0: at random."));
  add(profile_figure(result, "interface-stress", "Stress", {.label = "stress", .unit = "GPa"}, stresses,
                     blocks + " Tension positive."));
}

void add_reasons(const InterfaceResult& result, Section& section) {
  report::List reasons, warnings, notes;
  for (const RegionResult& r : result.regions) {
    if (!r.along.measured)
      reasons.items.push_back(r.name + ", D_{\u2225}: no ion stays in it long enough.");
    else if (!r.along.diffusivity.resolved)
      reasons.items.push_back(r.name + ", D_{\u2225}: " + r.along.diffusivity.reason + ".");
    if (!r.across_D.resolved) reasons.items.push_back(r.name + ", D_{\u22a5}: " + r.across_D.reason + ".");
    if (!r.survival_D.resolved)
      reasons.items.push_back(r.name + ", D_{\u22a5} from survival: " + r.survival_D.reason + ".");
    if (!r.residence.resolved) reasons.items.push_back(r.name + ", residence time: " + r.residence.reason + ".");
    if (result.temperature && !r.free_energy.resolved)
      reasons.items.push_back(r.name + ", free energy: " + r.free_energy.reason + ".");
  }
  for (const Face& f : result.faces)
    if (!f.resistance.resolved)
      reasons.items.push_back(fmt::format("resistance from {:.1f} Å: {}.", f.range.low, f.resistance.reason));
  for (const std::string& text : result.notes) notes.items.push_back(text);
  for (const std::string& text : result.warnings) warnings.items.push_back(text);
  const auto add = [&](Severity severity, const char* title, report::List list) {
    if (!list.items.empty())
      section.blocks.emplace_back(Callout{.severity = severity, .title = title, .details = std::move(list)});
  };
  add(Severity::info, "Not resolved", std::move(reasons));
  add(Severity::info, "How to read these numbers", std::move(notes));
  add(Severity::warning, "Mind when you read these numbers", std::move(warnings));
}

}  // namespace

Section interface_section(const InterfaceResult& result) {
  Section section{.heading = "Interface"};
  section.headlines = {crossing_headline(result), resistance_headline(result)};
  section.blocks.emplace_back(report::Paragraph{
      fmt::format("{}: {} {}, {} frames, {}{}. Regions {}.", result.file, result.n_ions, result.ion, result.n_frames,
                  time_text(result.timestep * static_cast<double>(result.n_frames - 1)),
                  result.temperature ? fmt::format(", {:g} K", *result.temperature) : std::string(),
                  result.regions_given ? "as given" : "found from the density of the host")});
  section.blocks.emplace_back(region_table(result));
  section.blocks.emplace_back(exchange_table(result));
  if (!result.faces.empty()) section.blocks.emplace_back(face_table(result));
  add_figures(result, section);
  add_reasons(result, section);
  return section;
}

Table coverage_table(const std::vector<CoverageReport>& reports, int runs) {
  Table t{.id = "interface-coverage", .title = fmt::format("How often 95 % intervals held, {} runs a case", runs)};
  t.columns = {"motion",      "quantity",        "region",   "resolved (%)", "covers (%)", "too high (%)",
               "too low (%)", "bound holds (%)", "no bound", "mean/truth",   "width"};
  const auto share = [](int n, int of) { return of > 0 ? fmt::format("{:.1f}", 100.0 * n / of) : std::string("–"); };
  for (const CoverageReport& report : reports)
    for (const CoverageRow& r : report.rows)
      t.rows.push_back({report.motion, r.quantity, r.region, share(r.resolved, report.runs),
                        share(r.covered, r.resolved), share(r.above, r.resolved), share(r.below, r.resolved),
                        share(r.held, r.bounds), std::to_string(r.unbounded),
                        r.resolved > 0 && r.mean_ratio != 0 ? fmt::format("{:.3f}", r.mean_ratio) : std::string("–"),
                        r.width_over_required > 0 ? fmt::format("{:.2f}", r.width_over_required) : std::string("–")});
  t.caption = "Width: mean width of the intervals over that of normal intervals of the estimates' true spread.";
  return t;
}

}  // namespace vitrion::present
