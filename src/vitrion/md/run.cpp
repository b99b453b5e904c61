#include "vitrion/md/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "lammps/lammps_potential.hpp"
#include "vitrion/core/atomic_file.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/folder_lock.hpp"
#include "vitrion/core/json.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/core/version.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/md/journal.hpp"
#include "vitrion/md/mpi.hpp"
#include "vitrion/md/outcome.hpp"
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
  if (o.start.has_velocities() && choose_velocities(o).draw) text += "velocities drawn\n";
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

// Takes away what a killed run left behind its last restart point. The journal's files are known to be the run's own.
void tidy(const fs::path& folder, const Journal& journal) {
  fs::create_directories(folder / "state");
  remove_unfinished(folder);
  for (const auto& entry : fs::directory_iterator(folder / "state")) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("restart.", 0) == 0 && name != journal.restart) fs::remove(entry.path());
  }
  for (const auto& [name, length] : journal.lengths)
    if (fs::file_size(folder / name) > length) fs::resize_file(folder / name, length);
  fs::remove(folder / "stopped.extxyz");
  if (!fs::exists(folder / "summary.json")) fs::remove(folder / "result.json");  // of a run that the guard stopped
}

// Whoever reads a trajectory of the run finds beside it what to doubt.
void write_result(const fs::path& folder, const RunOutcome& outcome) {
  write_file_atomically(folder / "result.json", json_text(with_header(md_kind, to_json(outcome)), 1) + "\n");
}

void write_final(RunContext& context, const Journal& journal, RunOutcome& outcome) {
  const fs::path folder = context.options.folder;
  outcome.final_structure = folder / "final.extxyz";
  outcome.final_data = folder / "final.data";
  if (fs::exists(folder / "summary.json")) return;  // written last
  const Structure s = final_state(context, journal, outcome.final_data);
  if (!context.mpi.is_root()) return;
  io::write_frames(outcome.final_structure, {s});
  write_result(folder, outcome);
  write_file_atomically(folder / "summary.json", json_text(to_json(outcome), 1) + "\n");
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
  Journal journal = Journal::load(options.folder, key_of(options), options.stages);
  mpi.barrier();
  RunContext context{options, types, Guard(options.guard, card.min_distances, types, options.start.species), mpi,
                     session};
  if (mpi.is_root()) {
    verify_state(context, journal);
    tidy(options.folder, journal);
  }
  mpi.barrier();
  if (const std::string note = choose_velocities(options).note; journal.restart.empty() && !note.empty())
    session.say(note);
  RunOutcome outcome;
  while (journal.stage < options.stages.size() && !outcome.guard) outcome.guard = run_stage(context, journal);
  describe(options, journal, outcome);
  if (outcome.guard) {
    outcome.status = RunOutcome::Status::stopped_by_guard;
    if (mpi.is_root()) write_result(options.folder, outcome);
  } else {
    write_final(context, journal, outcome);
  }
  return outcome;
}

}  // namespace vitrion::md
