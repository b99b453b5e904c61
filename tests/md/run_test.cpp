// Runs in stages: what they write, that they resume exactly, and that the guard stops them.
#include "vitrion/md/run.hpp"
#include "vitrion/md/mpi.hpp"
#include "vitrion/potentials/mtp/moment_levels.hpp"
#include "vitrion/potentials/mtp/mtp_file.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "lammps/lammps_potential.hpp"
#include "md/oxides.hpp"
#include "program.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::md {
namespace {

namespace fs = std::filesystem;

Stage stage(const std::string& name, Ensemble ensemble, std::int64_t steps, double temperature) {
  Stage s;
  s.name = name;
  s.ensemble = ensemble;
  s.steps = steps;
  s.timestep = 0.5;
  s.temperature_start = s.temperature_end = temperature;
  return s;
}

// A repulsive fluid of Mg, V and O: fast, and any two atoms interact.
MdOptions fluid(const std::vector<Stage>& stages) {
  MdOptions o;
  o.potential = zbl_file();
  o.start = random_oxide(60, 21);
  o.folder = o.potential.file.parent_path() / "run";
  Stage minimize;
  minimize.name = "minimize";
  minimize.ensemble = Ensemble::minimize;
  minimize.steps = 200;
  o.stages = {minimize};
  o.stages.insert(o.stages.end(), stages.begin(), stages.end());
  o.checkpoint_every = 50;
  return o;
}

// The same fluid for the program: a folder with zbl.yaml, start.extxyz and run.yaml, which ends with `settings`.
fs::path fluid_folder(std::uint64_t seed, const std::string& settings) {
  const fs::path folder = fs::path(zbl_file()).parent_path();
  io::write_frames(folder / "start.extxyz", {random_oxide(60, seed)});
  std::ofstream(folder / "run.yaml") << "potential: zbl.yaml\nstructure: start.extxyz\n" << settings;
  return folder;
}

// Runs until it is told to stop.
const char* const endless = R"(checkpoint_steps: 100
stages:
  - {name: hot, ensemble: nvt, temperature_K: 2000, steps: 1000000, timestep_fs: 0.5}
guard: {max_force_eV_per_A: 1e9, temperature_margin_K: 1e9}
)";

std::vector<double> column(const fs::path& file, const std::string& name) {
  const std::string text = read_file(file);
  std::vector<double> values;
  std::size_t k = 0, begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    std::vector<std::string> cells{""};
    for (const char c : text.substr(begin, end - begin)) {
      if (c == ',')
        cells.emplace_back();
      else
        cells.back().push_back(c);
    }
    if (begin == 0)
      k = static_cast<std::size_t>(std::find(cells.begin(), cells.end(), name) - cells.begin());
    else
      values.push_back(parse_double(cells.at(k)).value());
    begin = end + 1;
  }
  return values;
}

double mean(const std::vector<double>& x, std::size_t from = 0) {
  double sum = 0;
  for (std::size_t i = from; i < x.size(); ++i) sum += x[i];
  return sum / static_cast<double>(x.size() - from);
}

double spread(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += (v - mean(x)) * (v - mean(x));
  return std::sqrt(sum / static_cast<double>(x.size()));
}

