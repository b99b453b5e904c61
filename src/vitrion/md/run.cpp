#include "vitrion/md/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "lammps/lammps_potential.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/folder_lock.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/core/version.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/md/journal.hpp"
#include "vitrion/md/mpi.hpp"
#include "vitrion/md/segment.hpp"
#include "vitrion/md/stage_input.hpp"
#include "vitrion/md/start.hpp"
#include "vitrion/potentials/sum/sum.hpp"

namespace vitrion::md {
namespace {

namespace fs = std::filesystem;

constexpr double patience_seconds = 2;  // for a run that was just killed to be gone

void check(const MdOptions& o) {
  if (o.stages.empty()) throw InputError("a run needs at least one stage");
  if (o.checkpoint_every < 1) throw InputError("checkpoint_every must be at least 1 step");
  std::set<std::string> names;
  for (const Stage& s : o.stages) {
    const auto fail = [&](const std::string& what) { return InputError("stage \"" + s.name + "\": " + what); };
    if (s.name.empty() || s.name.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != std::string::npos)
      throw fail("a name consists of letters, digits, - and _ (it names files)");
    if (!names.insert(s.name).second) throw fail("the name stands twice");
    if (s.steps < 1) throw fail("it needs at least one step");
    if (s.thermo_every < 1) throw fail("thermo output needs an interval of at least one step");
    if (s.dump_every < 0) throw fail("the interval between frames cannot be negative");
    if (s.ensemble == Ensemble::minimize) continue;
    if (!(s.timestep > 0)) throw fail("the time step must be positive (fs)");
    if (!(s.temperature_start > 0) || !(s.temperature_end > 0)) throw fail("temperatures must be positive (K)");
  }
}

// Everything that changes what the files hold. Of the guard, most only decides whether to go on.
std::string key_of(const MdOptions& o) {
  std::string text = fmt::format("{} {} {} {} {} {}\n", version, potentials::content_hash_of(o.potential),
                                 join_names(o.file_species), o.seed, o.checkpoint_every, o.skin);
  text += fmt::format("grades {} {}\n", o.guard.grade_every, o.guard.grade_save);
  if (o.zbl) text += fmt::format("zbl {} {}\n", o.zbl->inner, o.zbl->outer);
  if (o.wall > 0)
    for (const auto& [pair, distance] : o.wall_distances)
      text += fmt::format("wall {} {} {}\n", o.wall, pair, distance);
  for (const Stage& s : o.stages)
    text += fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {}\n", s.name, static_cast<int>(s.ensemble),
                        s.temperature_start, s.temperature_end, s.timestep, s.steps, static_cast<int>(s.thermostat),
                        s.thermostat_time, s.pressure, s.barostat_time, static_cast<int>(s.coupling), s.dump_every,
                        s.thermo_every, s.force_tolerance);
  const auto bytes = [](const auto& m) {
    return std::string_view(reinterpret_cast<const char*>(m.data()),
                            static_cast<std::size_t>(m.size()) * sizeof(double));
  };
  for (const Species& s : o.start.species) text += s.name() + " ";
  text += content_hash(bytes(o.start.positions)) + content_hash(bytes(o.start.cell.matrix())) +
          content_hash(bytes(o.start.velocities));
  return content_hash(text);
}

// The wall begins where the training set ends.
void place_wall(MdOptions& o, const potentials::ModelCard& card) {
  if (!(o.wall > 0)) return;
  for (const auto& [pair, distance] : o.guard.min_distances) o.wall_distances.emplace(pair, distance);
  for (const auto& [pair, distance] : card.min_distances) o.wall_distances.emplace(pair, distance);
}

// A potential that brings its ZBL repulsion gets no second one.
void take_repulsion(MdOptions& o, const potentials::Potential& potential) {
  const std::optional<ZblRange> own = potentials::short_range_in(potential);
  if (!own || !o.zbl) return;
  if (*own != *o.zbl)
    throw InputError(
        Location{o.potential.file.string()},
        fmt::format("brings ZBL from {} to {} Å, not {} to {}", own->inner, own->outer, o.zbl->inner, o.zbl->outer),
        "Leave zbl out of the settings: the potential has it.");
  o.zbl.reset();
}

// A potential that LAMMPS computes by itself runs without `pair_style vitrion`, and alone.
void take_native(MdOptions& o, const potentials::Potential& potential) {
  if (const lammps::Settings* settings = lammps::native_settings(potential)) o.native = *settings;
  const auto fail = [&](const std::string& what, const std::string& remedy) {
    return InputError(Location{o.potential.file.string()}, what, remedy);
  };
  if (o.native && (o.zbl || o.wall > 0))
    throw fail("zbl and wall_eV are laid over potentials that Vitrion computes, not over LAMMPS's own pair styles",
               "Write pair_style: hybrid/overlay ... with the repulsion in it.");
  if (!o.native && !potential.capabilities().neighborhoods)
    throw fail(potential.title() + " cannot run in LAMMPS: a part of it is a pair style of LAMMPS's own",
               "Use that part alone, or evaluate only.");
  if (!o.native && !o.potential.settings.empty())
    throw fail("a potential that Vitrion computes must be a file of its own here",
               "Write its settings to a YAML file.");
}

std::vector<Species> default_framework(const std::vector<Species>& types) {
  const std::set<std::string> mobile{"Li", "Na", "K", "Mg", "Ca", "Zn"};
  std::vector<Species> list;
  for (const Species& s : types)
    if (mobile.count(s.name()) == 0) list.push_back(s);
  return list.empty() ? types : list;
}

// Takes away what a killed run left behind its last restart point.
void tidy(const fs::path& folder, const Journal& journal) {
  fs::create_directories(folder / "state");
  for (const auto& entry : fs::directory_iterator(folder / "state")) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("restart.", 0) == 0 && name != journal.restart) fs::remove(entry.path());
  }
  for (const auto& [name, length] : journal.lengths) {
    if (!fs::exists(folder / name) || fs::file_size(folder / name) < length)
      throw InputError(Location{(folder / name).string()}, "is not what the run left: it was shortened or removed",
                       "Remove the run's folder to start afresh.");
    if (fs::file_size(folder / name) > length) fs::resize_file(folder / name, length);
  }
  fs::remove(folder / "stopped.extxyz");
}

