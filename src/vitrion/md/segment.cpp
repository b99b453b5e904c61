#include "vitrion/md/segment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "lammps/headers.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/plain_path.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/md/output.hpp"
#include "vitrion/md/session.hpp"
#include "vitrion/md/stage_input.hpp"
#include "vitrion/md/start.hpp"

namespace vitrion::md {
namespace {

namespace fs = std::filesystem;

double target_at(const Stage& s, std::int64_t step) {
  const double done = s.steps > 0 ? static_cast<double>(step) / static_cast<double>(s.steps) : 0;
  return s.temperature_start + (s.temperature_end - s.temperature_start) * done;
}

// Positions at the beginning of a stage, kept to tell how far atoms went.
fs::path reference_file(const MdOptions& options, const Stage& stage) {
  return options.folder / "state" / (stage.name + ".reference");
}

// A cell as the journal keeps it.
std::array<double, 9> numbers_of(const Cell& cell) {
  std::array<double, 9> numbers{};
  Eigen::Map<Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(numbers.data()) = cell.matrix();
  return numbers;
}

Cell cell_of(const std::array<double, 9>& numbers) {
  return Cell(Matrix3(Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(numbers.data())));
}

void save_reference(const fs::path& file, const Positions& x) {
  write_file_atomically(file,
                        {reinterpret_cast<const char*>(x.data()), static_cast<std::size_t>(x.size()) * sizeof(double)});
}

Positions load_reference(const fs::path& file, Eigen::Index n_atoms) {
  const std::string bytes = read_file(file);
  Positions x(n_atoms, 3);
  if (bytes.size() != static_cast<std::size_t>(x.size()) * sizeof(double))
    throw InputError(Location{file.string()}, "does not belong to this run",
                     "Remove the run's folder to start afresh.");
  std::memcpy(x.data(), bytes.data(), bytes.size());
  return x;
}

// Å^2 by species, against the motion of the centre of mass; "" is the framework.
std::map<std::string, double> displacements(const Structure& end, const Positions& start,
                                            const std::vector<Species>& framework) {
  Positions moved = end.positions - start;
  Vector3 drift = Vector3::Zero();
  double mass = 0;
  for (std::size_t i = 0; i < end.size(); ++i) {
    drift += end.species[i].mass() * moved.row(static_cast<Eigen::Index>(i)).transpose();
    mass += end.species[i].mass();
  }
  moved.rowwise() -= (drift / mass).transpose();
  std::map<std::string, std::pair<double, int>> sums;
  for (std::size_t i = 0; i < end.size(); ++i) {
    const double d2 = moved.row(static_cast<Eigen::Index>(i)).squaredNorm();
    const bool is_framework = std::find(framework.begin(), framework.end(), end.species[i]) != framework.end();
    for (const std::string& name : {end.species[i].name(), std::string()}) {
      if (name.empty() && !is_framework) continue;
      sums[name].first += d2;
      ++sums[name].second;
    }
  }
  std::map<std::string, double> means;
  for (const auto& [name, sum] : sums) means[name] = sum.first / sum.second;
  return means;
}

void flush_to_disk(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const bool flushed = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0) ::close(descriptor);
  if (!flushed) throw std::runtime_error(file.string() + ": cannot be flushed to disk");
}

// Ends LAMMPS's run at its next step once a stop is requested: with a slow potential the steps between two looks take
// long. Of one rank only: several would have to agree on the step.
class StopWatcher {
 public:
  StopWatcher(LammpsSession& lammps, const Mpi& mpi, const Session& session) : timer_(*lammps.lammps().timer) {
    if (mpi.size() > 1) return;
    thread_ = std::thread([this, session] { watch(session); });
  }
  ~StopWatcher() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    ended_.notify_one();
    if (thread_.joinable()) thread_.join();
  }
  StopWatcher(const StopWatcher&) = delete;
  StopWatcher& operator=(const StopWatcher&) = delete;

 private:
  void watch(const Session& session) {
    std::unique_lock lock(mutex_);
    // Again and again: LAMMPS forgets it at the beginning of a run.
    while (!ended_.wait_for(lock, std::chrono::milliseconds(50), [this] { return over_; }))
      if (session.stop_requested()) timer_.force_timeout();
  }

  LAMMPS_NS::Timer& timer_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;  // under mutex_
  std::thread thread_;
};

class Segment {
 public:
  Segment(RunContext& context, Journal& journal, std::int64_t until, Progress& progress)
      : context_(context),
        options_(context.options),
        journal_(journal),
        stage_(options_.stages[journal.stage]),
        from_(journal.step),
        until_(until),
        progress_(progress) {}

