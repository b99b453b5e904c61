#include "vitrion/present/windows.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "vitrion/core/units.hpp"
#include "vitrion/report/numbers.hpp"

namespace vitrion::present {
namespace {

using namespace transport;
using report::Headline;
using report::Markup;
using report::Section;
using report::Severity;
using report::Table;
using report::with_interval;

constexpr double unit_of_D = units::A2_per_fs_in_cm2_per_s;

std::string picoseconds(double fs) {
  return fmt::format("{:g}", fs / units::ps_in_fs);
}

std::string share(int n, int of) {
  return of ? fmt::format("{:.1f} %", 100.0 * n / of) : std::string("–");
}

// "94.1 % of 340 ± 1.3": the error is that of counting, windows taken as independent.
std::string covered(const WindowCount& c) {
  if (c.resolved == 0) return "–";
  const double p = static_cast<double>(c.covered) / c.resolved;
  return fmt::format("{:.1f} ± {:.1f} %", 100 * p, 100 * std::sqrt(std::max(p * (1 - p), 0.05 * 0.95) / c.resolved));
}

// Mean width of the intervals over that of a normal interval of the scatter of the values.
std::string width(const WindowCount& c) {
  if (c.resolved < 2) return "–";
  const double mean = c.ratio_sum / c.resolved;
  const double scatter = std::sqrt((c.square_sum - c.resolved * mean * mean) / (c.resolved - 1));
  return fmt::format("{:.2f}", c.width_sum / c.resolved / (2 * 1.96 * scatter));
}

std::vector<Markup> row(const std::string& name, double length, const char* quantity, const WindowCount& c) {
  return {name,
          picoseconds(length),
          quantity,
          std::to_string(c.windows),
          share(c.resolved, c.windows),
          covered(c),
          share(c.above, c.resolved),
          share(c.below, c.resolved),
          share(c.held, c.bounds),
          c.resolved ? fmt::format("{:.3f}", c.ratio_sum / c.resolved) : std::string("–"),
          width(c)};
}

Table table(const std::vector<WindowedResult>& runs) {
  Table t{.id = "windows",
          .title = "Windows against the whole run",
          .caption =
              "Of the windows that resolve the quantity: how often their 95 % interval covered the value of the "
              "whole run, its own interval allowed for; missed above, below. Of the others: how often the upper "
              "bound held. Width: of the intervals, over what the scatter of the values requires."};
  t.columns = {"run",      "window (ps)", "quantity",    "windows",      "resolved", "covers",
               "too high", "too low",     "bound holds", "mean / whole", "width"};
  const std::size_t n_lengths = runs.front().lengths.size();
  for (std::size_t l = 0; l < n_lengths; ++l) {
    WindowCount tracer, jump;
    for (std::size_t r = 0; r < runs.size(); ++r) {
      const WindowComparison& c = runs[r].lengths[l];
      t.rows.push_back(row(std::to_string(r + 1), c.length, "D^{*}", c.tracer));
      tracer += c.tracer;
      jump += c.jump;
    }
    if (runs.size() > 1) t.rows.push_back(row("all", runs.front().lengths[l].length, "D^{*}", tracer));
    t.rows.push_back(row(runs.size() > 1 ? "all" : "1", runs.front().lengths[l].length, "D_{J}", jump));
  }
  return t;
}

Markup value_of(const Diffusivity& d) {
  return d.resolved ? with_interval(d.value() * unit_of_D, d.ci95.low * unit_of_D, d.ci95.high * unit_of_D)
                    : Markup("not resolved");
}

Table whole_runs(const std::vector<WindowedResult>& runs) {
  Table t{.id = "windowed-runs",
          .title = "Whole runs",
          .columns = {"run", "file", "ions", "length (ps)", "D^{*} (cm^{2}/s)", "D_{J} (cm^{2}/s)"}};
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const TransportResult& whole = runs[r].whole;
    t.rows.push_back({std::to_string(r + 1), whole.runs.front().file, std::to_string(whole.runs.front().n_ions),
                      picoseconds(whole.tracer.run_length), value_of(whole.tracer), value_of(whole.jump)});
  }
  return t;
}

Headline headline(const std::vector<WindowedResult>& runs) {
  WindowCount all;
  for (const WindowedResult& run : runs)
    for (const WindowComparison& c : run.lengths) all += c.tracer;
  Headline h{.question = "Do the intervals of D^{*} hold?", .answer = covered(all)};
  h.basis = fmt::format("Of {} windows that resolve D^{{*}} ({} of all), so many cover the whole run's.", all.resolved,
                        share(all.resolved, all.windows));
  const double missing = 0.95 - (all.resolved ? static_cast<double>(all.covered) / all.resolved : 0);
  h.severity = all.resolved == 0 || missing > 0.04 ? Severity::warning : Severity::good;
  if (all.resolved == 0) h.answer = "no window resolves D^{*}";
  return h;
}

report::Paragraph between_runs(const std::vector<WindowedResult>& runs) {
  const SpreadBetween s = spread_between(runs);
  return {
      fmt::format("Between {} runs, D^{{*}} differs by {:.1f} % (one standard deviation) beyond their own errors of "
                  "{:.1f} %: this belongs to the interval of the material, not to that of one run.",
                  s.runs, 100 * s.relative_spread, 100 * s.relative_error)};
}

}  // namespace

Section windows_section(const std::vector<WindowedResult>& runs) {
  Section section{.heading = "Windows of long runs"};
  section.headlines = {headline(runs)};
  section.blocks.emplace_back(table(runs));
  section.blocks.emplace_back(whole_runs(runs));
  if (spread_between(runs).runs > 1) section.blocks.emplace_back(between_runs(runs));
  report::List warnings;
  for (const WindowedResult& run : runs)
    for (const std::string& text : run.whole.warnings)
      warnings.items.push_back(run.whole.runs.front().file + ": " + text);
  if (!warnings.items.empty())
    section.blocks.emplace_back(report::Callout{
        .severity = Severity::warning, .title = "Mind when you read these numbers", .details = std::move(warnings)});
  return section;
}

}  // namespace vitrion::present
