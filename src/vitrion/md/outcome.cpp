#include "vitrion/md/outcome.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "vitrion/core/file.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/md/start.hpp"
#include "vitrion/md/thermo_table.hpp"

namespace vitrion::md {
namespace {

namespace fs = std::filesystem;

std::optional<GradeSummary> summarize_grades(const MdOptions& o, const Stage& s) {
  GradeSummary sum;
  sum.table = s.name + ".grades.csv";
  if (!fs::exists(o.folder / sum.table)) return std::nullopt;
  const ThermoTable table(read_file(o.folder / sum.table));
  std::vector<double> grades = table.column("grade");
  if (grades.empty()) return std::nullopt;
  std::sort(grades.begin(), grades.end());
  sum.median = grades[grades.size() / 2];
  sum.highest = grades.back();
  const auto above = grades.end() - std::upper_bound(grades.begin(), grades.end(), o.guard.grade_save);
  sum.share_above = static_cast<double>(above) / static_cast<double>(grades.size());
  return sum;
}

StageSummary summarize(const MdOptions& o, const Stage& s, const Journal& journal) {
  StageSummary sum;
  sum.name = s.name;
  sum.thermo = s.name + ".thermo.csv";
  if (s.dump_every > 0) sum.trajectory = s.name + ".lammpstrj.gz";
  const ThermoTable table(read_file(o.folder / sum.thermo));
  sum.steps = table.last_step();
  sum.potential_energy = table.mean("potential_energy_eV") / static_cast<double>(o.start.size());
  sum.pressure = table.mean("pressure_GPa");
  sum.density = table.mean("density_g_per_cm3");
  if (s.ensemble == Ensemble::minimize) return sum;
  sum.grade = summarize_grades(o, s);
  sum.duration = static_cast<double>(s.steps) * s.timestep;
  sum.temperature = table.mean("temperature_K");
  sum.target = s.temperature_end;
  if (const auto found = journal.displacements.find(s.name); found != journal.displacements.end())
    sum.displacement = found->second;
  const auto framework = sum.displacement.find("");
  if (framework != sum.displacement.end() && s.melt_msd) {
    sum.framework_displacement = framework->second;
    sum.melted = framework->second >= *s.melt_msd;
  }
  sum.displacement.erase("");
  sum.warnings = warnings_of(o, s, sum, journal);
  return sum;
}

void note_melts(const MdOptions& o, RunOutcome& outcome) {
  for (std::size_t k = 0; k < outcome.stages.size(); ++k) {
    const StageSummary& s = outcome.stages[k];
    if (s.melted)
      outcome.notes.push_back(fmt::format(
          "{}: the framework ({}) moved {:.1f} Å² (mean square) from where it began, {} the {:.1f} Å² asked for: {}",
          s.name, join_names(o.framework), *s.framework_displacement, *s.melted ? "more than" : "less than",
          *o.stages[k].melt_msd, *s.melted ? "a melt" : "NOT proved to be a melt; heat longer or hotter"));
  }
}

void note_grades(const MdOptions& o, RunOutcome& outcome) {
  for (const StageSummary& s : outcome.stages)
    if (s.grade)
      outcome.notes.push_back(
          fmt::format("{}: extrapolation grade median {:.3g}, highest {:.3g}, above {:g} at {:.0f} % of the "
                      "looks{}",
                      s.name, s.grade->median, s.grade->highest, o.guard.grade_save, 100 * s.grade->share_above,
                      s.grade->share_above > 0 ? " (kept in " + s.name + ".extrapolating.lammpstrj.gz)" : ""));
}

void note_density(const MdOptions& o, RunOutcome& outcome) {
  if (outcome.stages.empty() || outcome.stages.size() != o.stages.size()) return;
  const double density = outcome.stages.back().density;
  std::string text = fmt::format("density {:.3f} g/cm³", density);
  const bool fixed =
      std::none_of(o.stages.begin(), o.stages.end(), [](const Stage& s) { return s.ensemble == Ensemble::npt; });
  if (fixed) text += " (as given: no stage let the cell change)";
  if (o.experimental_density)
    text += fmt::format(", {:+.1f} % against the experimental {:.3f} g/cm³",
                        100 * (density / *o.experimental_density - 1), *o.experimental_density);
  outcome.notes.push_back(text);
}

// Where the run began in a file of another run, its doubts are this one's.
std::vector<std::string> inherited(const MdOptions& o) {
  return o.start_file ? warnings_beside(o.start_file->file) : std::vector<std::string>{};
}

nlohmann::json warnings_json(const std::vector<StageWarning>& warnings) {
  nlohmann::json list = nlohmann::json::array();
  for (const StageWarning& w : warnings)
    list.push_back({{"code", w.code}, {"message", w.message}, {"lasting", w.lasting}});
  return list;
}

nlohmann::json stage_json(const StageSummary& s) {
  nlohmann::json stage{{"name", s.name},
                       {"steps", s.steps},
                       {"duration_ps", s.duration / units::ps_in_fs},
                       {"pressure_GPa", s.pressure},
                       {"density_g_per_cm3", s.density},
                       {"potential_energy_eV_per_atom", s.potential_energy},
                       {"displacement_A2", s.displacement},
                       {"thermo", s.thermo}};
  if (s.duration > 0) {
    stage["temperature_K"] = s.temperature;
    stage["target_temperature_K"] = s.target;
  }
  if (s.grade)
    stage["extrapolation_grade"] = {{"median", s.grade->median},
                                    {"highest", s.grade->highest},
                                    {"share_above_save", s.grade->share_above},
                                    {"table", s.grade->table}};
  if (!s.trajectory.empty()) stage["trajectory"] = s.trajectory;
  if (s.framework_displacement) stage["framework_displacement_A2"] = *s.framework_displacement;
  if (s.melted) stage["melted"] = *s.melted;
  if (!s.warnings.empty()) stage["warnings"] = warnings_json(s.warnings);
  return stage;
}

}  // namespace

void describe(const MdOptions& o, const Journal& journal, RunOutcome& outcome) {
  for (std::size_t k = 0; k < journal.stage; ++k) outcome.stages.push_back(summarize(o, o.stages[k], journal));
  outcome.inherited_warnings = inherited(o);
  if (const VelocityChoice choice = choose_velocities(o); !choice.note.empty()) outcome.notes.push_back(choice.note);
  note_melts(o, outcome);
  note_grades(o, outcome);
  note_density(o, outcome);
}

std::vector<std::string> RunOutcome::warnings() const {
  std::vector<std::string> list = inherited_warnings;
  if (guard) list.push_back("the guard stopped this run: " + guard->message);
  for (const StageSummary& s : stages)
    for (const StageWarning& w : s.warnings) list.push_back(s.name + ": " + w.message);
  return list;
}

nlohmann::json to_json(const RunOutcome& o) {
  nlohmann::json j;
  const bool finished = o.status == RunOutcome::Status::finished;
  j["status"] = finished ? "finished" : "stopped_by_guard";
  j["lammps"] = VITRION_LAMMPS_VERSION;
  j["notes"] = o.notes;
  j["warnings"] = o.warnings();
  if (!o.inherited_warnings.empty()) j["inherited_warnings"] = o.inherited_warnings;
  j["stages"] = nlohmann::json::array();
  for (const StageSummary& s : o.stages) j["stages"].push_back(stage_json(s));
  if (finished) {
    j["final_structure"] = o.final_structure.filename().string();
    j["final_data"] = o.final_data.filename().string();
  }
  if (o.guard)
    j["guard"] = {{"kind", name_of(o.guard->kind)}, {"stage", o.guard->stage}, {"step", o.guard->step},
                  {"value", o.guard->value},        {"limit", o.guard->limit}, {"message", o.guard->message},
                  {"remedy", o.guard->remedy}};
  return j;
}

}  // namespace vitrion::md