  std::optional<GuardEvent> run() {
    begin();
    open_files();
    std::optional<GuardEvent> stop;
    const StopWatcher watcher(session_, context_.mpi, context_.session);
    try {
      stop = stage_.ensemble == Ensemble::minimize ? minimize() : integrate();
    } catch (const lammps::LammpsError& error) {
      stop = context_.guard.from(error, from_ + session_.step() - first_lammps_step_);
    }
    if (stop) {
      save_stopped();
      return stop;
    }
    end();
    return std::nullopt;
  }

 private:
  void begin() {
    if (journal_.restart.empty())
      session_.create(options_.start, context_.types, options_.native && lammps::needs_charges(*options_.native));
    else
      read_restart(session_, options_, journal_);
    const lammps::InputLines input = interaction_commands(options_, context_.types);
    for (const std::string& line : input.lines) session_.command(line);
    if (from_ == 0) {
      session_.command("reset_timestep 0");
      if (begins_to_move() && choose_velocities(options_).draw)
        session_.command(velocity_command(stage_.temperature_start, options_.seed));
    }
    for (const std::string& line : stage_commands(stage_, journal_.stage, from_, options_.seed)) session_.command(line);
    first_lammps_step_ = session_.step();
  }

  // Whether this is the first stage that moves atoms.
  bool begins_to_move() const {
    if (stage_.ensemble == Ensemble::minimize) return false;
    return std::all_of(options_.stages.begin(), options_.stages.begin() + static_cast<std::ptrdiff_t>(journal_.stage),
                       [](const Stage& s) { return s.ensemble == Ensemble::minimize; });
  }

  void open_files() {
    if (!context_.mpi.is_root()) return;
    const auto open = [&](const std::string& name) {
      return std::make_unique<GrowingFile>(options_.folder / name, from_ == 0 ? 0 : journal_.length_of(name));
    };
    thermo_ = open(thermo_name());
    if (from_ == 0) thermo_->write(thermo_header());
    if (stage_.dump_every > 0) dump_ = open(dump_name());
    if (!graded()) return;
    grades_ = open(grades_name());
    if (from_ == 0) grades_->write("step,time_ps,grade,atom\n");
    extrapolating_ = open(extrapolating_name());
  }

  std::string thermo_name() const { return stage_.name + ".thermo.csv"; }
  std::string dump_name() const { return stage_.name + ".lammpstrj.gz"; }
  std::string grades_name() const { return stage_.name + ".grades.csv"; }
  std::string extrapolating_name() const { return stage_.name + ".extrapolating.lammpstrj.gz"; }

  bool graded() const {
    return session_.has_grades() && options_.guard.grade_every > 0 && stage_.ensemble != Ensemble::minimize;
  }

  void advance(std::int64_t steps, bool set_up) {
    session_.command(fmt::format("run {} pre {} post no start 0 stop {}", steps, set_up ? "yes" : "no",
                                 std::max<std::int64_t>(stage_.steps, 1)));
    throw_if_cut_short();
  }

  // What the watcher ended early is no state to look at: the restart file before it is.
  void throw_if_cut_short() const {
    if (context_.mpi.size() == 1 && context_.session.stop_requested()) throw Interrupted();
  }

  // K: atoms may still be as hot as the stage before left them, or the starting structure's velocities say.
  double hottest() const {
    double t = std::max(stage_.temperature_start, stage_.temperature_end);
    if (journal_.stage > 0) t = std::max(t, options_.stages[journal_.stage - 1].temperature_end);
    if (journal_.stage == 0 && from_ == 0) t = std::max(t, session_.thermo("temp"));
    return t;
  }

  std::int64_t next_event(std::int64_t step) const {
    std::int64_t next = until_;
    const std::int64_t grade_every = graded() ? options_.guard.grade_every : 0;
    for (const std::int64_t every : {stage_.thermo_every, stage_.dump_every, options_.guard.every, grade_every})
      if (every > 0) next = std::min(next, (step / every + 1) * every);
    return next;
  }

  std::optional<GuardEvent> integrate() {
    session_.grade_every(options_.guard.grade_every);
    advance(0, true);
    first_cell_ = from_ == 0 ? session_.cell() : cell_of(journal_.stage_cell);
    context_.guard.begin(stage_, from_, hottest(), session_.thermo("pe") + session_.thermo("ke"), first_cell_);
    std::optional<GuardEvent> stop = look(from_, from_ == 0);
    std::int64_t step = from_;
    while (!stop && step < until_) {
      if (context_.mpi.any(context_.session.stop_requested())) throw Interrupted();
      const std::int64_t next = next_event(step);
      advance(next - step, false);
      step = next;
      stop = look(step, true);
      progress_.update(step, fmt::format("{:.0f} K", temperature_));
    }
    return stop;
  }