TEST(RunMd, WritesEveryFrameOnceUnwrappedAndInOrder) {
  Stage hot = stage("hot", Ensemble::nvt, 120, 3000);
  hot.dump_every = 15;
  hot.thermo_every = 20;
  const MdOptions o = fluid({hot});
  const RunOutcome outcome = run_md(o);
  ASSERT_EQ(outcome.status, RunOutcome::Status::finished);

  const std::vector<Structure> frames = io::read_frames(o.folder / "hot.lammpstrj.gz");
  ASSERT_EQ(frames.size(), 9u);
  for (std::size_t f = 0; f < frames.size(); ++f) {
    EXPECT_EQ(frames[f].step, static_cast<std::int64_t>(15 * f));
    ASSERT_TRUE(frames[f].time);
    EXPECT_NEAR(*frames[f].time, 7.5 * static_cast<double>(f), 1e-9);
    EXPECT_EQ(frames[f].wrapping, Wrapping::unwrapped);
    EXPECT_EQ(composition(frames[f].species), composition(o.start.species));
    ASSERT_EQ(frames[f].ids.size(), 60u);
    for (std::size_t i = 0; i < 60; ++i) ASSERT_EQ(frames[f].ids[i], static_cast<std::int64_t>(i) + 1);
    if (f == 0) continue;
    EXPECT_LT((frames[f].positions - frames[f - 1].positions).cwiseAbs().maxCoeff(), 2.0);
  }
  const std::vector<double> steps = column(o.folder / "hot.thermo.csv", "step");
  EXPECT_EQ(steps, (std::vector<double>{0, 20, 40, 60, 80, 100, 120}));

  // The displacement reported is that of the trajectory, about the centre of mass.
  Positions moved = frames.back().positions - frames.front().positions;
  Vector3 drift = Vector3::Zero();
  double mass = 0, mg = 0, n_mg = 0;
  for (std::size_t i = 0; i < 60; ++i) {
    drift += o.start.species[i].mass() * moved.row(static_cast<Eigen::Index>(i)).transpose();
    mass += o.start.species[i].mass();
  }
  EXPECT_LT((drift / mass).norm(), 1e-5) << "momentum must be zero";
  for (std::size_t i = 0; i < 60; ++i)
    if (o.start.species[i].name() == "Mg") {
      mg += moved.row(static_cast<Eigen::Index>(i)).squaredNorm();
      ++n_mg;
    }
  EXPECT_NEAR(outcome.stages[1].displacement.at("Mg"), mg / n_mg, 1e-4);

  const Structure last = io::read_frames(outcome.final_structure).front();
  EXPECT_TRUE(last.has_velocities());
  for (std::size_t i = 0; i < 60; ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    const Vector3 d = last.cell.minimum_image((last.positions.row(row) - frames.back().positions.row(row)).transpose());
    EXPECT_LT(d.norm(), 1e-6);
  }
}

