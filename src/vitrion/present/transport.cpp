#include "vitrion/present/transport.hpp"

#include <fmt/format.h>

#include <cmath>

#include <algorithm>

#include "vitrion/core/units.hpp"
#include "vitrion/present/transport_figures.hpp"
#include "vitrion/report/numbers.hpp"

namespace vitrion::present {
namespace {

using namespace transport;
using report::Callout;
using report::Headline;
using report::Markup;
using report::number;
using report::Section;
using report::Severity;
using report::Table;
using report::with_interval;

constexpr double cm2 = units::A2_per_fs_in_cm2_per_s;

std::string duration(double fs) {
  if (fs < 1e3) return fmt::format("{:.3g} fs", fs);
  if (fs < 1e6) return fmt::format("{:.3g} ps", fs / units::ps_in_fs);
  if (fs < 1e12) return fmt::format("{:.3g} ns", fs / units::ns_in_fs);
  return fmt::format("{:.3g} ms", fs / 1e12);
}

std::string kelvin(const TransportResult& r) {
  return r.temperature ? fmt::format("{:g}", *r.temperature) : std::string("–");
}

// In front of a sentence on one of several temperatures.
std::string at_temperature(const TransportResult& r) {
  return r.temperature ? fmt::format("{:g} K: ", *r.temperature) : std::string();
}

Markup diffusivity_text(const Diffusivity& d) {
  if (d.resolved) return with_interval(d.value() * cm2, d.ci95.low * cm2, d.ci95.high * cm2);
  return std::isfinite(d.upper_bound) ? "< " + number(d.upper_bound * cm2, 2) + " NOT RESOLVED"
                                      : Markup("no bound, NOT RESOLVED");
}

Markup estimate_text(const Estimate& e) {
  if (e.value) return with_interval(*e.value, e.ci95->low, e.ci95->high);
  return e.upper_bound ? "< " + number(*e.upper_bound, 2) : Markup("–");
}

// The lowest temperature at which D* is resolved says most about the battery.
Headline diffusion_headline(const TransportSeries& series) {
  const TransportResult* chosen = nullptr;
  for (const TransportResult& r : series.temperatures)
    if (r.tracer.resolved && chosen == nullptr) chosen = &r;
  const RunMotion& first = series.temperatures.front().runs.front();
  Headline h{.question = "How fast does " + first.species.name() + " move?", .answer = "not resolved"};
  if (chosen == nullptr) {
    h.basis = "No run was long enough to tell diffusion from vibration; the table gives upper bounds.";
    h.severity = Severity::warning;
    return h;
  }
  h.answer = "D^{*} = " + diffusivity_text(chosen->tracer) + " cm^{2}/s";
  h.basis = chosen->temperature
                ? fmt::format("At {:g} K, the lowest temperature resolved; 95 % interval.", *chosen->temperature)
                : std::string("95 % interval.");
  h.severity = chosen->warnings.empty() ? Severity::good : Severity::warning;
  if (!chosen->warnings.empty()) h.basis += " Mind the warnings.";
  return h;
}

Headline barrier_headline(const TransportSeries& series) {
  Headline h{.question = "What barrier does it see?", .answer = "not known"};
  if (!series.fit) {
    h.basis = "Fewer than two temperatures are resolved: no activation energy.";
    h.severity = Severity::warning;
    return h;
  }
  const ArrheniusFit& fit = *series.fit;
  h.answer = "E_{a} = " +
             with_interval(fit.activation_energy, fit.activation_energy_ci95.low, fit.activation_energy_ci95.high) +
             " eV";
  std::string fitted;
  for (const double t : fit.fitted) fitted += fmt::format("{}{:g}", fitted.empty() ? "" : ", ", t);
  h.basis = "Arrhenius line through " + fitted + " K; 95 % interval.";
  h.severity = Severity::good;
  return h;
}

std::string describe(TimeSource source) {
  switch (source) {
    case TimeSource::stated:
      return ", by the times in the file";
    case TimeSource::steps:
      return ", by the MD steps counted in the file and the time step given";
    case TimeSource::places:
      return ", as given: the file has neither times nor steps";
    case TimeSource::none:
      break;
  }
  return "";
}

report::Paragraph what_was_measured(const TransportSeries& series) {
  const RunMotion& first = series.temperatures.front().runs.front();
  const bool by_host = first.frame == ReferenceFrame::host || first.frame == ReferenceFrame::host_mass;
  const std::string of = !by_host ? "" : first.host.empty() ? " of all other atoms" : " of " + join_names(first.host);
  return {fmt::format("Displacements of {} against the {}{}; {} between frames{}.", first.species.name(),
                      describe(first.frame), of, duration(first.tracer.timestep), describe(first.time_source))};
}

Table diffusion_table(const TransportSeries& series) {
  Table t{.id = "diffusion",
          .title = "Diffusion and conductivity",
          .caption = "95 % intervals in brackets. A value that the run is too short for is given as an upper bound."};
  t.columns = {"T (K)",       "D^{*}, tracer (cm^{2}/s)",       "D_{J}, jump (cm^{2}/s)",
               "Haven ratio", "conductivity from D^{*} (S/cm)", "conductivity from D_{J} (S/cm)"};
  for (const TransportResult& r : series.temperatures) {
    t.rows.push_back({kelvin(r), diffusivity_text(r.tracer), diffusivity_text(r.jump), estimate_text(r.haven_ratio),
                      estimate_text(r.conductivity), estimate_text(r.conductivity_jump)});
  }
  if (const std::optional<double> charge = series.temperatures.front().charge)
    t.caption += fmt::format(" Conductivity: Nernst\u2013Einstein, N q^{{2}} D / (V k T), charge {:+g} e.", *charge);
  return t;
}

Table axes_table(const TransportSeries& series) {
  Table t{.id = "diffusion-axes", .title = "Tracer diffusion along the axes (cm^{2}/s)"};
  t.columns = {"T (K)", "along x", "along y", "along z"};
  for (const TransportResult& r : series.temperatures)
    t.rows.push_back(
        {kelvin(r), diffusivity_text(r.axes[0]), diffusivity_text(r.axes[1]), diffusivity_text(r.axes[2])});
  return t;
}

Table fit_table(const TransportSeries& series) {
  Table t{.id = "diffusion-fits",
          .title = "The lines D^{*} comes from",
          .caption = fmt::format("MSD = intercept + 6 D t from the onset to the last lag; hops of {:g} Å. A log-log "
                                 "slope of 1 is diffusion.",
                                 series.temperatures.front().hop_length)};
  t.columns = {
      "T (K)", "onset", "last lag", "intercept (Å^{2})", "log-log slope", "effective hops", "MSD at last lag (Å^{2})"};
  for (const TransportResult& r : series.temperatures) {
    const Diffusivity& d = r.tracer;
    const SlopeFit& fit = d.fits.front();
    const double dt = r.runs.front().tracer.timestep;
    const std::vector<double> msd = mean_msd(r.runs, false);
    t.rows.push_back({kelvin(r), duration(static_cast<double>(fit.line.onset) * dt),
                      duration(static_cast<double>(fit.last_lag) * dt), fmt::format("{:.3g}", fit.line.intercept),
                      d.beta ? fmt::format("{:.2f} ± {:.2f}", d.beta->value, d.beta->deviation) : std::string("–"),
                      number(d.effective_hops), fmt::format("{:.4g}", msd.at(std::min(fit.last_lag, msd.size() - 1)))});
  }
  return t;
}

// "5.2×10^{-6} (4.1 … 6.6)×10^{-6}", also where it is called unresolved: the table compares parts of one whole.
Markup part_text(const Diffusivity& d) {
  return d.ci95.low > 0 ? with_interval(d.value() * cm2, d.ci95.low * cm2, d.ci95.high * cm2)
                        : "< " + number(d.upper_bound * cm2, 2);
}

std::vector<Markup> spread_row(const TransportResult& r) {
  const Spread& s = r.spread;
  std::vector<Markup> row{kelvin(r), "–", "–", "–", "–", "–"};
  if (s.by_run.size() > 1) {
    const auto [low, high] =
        std::minmax_element(s.by_run.begin(), s.by_run.end(),
                            [](const Diffusivity& a, const Diffusivity& b) { return a.value() < b.value(); });
    const double mean = r.tracer.value();
    row[1] = number(low->value() * cm2, 2) + " … " + number(high->value() * cm2, 2);
    row[2] = fmt::format("{:.0f}", 100 * s.deviation_of_runs / mean);
    row[3] = fmt::format("{:.0f}", 100 * s.error_of_runs / mean);
  }
  for (std::size_t half = 0; half < s.by_half.size(); ++half) row[4 + half] = part_text(s.by_half[half]);
  return row;
}

Table spread_table(const TransportSeries& series) {
  Table t{.id = "diffusion-spread", .title = "How much D^{*} differs between runs, and along them"};
  t.columns = {"T (K)",
               "runs, lowest … highest (cm^{2}/s)",
               "their standard deviation (%)",
               "expected of their errors (%)",
               "first half of all runs (cm^{2}/s)",
               "second half (cm^{2}/s)"};
  for (const TransportResult& r : series.temperatures) t.rows.push_back(spread_row(r));
  const RunMotion& first = series.temperatures.front().runs.front();
  t.caption = fmt::format(
      "Runs that differ by more than their errors are of glasses that are not alike; the 95 % intervals of "
      "D^{{*}} hold that. Halves that differ tell of a glass that still changes. Every cell holds {} {}: how "
      "D^{{*}} depends on the size of the cell is not measured here.",
      first.n_ions, first.species.name());
  return t;
}

Table run_table(const TransportSeries& series) {
  Table t{.id = "transport-runs", .title = "Runs"};
  for (const TransportResult& r : series.temperatures) t.folded = t.folded || r.runs.size() > 3;
  t.columns = {"T (K)", "file", "ions", "frames", "length", "continuous by", "drift removed (Å)"};
  for (const TransportResult& r : series.temperatures)
    for (const RunMotion& run : r.runs)
      t.rows.push_back({kelvin(r), run.file, std::to_string(run.n_ions), std::to_string(run.tracer.n_frames),
                        duration(run.tracer.timestep * static_cast<double>(run.tracer.n_frames - 1)), run.unwrapping,
                        fmt::format("{:.3g}", run.drift)});
  return t;
}

Table arrhenius_table(const TransportSeries& series) {
  const ArrheniusFit& fit = *series.fit;
  Table t{.id = "arrhenius-line", .title = "Arrhenius line, D = D_{0} exp(\u2212E_{a}/kT)"};
  t.columns = {"quantity", "value", ""};
  t.rows.push_back(
      {"E_{a} (eV)",
       with_interval(fit.activation_energy, fit.activation_energy_ci95.low, fit.activation_energy_ci95.high), ""});
  t.rows.push_back({"D_{0} (cm^{2}/s)",
                    with_interval(fit.prefactor * cm2, fit.prefactor_ci95.low * cm2, fit.prefactor_ci95.high * cm2),
                    fit.fitted.size() > 2 ? fmt::format("reduced chi-square {:.2f}", fit.chi_square)
                                          : std::string("two temperatures: nothing tests the law")});
  for (const double temperature : series.evaluate_at) {
    const Extrapolation e = fit.at(temperature);
    t.rows.push_back({fmt::format("D^{{*}} at {:g} K (cm^{{2}}/s)", temperature),
                      with_interval(e.value * cm2, e.ci95.low * cm2, e.ci95.high * cm2),
                      e.extrapolated ? "EXTRAPOLATED" : "interpolated"});
    if (const std::optional<Extrapolation> sigma = conductivity_at(series, temperature))
      t.rows.push_back({fmt::format("conductivity from it at {:g} K (S/cm)", temperature),
                        with_interval(sigma->value, sigma->ci95.low, sigma->ci95.high),
                        sigma->extrapolated ? "EXTRAPOLATED" : "interpolated"});
  }
  t.caption = "95 % intervals in brackets.";
  return t;
}

// "D*: why. What would resolve it."
void add_reason(const TransportResult& r, const char* name, const Diffusivity& d, report::List& list) {
  if (d.resolved) return;
  std::string text = fmt::format("{}{}: {}.", at_temperature(r), name, d.reason);
  if (d.needed_run_length > d.run_length && std::isfinite(d.needed_run_length))
    text +=
        fmt::format(" {} of runs would resolve it if {} were at the bound, ten times more if it is a tenth of that.",
                    duration(d.needed_run_length), name);
  list.items.push_back(text);
}

void add_findings(const TransportSeries& series, Section& section) {
  report::List reasons, warnings, notes;
  for (const TransportResult& r : series.temperatures) {
    add_reason(r, "D^{*}", r.tracer, reasons);
    add_reason(r, "D_{J}", r.jump, reasons);
    for (const std::string& text : r.notes) notes.items.push_back(at_temperature(r) + text);
    for (const std::string& text : r.warnings) warnings.items.push_back(at_temperature(r) + text);
  }
  if (series.has_arrhenius() && !series.fit)
    reasons.items.emplace_back("Fewer than two temperatures are resolved: no activation energy.");
  if (series.fit)
    for (const double t : series.fit->broken_bounds)
      warnings.items.push_back(fmt::format(
          "{:g} K: the Arrhenius line lies above the upper bound: the law does not hold down to there.", t));
  if (!reasons.items.empty())
    section.blocks.emplace_back(
        Callout{.severity = Severity::info, .title = "Not resolved", .details = std::move(reasons)});
  if (!notes.items.empty())
    section.blocks.emplace_back(
        Callout{.severity = Severity::info, .title = "How to read these numbers", .details = std::move(notes)});
  if (!warnings.items.empty())
    section.blocks.emplace_back(Callout{
        .severity = Severity::warning, .title = "Mind when you read these numbers", .details = std::move(warnings)});
}

}  // namespace

Section transport_section(const TransportSeries& series) {
  Section section{.heading = "Ion transport"};
  section.headlines = {diffusion_headline(series), barrier_headline(series)};
  section.blocks.emplace_back(what_was_measured(series));
  section.blocks.emplace_back(diffusion_table(series));
  if (series.fit) section.blocks.emplace_back(arrhenius_table(series));
  if (series.has_arrhenius()) section.blocks.emplace_back(arrhenius_figure(series.points, series.fit));
  for (report::Figure& figure : figures_of(series.temperatures)) section.blocks.emplace_back(std::move(figure));
  section.blocks.emplace_back(spread_table(series));
  section.blocks.emplace_back(fit_table(series));
  section.blocks.emplace_back(axes_table(series));
  section.blocks.emplace_back(run_table(series));
  add_findings(series, section);
  return section;
}

std::string calibration_header() {
  return "                                         D*                                                       D_J        "
         "   "
         "                Haven       sigma\n"
         "motion                   ions frames  resolved covers too high too low  bound  mean   width  resolved covers "
         " "
         "bound  mean   covers      covers\n";
}

std::string calibration_row(const CalibrationReport& r) {
  const auto share = [](int n, int of) { return of ? fmt::format("{:.1f}%", 100.0 * n / of) : std::string("-"); };
  const auto covers = [&](const QuantityCalibration& q) { return share(q.resolved.covered, q.resolved.n); };
  const bool moves = r.motion.msd_per_frame > 0;
  const auto ratio = [&](double x, int n) { return moves && n ? fmt::format("{:.3f}", x) : std::string("-"); };
  const QuantityCalibration &d = r.tracer, &j = r.jump;
  return fmt::format(
      "{:<24} {:>4} {:>6}  {:>8} {:>6} {:>8} {:>7} {:>6}  {:>5}  {:>5}  {:>8} {:>6} {:>6}  {:>5}  {:>6}      {:>6}\n",
      r.motion.name, r.motion.n_ions, r.motion.n_frames, share(d.resolved.n, r.walks), covers(d),
      share(d.resolved.above, d.resolved.n), share(d.resolved.below, d.resolved.n), share(d.bounds_held, d.bounds),
      ratio(d.mean_ratio, r.walks), ratio(d.width_over_required(), d.resolved.n), share(j.resolved.n, r.walks),
      covers(j), share(j.bounds_held, j.bounds), ratio(j.mean_ratio, r.walks), covers(r.haven),
      covers(r.conductivity_jump));
}

}  // namespace vitrion::present