  std::optional<GuardEvent> minimize() {
    session_.command(fmt::format("minimize 0 {:.10g} {} {}", stage_.force_tolerance, stage_.steps, 20 * stage_.steps));
    throw_if_cut_short();
    context_.guard.begin(stage_, 0, hottest(), session_.thermo("pe"), session_.cell());
    return look(session_.step(), true);
  }

  // Thermo row, frame and guard at a step whose energies LAMMPS has just computed.
  std::optional<GuardEvent> look(std::int64_t step, bool write) {
    temperature_ = session_.thermo("temp");
    const double potential = session_.thermo("pe"), kinetic = session_.thermo("ke");
    const double target = stage_.ensemble == Ensemble::nve ? temperature_ : target_at(stage_, step);
    if (auto stop = context_.guard.check(session_, step, temperature_, potential + kinetic)) return stop;
    if (!write) return std::nullopt;
    const bool last = step == stage_.steps || stage_.ensemble == Ensemble::minimize;
    if (step % stage_.thermo_every == 0 || last) write_thermo(step, target, potential, kinetic);
    const bool dump = stage_.dump_every > 0 && step % stage_.dump_every == 0;
    std::optional<LammpsSession::Graded> grade;
    if (graded() && step % options_.guard.grade_every == 0) grade = session_.highest_grade();
    const bool extrapolates = grade && grade->grade > options_.guard.grade_save;
    if (grade && grades_)
      grades_->write(fmt::format("{},{:.10g},{:.6g},{}\n", step,
                                 static_cast<double>(step) * stage_.timestep / units::ps_in_fs, grade->grade,
                                 grade->id));
    if (step != 0 && !dump && !extrapolates) return std::nullopt;
    Structure frame = session_.gather(context_.types);
    frame.step = step;
    frame.time = static_cast<double>(step) * stage_.timestep;
    if (context_.mpi.is_root()) {
      if (step == 0) save_reference(reference_file(options_, stage_), frame.positions);
      if (dump) dump_->write(dump_frame(frame, context_.types));
      if (extrapolates) extrapolating_->write(dump_frame(frame, context_.types));
    }
    return grade ? context_.guard.check_grade(*grade, step) : std::nullopt;
  }

  void write_thermo(std::int64_t step, double target, double potential, double kinetic) {
    ThermoRow row{step,
                  static_cast<double>(step) * stage_.timestep,
                  temperature_,
                  target,
                  potential,
                  kinetic,
                  0,
                  Matrix3(),
                  session_.cell(),
                  session_.thermo("density"),
                  session_.strongest_force().force};
    row.stress = session_.stress();
    row.pressure = -row.stress.trace() / 3;
    if (thermo_) thermo_->write(thermo_line(row));
  }

  void end() {
    Journal next = journal_;
    const bool stage_ended = until_ == stage_.steps || stage_.ensemble == Ensemble::minimize;
    Structure now = session_.gather(context_.types);
    next.restart = fmt::format("restart.{}.{}", journal_.stage, until_);
    const fs::path state = options_.folder / "state", restart = state / next.restart;
    session_.command(fmt::format("write_restart {}/{}", PlainName(state).text(), next.restart));
    next.stage = stage_ended ? journal_.stage + 1 : journal_.stage;
    next.step = stage_ended ? 0 : until_;
    next.stage_cell = numbers_of(stage_ended ? Cell() : first_cell_);
    if (context_.mpi.is_root()) {
      flush_to_disk(restart);
      next.restart_hash = content_hash_of_file(restart);
      close(*thermo_, thermo_name(), next);
      if (dump_) close(*dump_, dump_name(), next);
      if (grades_) close(*grades_, grades_name(), next);
      if (extrapolating_) close(*extrapolating_, extrapolating_name(), next);
      if (stage_.ensemble != Ensemble::minimize) {
        const fs::path reference = reference_file(options_, stage_);
        if (from_ == 0) next.reference_hash = content_hash_of_file(reference);
        if (stage_ended)
          next.displacements[stage_.name] =
              displacements(now, load_reference(reference, now.positions.rows()), options_.framework);
      }
      if (stage_ended) next.reference_hash.clear();
      next.save(options_.folder);
      if (!journal_.restart.empty()) fs::remove(options_.folder / "state" / journal_.restart);
    }
    context_.mpi.barrier();
    journal_ = next;
  }

