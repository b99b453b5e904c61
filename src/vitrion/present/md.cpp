#include "vitrion/present/md.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "vitrion/core/units.hpp"
#include "vitrion/present/columns.hpp"
#include "vitrion/report/join.hpp"
#include "vitrion/report/numbers.hpp"

namespace vitrion::present {
namespace {

namespace fs = std::filesystem;
using report::Figure;
using report::Headline;
using report::number;
using report::Section;
using report::Severity;
using report::Table;

constexpr double much_pressure = 1;       // GPa; as in the warnings of a run
constexpr double grade_of_guessing = 10;  // customary limit of reliable extrapolation

std::string name_of(const fs::path& folder) {
  fs::path full = fs::absolute(folder).lexically_normal();
  if (full.filename().empty()) full = full.parent_path();
  return full.filename().string();
}

Table stage_table(const char* id) {
  Table t{.id = id, .title = "Stages", .caption = "Means over the second half of each stage."};
  t.folded = true;
  t.columns = {"run",          "stage",
               "time (ps)",    "T (K)",
               "p (GPa)",      "density (g/cm^{3})",
               "E (eV/atom)",  "displacement (Å^{2})",
               "highest grade"};
  return t;
}

void add_stages(Table& table, const std::string& run, const md::RunOutcome& outcome) {
  for (const md::StageSummary& s : outcome.stages) {
    std::string moved;
    for (const auto& [species, d2] : s.displacement)
      moved += fmt::format("{}{} {:.2f}", moved.empty() ? "" : ", ", species, d2);
    const bool moves = s.duration > 0;
    table.rows.push_back({run, s.name, moves ? fmt::format("{:.4g}", s.duration / units::ps_in_fs) : "–",
                          moves ? fmt::format("{:.0f}", s.temperature) : "–", fmt::format("{:.3f}", s.pressure),
                          fmt::format("{:.3f}", s.density), fmt::format("{:.4f}", s.potential_energy),
                          moved.empty() ? "–" : moved, s.grade ? number(s.grade->highest, 2) : "–"});
  }
}

// What the run ends with is what is measured on.
const md::StageSummary* last_moving(const md::RunOutcome& outcome) {
  const md::StageSummary* last = nullptr;
  for (const md::StageSummary& s : outcome.stages)
    if (s.duration > 0) last = &s;
  return last;
}

// One row, of the last stage: of many runs `join` makes mean and standard deviation at each temperature.
void add_state(Section& section, const char* id, const char* title, const std::string& run,
               const md::RunOutcome& outcome) {
  const md::StageSummary* s = last_moving(outcome);
  if (s == nullptr) return;
  std::string melted = "–";
  for (const md::StageSummary& stage : outcome.stages)
    if (stage.framework_displacement) melted = fmt::format("{:.1f}", *stage.framework_displacement);
  Table t{.id = id,
          .title = title,
          .caption = "Last stage, means over its second half. Pressure: positive where the cell is compressed."};
  t.grouped = true;
  t.columns = {"T asked for (K)", "run", "T (K)", "density (g/cm^{3})", "p (GPa)", "E (eV/atom)"};
  t.rows = {{fmt::format("{:g}", s->target), run, fmt::format("{:.0f}", s->temperature),
             fmt::format("{:.3f}", s->density), fmt::format("{:.2f}", s->pressure),
             fmt::format("{:.4f}", s->potential_energy)}};
  if (melted != "–") {
    t.columns.emplace_back("framework moved in the melt (Å^{2})");
    t.rows.front().push_back(melted);
  }
  section.blocks.emplace_back(std::move(t));
}

// Density and pressure belong together: a cell at the wrong one has the other.
void add_density_headline(Section& section, const std::string& run, const md::RunOutcome& outcome) {
  const md::StageSummary* s = last_moving(outcome);
  if (s == nullptr) return;
  const bool strained = std::abs(s->pressure) > much_pressure;
  Headline h{.question = "At what density and pressure is the glass?",
             .answer = fmt::format("{:.2f} g/cm^{{3}} at {:.1f} GPa", s->density, s->pressure),
             .basis = fmt::format("{}, at {:g} K; of all glasses the one farthest from zero pressure.", run, s->target),
             .severity = strained ? Severity::warning : Severity::neutral,
             .urgency = std::abs(s->pressure)};
  if (strained) h.basis += " It is not the density that the potential itself wants.";
  section.headlines.push_back(std::move(h));
}

void add_notes(Section& section, const std::string& run, const md::RunOutcome& outcome) {
  report::List notes{.items = {}, .title = "Notes of the runs"};
  for (const std::string& note : outcome.notes) notes.items.push_back(run + ": " + note);
  if (!notes.items.empty()) section.blocks.emplace_back(std::move(notes));
  report::List warnings{.items = {}};
  for (const md::StageSummary& s : outcome.stages)
    for (const md::StageWarning& w : s.warnings) warnings.items.push_back(run + ": " + s.name + ": " + w.message);
  for (const std::string& text : outcome.inherited_warnings) warnings.items.push_back(run + ": its start, " + text);
  if (!warnings.items.empty())
    section.blocks.emplace_back(report::Callout{
        .severity = Severity::warning, .title = "Mind when you use these runs", .details = std::move(warnings)});
  if (outcome.guard)
    section.blocks.emplace_back(report::Callout{.severity = Severity::error,
                                                .title = "The guard stopped a run",
                                                .details = {{run + ": " + outcome.guard->message}}});
}

// Whether the potential knew what this run met; nothing where it does not grade itself.
void add_headline(Section& section, const std::string& run, const md::RunOutcome& outcome, const char* what) {
  double highest = 0, above = 0, steps = 0;
  for (const md::StageSummary& s : outcome.stages)
    if (s.grade) {
      highest = std::max(highest, s.grade->highest);
      above += static_cast<double>(s.steps) * s.grade->share_above;
      steps += static_cast<double>(s.steps);
    }
  if (!(steps > 0)) return;
  Headline h{.question = fmt::format("Did {} stay within what the potential knows?", what),
             .answer = "extrapolation grade up to " + number(highest, 2)};
  h.basis = fmt::format("An atom's grade was above the threshold {:.0f} % of the time in {}, where it was highest.",
                        100 * above / steps, run);
  h.severity = highest > grade_of_guessing ? Severity::warning : Severity::neutral;
  h.urgency = highest;
  if (highest > grade_of_guessing)
    h.basis += " Above 10 the potential guesses: label such configurations and train again.";
  section.headlines.push_back(std::move(h));
}

// A column of the thermo tables of a run's stages over time, one after the other.
report::Series over_time(const std::string& run, const fs::path& folder, const md::RunOutcome& outcome,
                         const char* column) {
  report::Series series{.name = run};
  double offset = 0;
  for (const md::StageSummary& s : outcome.stages) {
    if (!(s.duration > 0) || !fs::exists(folder / s.thermo)) continue;
    const Columns csv = read_csv(folder / s.thermo);
    const std::vector<double>& time = csv.starting_with("time");
    const std::vector<double>& values = csv.starting_with(column);
    for (std::size_t i = 0; i < time.size(); ++i) {
      series.x.push_back(offset + time[i] - time.front());
      series.y.push_back(values[i]);
    }
    if (!time.empty()) offset += time.back() - time.front();
  }
  return series;
}

Section run_section(const char* id, const char* state_title, const std::string& heading, const char* what,
                    const md::RunOutcome& outcome, const fs::path& folder) {
  const std::string run = name_of(folder);
  Section section{.heading = heading, .replica = true};
  add_headline(section, run, outcome, what);
  add_state(section, (std::string(id) + "-state").c_str(), state_title, run, outcome);
  Table table = stage_table((std::string(id) + "-stages").c_str());
  add_stages(table, run, outcome);
  section.blocks.emplace_back(std::move(table));
  add_notes(section, run, outcome);
  return section;
}

}  // namespace

Section md_section(const md::RunOutcome& outcome, const fs::path& folder) {
  return run_section("md", "The runs", "Molecular dynamics", "the MD", outcome, folder);
}

Section quench_section(const md::QuenchOutcome& outcome) {
  std::vector<report::Source> replicas;
  for (std::size_t r = 0; r < outcome.replicas.size(); ++r) {
    const md::RunOutcome& run = outcome.replicas[r];
    const fs::path& folder = outcome.folders[r];
    Section section = run_section("quench", "The glasses", "Melt and quench", "melt and quench", run, folder);
    add_density_headline(section, name_of(folder), run);
    Figure temperature{.id = "quench-temperature",
                       .title = "Temperature during melt and quench",
                       .x = {"time", "ps"},
                       .y = {"Temperature", "K"}};
    temperature.series.push_back(over_time(name_of(folder), folder, run, "temperature"));
    Figure energy{.id = "quench-energy",
                  .title = "Potential energy during melt and quench",
                  .x = {"time", "ps"},
                  .y = {"Potential energy", "eV"}};
    energy.series.push_back(over_time(name_of(folder), folder, run, "potential_energy"));
    section.blocks.emplace_back(std::move(temperature));
    section.blocks.emplace_back(std::move(energy));
    replicas.push_back({.study = {}, .name = name_of(folder), .section = std::move(section)});
  }
  return report::merge_replicas(std::move(replicas)).front().section;
}

}  // namespace vitrion::present