// kill -9 at many moments, with half-written files added for good measure: every byte ends up as in one go.
TEST(RunMd, KilledAndResumedRunEqualsAnUninterruptedOne) {
  const fs::path folder = fluid_folder(22, R"(checkpoint_steps: 60
guard: {density_ratio: [0.5, 2]}
stages:
  - {name: minimize, ensemble: minimize, steps: 100}
  - {name: melt, ensemble: nvt, temperature_K: 3000, steps: 300, timestep_fs: 0.5, dump_steps: 20}
  - {name: quench, ensemble: npt, temperature_K: [3000, 600], steps: 900, timestep_fs: 0.5, dump_steps: 25, pressure_GPa: 40}
  - {name: rest, ensemble: nvt, temperature_K: 600, steps: 600, timestep_fs: 0.5, dump_steps: 25, thermostat: langevin}
)");
  const std::string in_folder = "cd " + folder.string() + " && ";
  const test::Run whole = test::run_program(in_folder + "vitrion md run.yaml output=whole --threads 1");
  ASSERT_EQ(whole.exit_code, 0) << whole.output;
  const test::Run pieces = test::run_program(in_folder + R"(
for pause in 0.15 0.25 0.3 0.35 0.4 0.45 0.5; do
  timeout -s KILL $pause $VITRION_PROGRAM md run.yaml output=pieces --threads 1
  for file in pieces/*.csv pieces/*.gz; do [ -f $file ] && echo rubbish >> $file; done
done
vitrion md run.yaml output=pieces --threads 1)");
  ASSERT_EQ(pieces.exit_code, 0) << pieces.output;
  EXPECT_NE(pieces.output.find("Killed"), std::string::npos) << "no run was killed: the test shows nothing";
  int compared = 0;
  for (const auto& entry : fs::directory_iterator(folder / "whole")) {
    if (!entry.is_regular_file()) continue;
    const fs::path other = folder / "pieces" / entry.path().filename();
    EXPECT_EQ(read_file(entry.path()), read_file(other)) << entry.path();
    ++compared;
  }
  EXPECT_EQ(compared, 11);  // four tables, three trajectories, final.extxyz, final.data, result.json, summary.json
}

// Two and four ranks follow the trajectory of one as long as rounding has not grown into chaos.
TEST(RunMd, RanksDoNotChangeTheTrajectory) {
  const fs::path folder = fluid_folder(23, R"(checkpoint_steps: 10
stages:
  - {name: minimize, ensemble: minimize, steps: 20}
  - {name: hot, ensemble: nvt, temperature_K: 2000, steps: 40, timestep_fs: 0.5, dump_steps: 5}
)");
  const std::string start = "cd " + folder.string() + " && ";
  const std::string mpirun = test::source("tests/md/mpirun.sh").string();
  ASSERT_EQ(test::run_program(start + "vitrion md run.yaml output=1").exit_code, 0);
  const Structure one = io::read_frames(folder / "1" / "final.extxyz").front();
  for (const char* ranks : {"2", "4"}) {
    const test::Run run =
        test::run_program(start + mpirun + " " + ranks + " $VITRION_PROGRAM md run.yaml output=" + ranks);
    ASSERT_EQ(run.exit_code, 0) << run.output;
    const Structure many = io::read_frames(folder / ranks / "final.extxyz").front();
    EXPECT_LT((many.positions - one.positions).cwiseAbs().maxCoeff(), 1e-8);
    EXPECT_LT((many.labels.forces - one.labels.forces).cwiseAbs().maxCoeff(), 1e-6);
  }
}

TEST(RunMd, SigtermStopsSoonAndKeepsTheLastRestartPoint) {
  const fs::path folder = fluid_folder(24, endless);
  // The signal comes once the first restart point is on disk, however long the start took (a minute at most).
  const test::Run run = test::run_program("cd " + folder.string() +
                                          "; $VITRION_PROGRAM md run.yaml --threads 1 & p=$!; n=0; "
                                          "while [ ! -e md/state/journal.json ] && [ $n -lt 600 ]; do n=$((n+1)); "
                                          "sleep 0.1; done; kill -TERM $p; wait $p");
  EXPECT_NE(run.output.find("stopped on request"), std::string::npos) << run.output;
  const auto journal = nlohmann::json::parse(read_file(folder / "md" / "state" / "journal.json"));
  EXPECT_GE(journal.at("step").get<int>(), 100);
}

TEST(RunMd, ThermostatsHoldTheirTemperature) {
  for (const Thermostat thermostat : {Thermostat::nose_hoover, Thermostat::langevin}) {
    Stage warm = stage("warm", Ensemble::nvt, 3000, 1500);
    warm.thermostat = thermostat;
    warm.thermostat_time = 20;
    MdOptions o = fluid({warm});
    o.checkpoint_every = 1000;
    const RunOutcome outcome = run_md(o);
    const std::vector<double> t = column(o.folder / "warm.thermo.csv", "temperature_K");
    // 177 degrees of freedom: the temperature fluctuates by 160 K, its mean over the run by far less.
    EXPECT_NEAR(mean(t, t.size() / 3), 1500, 60);
    EXPECT_NEAR(outcome.stages.back().temperature, mean(t, t.size() / 2), 1e-6);
  }
}

TEST(RunMd, RampFollowsItsTargetAcrossRestartPoints) {
  Stage cool = stage("cool", Ensemble::nvt, 2000, 3000);
  cool.temperature_end = 1000;
  cool.thermostat_time = 20;
  const MdOptions o = fluid({cool});
  run_md(o);
  const std::vector<double> target = column(o.folder / "cool.thermo.csv", "target_temperature_K");
  const std::vector<double> t = column(o.folder / "cool.thermo.csv", "temperature_K");
  EXPECT_EQ(target.front(), 3000);
  EXPECT_EQ(target[100], 2000);
  EXPECT_EQ(target.back(), 1000);
  double late = 0;
  for (std::size_t i = 50; i < t.size(); ++i) late += t[i] / target[i];
  EXPECT_NEAR(late / static_cast<double>(t.size() - 50), 1, 0.08);
}

TEST(RunMd, BarostatReachesItsPressure) {
  Stage press = stage("press", Ensemble::npt, 3000, 1500);
  press.pressure = 60;
  press.thermostat_time = 20;
  press.barostat_time = 100;
  MdOptions o = fluid({press});
  o.checkpoint_every = 1000;
  o.experimental_density = 3;
  const RunOutcome outcome = run_md(o);
  const std::vector<double> p = column(o.folder / "press.thermo.csv", "pressure_GPa");
  EXPECT_GT(std::abs(p.front() - 60), 15) << "the test must have something to do";
  EXPECT_NEAR(mean(p, p.size() / 2), 60, 4);
  ASSERT_FALSE(outcome.notes.empty());
  EXPECT_NE(outcome.notes.back().find("against the experimental 3.000 g/cm³"), std::string::npos)
      << outcome.notes.back();
}

// The total energy of Verlet's integrator fluctuates with the square of the time step, if forces are the slope of the
// energy; and it does not drift.
TEST(RunMd, NveConservesEnergyWithAnMtp) {
  VITRION_NEEDS_REFERENCE("mtp/mgv2o5/pot.mtp");
  io::ReadOptions read;
  read.species = mg_v_o;
  MdOptions o = fluid({});
  o.potential = test::reference("mtp/mgv2o5/pot.mtp");
  o.file_species = mg_v_o;
  o.start = io::read_frames(test::reference("structure/mgv2o5_96.lammps-data"), read).front();
  o.checkpoint_every = 100;  // restart points must not disturb conservation
  Stage warm_up = stage("warm_up", Ensemble::nvt, 200, 600);
  double widths[2];
  for (const int half : {0, 1}) {
    Stage nve = stage("nve", Ensemble::nve, half == 0 ? 300 : 600, 600);
    nve.timestep = half == 0 ? 1 : 0.5;
    nve.thermo_every = 5;
    o.stages = {warm_up, nve};
    o.folder = test::scratch_folder() / ("half" + std::to_string(half));
    ASSERT_EQ(run_md(o).status, RunOutcome::Status::finished);
    const std::vector<double> e = column(o.folder / "nve.thermo.csv", "total_energy_eV");
    widths[half] = spread(e) / 96;
    const std::vector<double> early(e.begin(), e.begin() + static_cast<std::ptrdiff_t>(e.size() / 2));
    const double drift = (mean(e, e.size() / 2) - mean(early)) / 96 / 0.15;  // eV per atom and ps
    EXPECT_LT(std::abs(drift), 2e-4);
  }
  EXPECT_LT(widths[0], 2e-4);
  EXPECT_NEAR(widths[0] / widths[1], 4, 1.2);
}

RunOutcome guarded(MdOptions o) {
  o.guard.every = 5;
  const RunOutcome outcome = run_md(o);
  EXPECT_EQ(outcome.status, RunOutcome::Status::stopped_by_guard);
  if (!outcome.guard) throw std::runtime_error("the guard let everything pass");
  return outcome;
}

TEST(Guard, StopsAtShortDistances) {
  MdOptions o = fluid({stage("hot", Ensemble::nvt, 2000, 4000)});
  o.guard.min_distances["O-V"] = 2.05;
  const RunOutcome outcome = guarded(o);
  EXPECT_EQ(outcome.guard->kind, GuardEvent::Kind::distance);
  EXPECT_LT(outcome.guard->value, 2.05);
  EXPECT_EQ(outcome.guard->stage, "hot");
  // The configuration that was too much is there, and the atoms named are that near.
  const Structure s = io::read_frames(o.folder / "stopped.extxyz").front();
  int a = 0, b = 0;
  ASSERT_EQ(std::sscanf(outcome.guard->message.c_str(), "atom %d", &a), 1) << outcome.guard->message;
  const std::size_t second = outcome.guard->message.find("atom", 4);
  ASSERT_EQ(std::sscanf(outcome.guard->message.c_str() + second, "atom %d", &b), 1) << outcome.guard->message;
  EXPECT_NEAR(s.cell.minimum_image((s.positions.row(a - 1) - s.positions.row(b - 1)).transpose()).norm(),
              outcome.guard->value, 1e-6);
  // With the limit lifted the same run goes on from its last restart point.
  o.guard.min_distances.clear();
  EXPECT_EQ(run_md(o).status, RunOutcome::Status::finished);
}

TEST(Guard, KnowsTheDistancesOfTheModelCard) {
  MdOptions o = fluid({stage("hot", Ensemble::nvt, 2000, 4000)});
  std::ofstream(o.potential.file.parent_path() / "zbl.card.json")
      << R"({"training_data": {"min_distance_A": {"V-O": 2.5625}}})";
  const RunOutcome outcome = guarded(o);
  EXPECT_EQ(outcome.guard->kind, GuardEvent::Kind::distance);
  EXPECT_DOUBLE_EQ(outcome.guard->limit, 0.8 * 2.5625);
}

// A potential fitted on top of ZBL needs it in every run, once: LAMMPS's zbl laid over it, and what the card says.
TEST(RunMd, TakesTheRepulsionOfTheModelCard) {
  MdOptions o = fluid({});
  o.stages.front().steps = 1;
  o.guard.max_force = 1e9;
  potentials::mtp::MtpParameters p = potentials::mtp::untrained_mtp(2, mg_v_o, 1.0, 4.0);
  p.set_flat(std::vector<double>(p.n_parameters(), 0.01));
  o.potential = o.potential.file.parent_path() / "soft.mtp";
  potentials::mtp::write_mtp(o.potential.file, p);
  const auto energy = [&](const char* folder) {
    o.folder = o.potential.file.parent_path() / folder;
    return run_md(o).stages.at(0).potential_energy;
  };
  const double alone = energy("alone");
  o.zbl = ZblRange{0.8, 3.0};
  const double with = energy("with");
  o.zbl.reset();
  std::ofstream(o.potential.file.parent_path() / "soft.card.json")
      << R"({"short_range": {"type": "zbl", "inner_A": 0.8, "outer_A": 3.0}})";
  EXPECT_NEAR(energy("card"), with, 1e-6 * std::abs(with));
  EXPECT_GT(with, alone + 0.01);
  o.zbl = ZblRange{0.8, 2.0};
  EXPECT_THROW(energy("other"), InputError);
}

// Copper by LAMMPS's own eam/alloy, settings inside the run's. Resumed from restart points it conserves energy.
TEST(RunMd, LammpsComputesItsOwnPairStyles) {
  if (!fs::exists("/usr/share/lammps/potentials/Cu_mishin1.eam.alloy")) GTEST_SKIP() << "needs lammps-data";
  lammps::register_potential([] { Mpi(); });
  MdOptions o;
  o.folder = test::scratch_folder() / "run";
  o.potential = {o.folder / "md.yaml",
                 "kind: lammps\nspecies: [Cu]\npair_style: eam/alloy\npair_coeff: '* * Cu_mishin1.eam.alloy Cu'\n"};
  o.start.cell = Cell::orthorhombic(10.845, 10.845, 10.845);
  o.start.positions.resize(108, 3);
  for (int i = 0; i < 108; ++i) {
    const int c = i / 4, site = i % 4;
    const Vector3 corner(c % 3, c / 3 % 3, c / 9);
    o.start.positions.row(i) = 3.615 * (corner + 0.5 * Vector3(site % 2, (site + 1) / 2 % 2, site / 2)).transpose();
    o.start.species.push_back(Species::element("Cu"));
  }
  Stage nve = stage("nve", Ensemble::nve, 200, 600);
  nve.timestep = 2;
  o.stages = {nve};
  o.checkpoint_every = 50;
  ASSERT_EQ(run_md(o).status, RunOutcome::Status::finished);
  const std::vector<double> e = column(o.folder / "nve.thermo.csv", "total_energy_eV");
  EXPECT_LT(spread(e) / 108, 1e-4);
  EXPECT_NEAR(e.front() / 108, -3.54 + 1.5 * 600 * 8.617e-5, 2e-3);  // Mishin 2001: cohesive energy 3.54 eV
  o.folder = test::scratch_folder() / "walled";
  o.wall = 1;
  EXPECT_THROW(run_md(o), InputError);
}

TEST(Guard, StopsExplosions) {
  // A bad start: two atoms on top of each other and no minimisation.
  MdOptions o = fluid({stage("bad", Ensemble::nvt, 500, 300)});
  o.stages.erase(o.stages.begin());
  o.start.positions.row(1) = o.start.positions.row(0) + Eigen::RowVector3d(0.15, 0, 0);
  RunOutcome outcome = guarded(o);
  EXPECT_EQ(outcome.guard->kind, GuardEvent::Kind::force);
  EXPECT_NE(outcome.guard->message.find("atom "), std::string::npos);
  o.guard.max_force = 1e9;
  outcome = guarded(o);
  EXPECT_TRUE(outcome.guard->kind == GuardEvent::Kind::temperature || outcome.guard->kind == GuardEvent::Kind::lammps ||
              outcome.guard->kind == GuardEvent::Kind::lost_atoms)
      << outcome.guard->message;
}

TEST(Guard, NoticesDriftInNve) {
  MdOptions o = fluid({stage("long", Ensemble::nve, 400, 2000)});
  o.stages.back().timestep = 4;  // far too long for O at these densities
  o.guard.max_force = 1e9;
  const RunOutcome outcome = guarded(o);
  EXPECT_EQ(outcome.guard->kind, GuardEvent::Kind::drift) << outcome.guard->message;
}

TEST(RunMd, RefusesTheFolderOfAnotherRun) {
  MdOptions o = fluid({stage("a", Ensemble::nvt, 20, 300)});
  run_md(o);
  EXPECT_EQ(run_md(o).status, RunOutcome::Status::finished);  // the same run: nothing to do
  o.seed = 2;
  EXPECT_THROW(run_md(o), InputError);
}

// Two processes in one folder would cut each other's files.
TEST(RunMd, RefusesAFolderInWhichAnotherProcessWorks) {
  const fs::path folder = fluid_folder(25, endless);
  const test::Run run = test::run_program("cd " + folder.string() + R"(
$VITRION_PROGRAM md run.yaml --threads 1 > first.log 2>&1 & p=$!
n=0; while [ ! -e md/state/journal.json ] && [ $n -lt 600 ]; do n=$((n+1)); sleep 0.1; done
vitrion md run.yaml --threads 1; code=$?
kill -TERM $p; wait $p; cat first.log
echo "first $p second exit $code"
)");
  const std::string end = run.output.substr(run.output.rfind("first "));
  EXPECT_NE(end.find("second exit 2"), std::string::npos) << run.output;
  const std::string process = end.substr(6, end.find(' ', 6) - 6);
  EXPECT_NE(run.output.find("process " + process + " works in this folder"), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("stopped on request"), std::string::npos) << "the first run was disturbed: " << run.output;
}

// Any folder that the file system holds: LAMMPS would read each of these as something else.
TEST(RunMd, RunsInAnyFolder) {
  const fs::path folder = test::scratch_folder();
  for (const std::string name : {"m\xc3\xbcnchen", "a b", "it's \"one\"", "star*", "$HOME ${x} $(y)", "100%", "a#b&c",
                                 "-dash", "line\nbreak", "latin\xe9"}) {
    MdOptions o = fluid({stage("hot", Ensemble::nvt, 100, 1000)});
    const fs::path place = folder / name;
    fs::create_directories(place);
    fs::copy_file(o.potential.file, place / "zbl $.yaml");
    o.potential = place / "zbl $.yaml";
    o.folder = place / "run";
    o.checkpoint_every = 50;
    ASSERT_EQ(run_md(o).status, RunOutcome::Status::finished) << name;
    EXPECT_TRUE(fs::exists(o.folder / "final.data")) << name;
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_directory()) continue;
    EXPECT_TRUE(fs::exists(entry.path() / "run" / "final.extxyz")) << entry.path();
  }
}

// A run that is stopped in the middle of its first moving stage.
MdOptions interrupted_run() {
  MdOptions o = fluid({stage("hot", Ensemble::nvt, 20000, 2000)});
  o.stages.back().dump_every = 50;
  o.guard.max_force = 1e9;
  StopSignal stop;
  std::atomic<bool> over = false;
  std::thread watcher([&] {
    std::error_code ignored;
    while (!over && (!fs::exists(o.folder / "state" / "journal.json", ignored) ||
                     read_file(o.folder / "state" / "journal.json").find("\"step\": 1") == std::string::npos))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    stop.request();
  });
  const Session session(&stop, nullptr);
  EXPECT_THROW(run_md(o, session), Interrupted);
  over = true;
  watcher.join();
  return o;
}

TEST(RunMd, ADamagedStateIsFoundBeforeItIsUsed) {
  const MdOptions o = interrupted_run();
  const auto journal = nlohmann::json::parse(read_file(o.folder / "state" / "journal.json"));
  const fs::path kept = o.folder.string() + ".kept";
  fs::copy(o.folder, kept, fs::copy_options::recursive);
  const std::string restart = "state/" + journal.at("restart").get<std::string>();
  for (const std::string& name : {restart, std::string("hot.thermo.csv"), std::string("hot.lammpstrj.gz"),
                                  std::string("state/hot.reference"), std::string("state/journal.json")}) {
    const std::string whole = read_file(o.folder / name);
    for (const std::size_t at : {whole.size() / 3, whole.size() / 2}) {
      std::string flipped = whole;
      flipped[at] = static_cast<char>(flipped[at] ^ 1);
      write_file_atomically(o.folder / name, flipped);
      EXPECT_THROW(run_md(o), InputError) << name << " " << at;
    }
    write_file_atomically(o.folder / name, whole.substr(0, whole.size() / 2));
    EXPECT_THROW(run_md(o), InputError) << name;
    fs::remove(o.folder / name);
    fs::create_symlink(kept / name, o.folder / name);
    if (name != "state/journal.json") {
      EXPECT_THROW(run_md(o), InputError) << name << " is a link";
    }
    fs::remove(o.folder / name);
    write_file_atomically(o.folder / name, whole);
  }
  StopSignal stop;
  stop.request();
  const Session session(&stop, nullptr);
  EXPECT_THROW(run_md(o, session), Interrupted);  // it would go on
}

// A journal from someone else names no file but those of the run.
TEST(RunMd, AJournalReachesNothingOutsideItsRun) {
  const MdOptions o = interrupted_run();
  const fs::path precious = o.folder.parent_path() / "precious";
  write_file_atomically(precious, std::string(5000, 'x'));
  const auto journal = nlohmann::json::parse(read_file(o.folder / "state" / "journal.json"));
  const auto expect_refused = [&](nlohmann::json changed) {
    changed.erase("hash");
    changed["hash"] = content_hash(changed.dump());
    write_file_atomically(o.folder / "state" / "journal.json", changed.dump(1));
    EXPECT_THROW(run_md(o), InputError) << changed.dump();
    EXPECT_EQ(read_file(precious).size(), 5000u);
  };
  for (const char* name : {"../precious", "precious", "state/journal.json", "/etc/hostname", "", "."}) {
    auto changed = journal;
    changed["lengths"][name] = 0;
    changed["hashes"][name] = content_hash("");
    expect_refused(changed);
  }
  for (const auto& [key, value] : {std::pair<std::string, nlohmann::json>{"restart", "../../precious"},
                                   {"restart", "restart.*"},
                                   {"restart", ""},
                                   {"stage", 7},
                                   {"step", -1},
                                   {"step", 1000000}}) {
    auto changed = journal;
    changed[key] = value;
    expect_refused(changed);
  }
}

TEST(RunQuench, ReplicasAreIndependentAndSayWhetherTheyMelted) {
  QuenchOptions q;
  q.run = fluid({});
  q.run.stages.clear();
  q.run.checkpoint_every = 200;
  build::PackingOptions packing;
  packing.composition = build::parse_composition("Mg10 V20 O30");
  packing.density = 4;
  q.run.packing = packing;
  q.run.start = Structure();
  q.replicas = 2;
  q.melt = stage("melt", Ensemble::nvt, 200, 5000);
  q.melt.melt_msd = 1e-3;
  q.quench = stage("quench", Ensemble::nvt, 100, 5000);
  q.quench.temperature_end = 300;
  const QuenchOutcome outcome = run_quench(q);
  ASSERT_EQ(outcome.replicas.size(), 2u);
  for (const RunOutcome& r : outcome.replicas) {
    ASSERT_EQ(r.status, RunOutcome::Status::finished);
    ASSERT_EQ(r.stages.size(), 3u);
    EXPECT_EQ(r.stages[1].melted, true);
    EXPECT_NEAR(r.stages[2].density, 4, 1e-4);
  }
  EXPECT_NE(read_file(outcome.replicas[0].final_structure), read_file(outcome.replicas[1].final_structure));
}

// LAMMPS as it is built here bears one run of a process at a time: a second one is refused, not mixed up.
TEST(Run, ASecondRunAtOnceIsRefused) {
  MdOptions o = fluid({stage("hot", Ensemble::nvt, 2000, 1000)});
  class SecondRun final : public Log {
   public:
    explicit SecondRun(const MdOptions& options) : options_(options) {}
    void say(const std::string&) override {}
    void status(const std::string&) override {}
    std::unique_ptr<ProgressDisplay> begin(const Work&) override {
      EXPECT_THROW(run_md(options_), std::logic_error);
      tried = true;
      return nullptr;
    }
    bool tried = false;

   private:
    const MdOptions& options_;
  } log(o);
  o.stages.resize(1);
  run_md(o, Session(nullptr, &log));
  EXPECT_TRUE(log.tried);
}

}  // namespace
}  // namespace vitrion::md