// A table a stage wrote, by the names in its header.
class ThermoTable {
 public:
  explicit ThermoTable(const std::string& text) {
    std::size_t begin = 0;
    while (begin < text.size()) {
      const std::size_t end = text.find('\n', begin);
      std::vector<std::string> cells;
      for (std::size_t at = begin; at < end;) {
        const std::size_t comma = std::min(text.find(',', at), end);
        cells.push_back(text.substr(at, comma - at));
        at = comma + 1;
      }
      rows_.push_back(std::move(cells));
      begin = end + 1;
    }
  }
  std::vector<double> column(const std::string& name) const {
    const auto& names = rows_.front();
    const auto k = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    std::vector<double> values;
    for (std::size_t r = 1; r < rows_.size(); ++r) values.push_back(parse_double(rows_[r].at(k)).value());
    return values;
  }
  // Over the second half of the rows.
  double mean(const std::string& name) const {
    const std::vector<double> values = column(name);
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    return std::accumulate(first, values.end(), 0.0) / static_cast<double>(values.end() - first);
  }
  std::int64_t last_step() const { return parse_integer(rows_.back().front()).value(); }

 private:
  std::vector<std::vector<std::string>> rows_;
};

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
  return sum;
}

void add_notes(const MdOptions& o, RunOutcome& outcome) {
  for (std::size_t k = 0; k < outcome.stages.size(); ++k) {
    const StageSummary& s = outcome.stages[k];
    if (s.melted)
      outcome.notes.push_back(fmt::format(
          "{}: the framework ({}) moved {:.1f} Å² (mean square) from where it began, {} the {:.1f} Å² asked for: {}",
          s.name, join_names(o.framework), *s.framework_displacement, *s.melted ? "more than" : "less than",
          *o.stages[k].melt_msd, *s.melted ? "a melt" : "NOT proved to be a melt; heat longer or hotter"));
  }
  for (const StageSummary& s : outcome.stages)
    if (s.grade)
      outcome.notes.push_back(
          fmt::format("{}: extrapolation grade median {:.3g}, highest {:.3g}, above {:g} at {:.0f} % of the "
                      "looks{}",
                      s.name, s.grade->median, s.grade->highest, o.guard.grade_save, 100 * s.grade->share_above,
                      s.grade->share_above > 0 ? " (kept in " + s.name + ".extrapolating.lammpstrj.gz)" : ""));
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

void write_final(RunContext& context, const Journal& journal, RunOutcome& outcome) {
  const fs::path folder = context.options.folder;
  outcome.final_structure = folder / "final.extxyz";
  outcome.final_data = folder / "final.data";
  if (fs::exists(folder / "summary.json")) return;  // written last
  const Structure s = final_state(context, journal, outcome.final_data);
  if (!context.mpi.is_root()) return;
  io::write_frames(outcome.final_structure, {s});
  write_file_atomically(folder / "summary.json", to_json(outcome).dump(1) + "\n");
}

// What is left of the journal's stage, segment by segment.
std::optional<GuardEvent> run_stage(RunContext& context, Journal& journal) {
  const std::size_t number = journal.stage;
  const Stage& stage = context.options.stages[number];
  const std::int64_t length = stage.ensemble == Ensemble::minimize ? stage.steps : context.options.checkpoint_every;
  Progress progress(context.session, stage.name, stage.steps, "steps", journal.step);
  while (journal.stage == number)
    if (auto stop = run_segment(context, journal, std::min(journal.step + length, stage.steps), progress)) return stop;
  return std::nullopt;
}

// LAMMPS and MPI as they are built here serve one run of a process at a time.
class OnlyRun {
 public:
  OnlyRun() {
    if (running_.test_and_set())
      throw std::logic_error("molecular dynamics runs already in this process: LAMMPS serves one run at a time");
  }
  ~OnlyRun() { running_.clear(); }
  OnlyRun(const OnlyRun&) = delete;
  OnlyRun& operator=(const OnlyRun&) = delete;

 private:
  static inline std::atomic_flag running_;
};

}  // namespace