  void close(GrowingFile& file, const std::string& name, Journal& next) {
    const std::uintmax_t length = file.close();
    RunningHash& hash = context_.hashes[name];
    if (from_ == 0) hash = RunningHash();
    hash.extend(options_.folder / name, length);
    next.lengths[name] = length;
    next.hashes[name] = hash.digest();
  }

  void save_stopped() {
    const fs::path file = options_.folder / "stopped.extxyz";
    try {
      Structure s = session_.gather(context_.types);
      s.wrapping = Wrapping::unknown;
      s.images.clear();
      if (context_.mpi.is_root()) io::write_frames(file, {s});
    } catch (const std::exception&) {
      // Atoms are missing or not numbers: there is no configuration to save, and the event says why.
    }
  }

 public:
  static void read_restart(LammpsSession& session, const MdOptions& options, const Journal& journal) {
    session.command("box tilt large");
    session.command(fmt::format("read_restart {}/{}", PlainName(options.folder / "state").text(), journal.restart));
  }

 private:
  RunContext& context_;
  const MdOptions& options_;
  Journal& journal_;
  const Stage& stage_;
  std::int64_t from_, until_;
  Progress& progress_;
  LammpsSession session_;
  std::int64_t first_lammps_step_ = 0;
  Cell first_cell_;  // of the stage
  std::unique_ptr<GrowingFile> thermo_, dump_, grades_, extrapolating_;
  double temperature_ = 0;
};

}  // namespace

void verify_state(RunContext& context, const Journal& journal) {
  const fs::path folder = context.options.folder;
  const auto require = [&](const fs::path& file, bool holds, const std::string& what) {
    if (!holds)
      throw InputError(Location{file.string()}, "is not what the run left: " + what,
                       "Put the file back as it was, or remove the run's folder to start afresh.");
  };
  const auto require_file = [&](const fs::path& file) {
    require(file, fs::symlink_status(file).type() == fs::file_type::regular, "it is missing, or a link");
  };
  for (const auto& [name, length] : journal.lengths) {
    const fs::path file = folder / name;
    require_file(file);
    require(file, fs::file_size(file) >= length, "it was shortened");
    RunningHash hash;
    hash.extend(file, length);
    require(file, hash.digest() == journal.hash_of(name), "its content has changed");
    context.hashes.insert_or_assign(name, std::move(hash));
  }
  const auto require_hash = [&](const fs::path& file, const std::string& hash) {
    require_file(file);
    require(file, content_hash_of_file(file) == hash, "its content has changed");
  };
  if (!journal.restart.empty()) require_hash(folder / "state" / journal.restart, journal.restart_hash);
  if (!journal.reference_hash.empty())
    require_hash(reference_file(context.options, context.options.stages[journal.stage]), journal.reference_hash);
}

std::optional<GuardEvent> run_segment(RunContext& context, Journal& journal, std::int64_t until, Progress& progress) {
  return Segment(context, journal, until, progress).run();
}

Structure final_state(RunContext& context, const Journal& journal, const fs::path& data) {
  LammpsSession session;
  Segment::read_restart(session, context.options, journal);
  const lammps::InputLines input = interaction_commands(context.options, context.types);
  for (const std::string& line : input.lines) session.command(line);
  session.command("run 0 post no");
  Structure s = session.gather(context.types);
  s.labels.energy = session.thermo("pe");
  s.labels.energy_kind = EnergyKind::free;
  s.labels.stress = session.stress();
  // Without the kinetic part: labels are derivatives of the energy.
  Matrix3 kinetic = Matrix3::Zero();
  for (std::size_t i = 0; i < s.size(); ++i) {
    const Vector3 v = s.velocities.row(static_cast<Eigen::Index>(i)).transpose();
    kinetic += s.species[i].mass() * units::u_A2_per_fs2_in_eV * v * v.transpose();
  }
  *s.labels.stress += kinetic / s.cell.volume();
  for (Eigen::Index i = 0; i < s.positions.rows(); ++i)
    s.positions.row(i) = s.cell.wrap(s.positions.row(i)).transpose();
  s.wrapping = Wrapping::unknown;
  s.images.clear();
  s.step.reset();
  const fs::path folder = data.has_parent_path() ? data.parent_path() : fs::path(".");
  session.command(fmt::format("write_data {}/{} nocoeff", PlainName(folder).text(), data.filename().string()));
  return s;
}

}  // namespace vitrion::md