RunOutcome run_md(const MdOptions& given, const Session& session) {
  const OnlyRun only;
  check(given);
  MdOptions options = given;
  options.start = starting_structure(given);
  const potentials::ModelCard card = potentials::read_card_beside(options.potential);
  place_wall(options, card);
  const auto potential = potentials::load_potential(options.potential, {.species = options.file_species});
  take_repulsion(options, *potential);
  take_native(options, *potential);
  const std::vector<Species> types = lammps_types(options, *potential);
  if (options.framework.empty()) options.framework = default_framework(types);
  const Mpi mpi;
  std::optional<FolderLock> lock;
  if (mpi.is_root()) lock.emplace(options.folder / "state", patience_seconds);
  mpi.barrier();
  Journal journal = Journal::load(options.folder, key_of(options));
  mpi.barrier();
  if (mpi.is_root()) tidy(options.folder, journal);
  mpi.barrier();
  RunContext context{options, types, Guard(options.guard, card.min_distances, types, options.start.species), mpi,
                     session};
  RunOutcome outcome;
  while (journal.stage < options.stages.size() && !outcome.guard) outcome.guard = run_stage(context, journal);
  for (std::size_t k = 0; k < journal.stage; ++k)
    outcome.stages.push_back(summarize(options, options.stages[k], journal));
  add_notes(options, outcome);
  if (outcome.guard)
    outcome.status = RunOutcome::Status::stopped_by_guard;
  else
    write_final(context, journal, outcome);
  return outcome;
}

nlohmann::json to_json(const RunOutcome& o) {
  nlohmann::json j;
  const bool finished = o.status == RunOutcome::Status::finished;
  j["status"] = finished ? "finished" : "stopped_by_guard";
  j["notes"] = o.notes;
  j["stages"] = nlohmann::json::array();
  for (const StageSummary& s : o.stages) {
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
    j["stages"].push_back(std::move(stage));
  }
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
