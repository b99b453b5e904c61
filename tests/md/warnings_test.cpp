// What a run warns of, what of it reaches whoever reads its files, and which velocities it begins with.
#include "vitrion/md/warnings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "md/oxides.hpp"
#include "program.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/md/run.hpp"
#include "vitrion/md/start.hpp"
#include "vitrion/md/thermo_table.hpp"

namespace vitrion::md {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Stage part(const std::string& name, Ensemble ensemble, std::int64_t steps, double temperature) {
  Stage s;
  s.name = name;
  s.ensemble = ensemble;
  s.steps = steps;
  s.timestep = 0.5;
  s.temperature_start = s.temperature_end = temperature;
  return s;
}

// A repulsive fluid that a barostat at 0 GPa lets fly apart.
MdOptions repulsive(const std::vector<Stage>& stages, const std::string& folder = "run") {
  MdOptions o;
  o.potential = zbl_file();
  o.start = random_oxide(60, 31);
  o.folder = o.potential.file.parent_path() / folder;
  Stage minimize;
  minimize.name = "minimize";
  minimize.ensemble = Ensemble::minimize;
  minimize.steps = 200;
  o.stages = {minimize};
  o.stages.insert(o.stages.end(), stages.begin(), stages.end());
  return o;
}

Stage pressed(double pressure, Coupling coupling = Coupling::isotropic) {
  Stage s = part("press", Ensemble::npt, 2000, 1500);
  s.pressure = pressure;
  s.barostat_time = 50;
  s.coupling = coupling;
  return s;
}

TEST(DensityGuard, StopsCellsThatFlyApartOrFallTogether) {
  MdOptions o = repulsive({pressed(0)});
  const RunOutcome apart = run_md(o);
  ASSERT_TRUE(apart.guard);
  EXPECT_EQ(apart.guard->kind, GuardEvent::Kind::density) << apart.guard->message;
  EXPECT_LT(apart.guard->value, 0.7);
  EXPECT_THAT(apart.guard->message, HasSubstr("g/cm³"));
  EXPECT_THAT(apart.guard->remedy, HasSubstr("guard.density_ratio"));
  // Whoever reads a file of that run is told, and the run can go on under other limits.
  EXPECT_THAT(warnings_beside(o.folder / "stopped.extxyz"), Contains(HasSubstr("run: the guard stopped this run")));
  o.guard.density_ratio = {};
  o.guard.cell_ratio = {};
  o.stages.back().steps = 2000;
  EXPECT_EQ(run_md(o).status, RunOutcome::Status::finished);
  EXPECT_THAT(warnings_beside(o.folder / "final.extxyz"), Not(Contains(HasSubstr("guard"))));
  EXPECT_THAT(warnings_beside(o.folder / "final.extxyz"), Contains(HasSubstr("the density went from")));

  MdOptions together = repulsive({pressed(2000)}, "together");
  together.guard.max_force = 1e9;
  together.guard.temperature_margin = 1e9;
  const RunOutcome crushed = run_md(together);
  ASSERT_TRUE(crushed.guard);
  EXPECT_EQ(crushed.guard->kind, GuardEvent::Kind::density) << crushed.guard->message;
  EXPECT_GT(crushed.guard->value, 1.5);
}

TEST(DensityGuard, KnowsWhereTheStageBeganAfterARestart) {
  // Each segment alone changes little.
  MdOptions o = repulsive({pressed(0)});
  o.stages.back().barostat_time = 1000;
  o.checkpoint_every = 10;
  const RunOutcome outcome = run_md(o);
  ASSERT_TRUE(outcome.guard);
  EXPECT_EQ(outcome.guard->kind, GuardEvent::Kind::density);
  EXPECT_GT(outcome.guard->step, 50);
}

TEST(DensityGuard, HoldsAnAbsoluteRangeAndTheShapeOfTheCell) {
  MdOptions o = repulsive({part("warm", Ensemble::nvt, 50, 600)});
  o.guard.density = Band{1, 2};
  const RunOutcome dense = run_md(o);
  ASSERT_TRUE(dense.guard);
  EXPECT_EQ(dense.guard->kind, GuardEvent::Kind::density);
  EXPECT_THAT(dense.guard->remedy, HasSubstr("guard.density_g_per_cm3"));

  MdOptions shape = repulsive({pressed(0, Coupling::anisotropic)}, "shape");
  shape.guard.density_ratio = {};
  shape.guard.cell_ratio = Band{0.9, 1.1};
  const RunOutcome stretched = run_md(shape);
  ASSERT_TRUE(stretched.guard);
  EXPECT_EQ(stretched.guard->kind, GuardEvent::Kind::cell);
  EXPECT_THAT(stretched.guard->message, HasSubstr("high along"));
}

TEST(DensityGuard, ReadsItsLimits) {
  const auto read = [](const std::string& guard) {
    const fs::path file = test::scratch_folder() / "run.yaml";
    std::ofstream(file) << "potential: a\nstructure: b\nstages: [{steps: 1}]\nguard: {" << guard << "}\n";
    Config c = Config::load(file.string());
    return read_md_options(c).guard;
  };
  EXPECT_EQ(read("").density_ratio.low, 0.7);
  EXPECT_EQ(read("density_ratio: [0.4, 3]").density_ratio.high, 3);
  EXPECT_TRUE(read("density_ratio: 0").density_ratio.holds(1e-9));
  EXPECT_EQ(read("density_g_per_cm3: [1.5, 3]").density->low, 1.5);
  for (const char* wrong : {"density_ratio: [1.2, 3]", "density_ratio: [3, 0.4]", "density_ratio: 2",
                            "cell_ratio: [0.1, 0.9]", "density_g_per_cm3: [-1, 2]", "density_ratio: [1, 2, 3]"})
    EXPECT_THROW(read(wrong), InputError) << wrong;
}

// A melt that was not proved, in the glass, in the run that starts from it, and in what is measured there.
TEST(Warnings, TravelFromTheMeltToTheRunThatStartsFromTheGlass) {
  Stage melt = part("melt", Ensemble::nvt, 100, 1000);
  melt.melt_msd = 50;
  Stage rest = part("rest", Ensemble::nvt, 400, 1000);
  rest.dump_every = 50;
  const MdOptions quench = repulsive({melt, rest}, "quench-1");
  const RunOutcome glass = run_md(quench);
  EXPECT_THAT(glass.warnings(), Contains(HasSubstr("melt: the melt is not proved")));
  // 60 GPa and more in a fixed cell: said of the stage that is looked at, not of the melt.
  EXPECT_THAT(glass.warnings(), Contains(HasSubstr("rest: the pressure is")));
  EXPECT_THAT(glass.warnings(), Not(Contains(HasSubstr("melt: the pressure"))));
  EXPECT_THAT(warnings_beside(quench.folder / "rest.lammpstrj.gz"),
              Contains(HasSubstr("quench-1: melt: the melt is not proved")));

  MdOptions production = quench;
  production.stages = {part("produce", Ensemble::nvt, 100, 1000)};
  production.folder = quench.folder.parent_path() / "md-1";
  production.start = Structure();
  production.start_file = StartFile{quench.folder / "final.extxyz", "", {}};
  const RunOutcome made = run_md(production);
  EXPECT_THAT(made.inherited_warnings, Contains(HasSubstr("quench-1: melt: the melt is not proved")));
  EXPECT_THAT(warnings_beside(production.folder / "final.extxyz"), Contains(HasSubstr("quench-1: melt: ")));
  // A link to the file leads to the run.
  fs::create_symlink(production.folder / "final.extxyz", production.folder.parent_path() / "glass.extxyz");
  EXPECT_THAT(warnings_beside(production.folder.parent_path() / "glass.extxyz"), Contains(HasSubstr("quench-1: ")));
}

class RunFolder {
 public:
  explicit RunFolder(const nlohmann::json& result, const std::string& name = "result.json")
      : folder_(test::scratch_folder() / "md-900K-1") {
    fs::remove_all(folder_);
    write_file_atomically(folder_ / name, result.dump());
  }
  std::vector<std::string> of(const std::string& file) const { return warnings_beside(folder_ / file); }

 private:
  fs::path folder_;
};

nlohmann::json two_stages() {
  const auto warning = [](const char* message, bool lasting) {
    return nlohmann::json{{"code", "grade"}, {"message", message}, {"lasting", lasting}};
  };
  return {{"status", "finished"},
          {"stages",
           {{{"name", "rest"}, {"warnings", {warning("stays", true), warning("goes", false)}}},
            {{"name", "produce"}, {"warnings", {warning("here", false)}}}}}};
}

TEST(Warnings, BesideAFileAreThoseOfItsStageAndWhatLasts) {
  const RunFolder run(two_stages());
  EXPECT_THAT(run.of("rest.lammpstrj.gz"), ElementsAre("md-900K-1: rest: stays", "md-900K-1: rest: goes"));
  for (const char* last : {"produce.lammpstrj.gz", "produce.extxyz", "final.extxyz", "final.data", "converted.xyz"})
    EXPECT_THAT(run.of(last), ElementsAre("md-900K-1: rest: stays", "md-900K-1: produce: here")) << last;
  EXPECT_THAT(RunFolder(two_stages(), "summary.json").of("final.extxyz"),
              ElementsAre(HasSubstr("stays"), HasSubstr("here")));
  EXPECT_THAT(RunFolder(nlohmann::json{{"replicas", nlohmann::json::array({two_stages()})}}).of("rest.lammpstrj.gz"),
              ElementsAre(HasSubstr("stays"), HasSubstr("goes")));
}

TEST(Warnings, BesideAFileOfNoRunAreNone) {
  for (const nlohmann::json& other :
       {nlohmann::json{{"temperatures", 1}}, nlohmann::json::array({1, 2}), nlohmann::json("text"), nlohmann::json(7),
        nlohmann::json{{"status", 3}, {"stages", {{{"name", 5}}}}}})
    EXPECT_THAT(RunFolder(other).of("final.extxyz"), IsEmpty()) << other;
  const fs::path folder = test::scratch_folder();
  write_file_atomically(folder / "result.json", "{ not json");
  EXPECT_THAT(warnings_beside(folder / "a.extxyz"), IsEmpty());
  EXPECT_THAT(warnings_beside(folder / "nowhere" / "a.extxyz"), IsEmpty());
  write_file_atomically(folder / "state" / "journal.json", "{}");
  EXPECT_THAT(warnings_beside(folder / "a.extxyz"), ElementsAre(HasSubstr("has not ended")));
}

TEST(Trend, IsSeenWhereThereIsOneAndNotInNoise) {
  Random random(4);
  int false_alarms = 0;
  for (int trial = 0; trial < 400; ++trial) {
    std::vector<double> noise(200);
    for (double& x : noise) x = 5 + random.normal();
    const Trend t = trend_of_second_half(noise).value();
    EXPECT_NEAR(t.mean, 5, 0.5);
    false_alarms += std::abs(t.change) > 5 * t.error;
  }
  EXPECT_LE(false_alarms, 4);
  std::vector<double> rising(200);
  for (std::size_t i = 0; i < 200; ++i) rising[i] = 0.02 * static_cast<double>(i) + 0.1 * random.normal();
  const Trend t = trend_of_second_half(rising).value();
  EXPECT_NEAR(t.change, 2, 0.2);  // over the second half
  EXPECT_GT(t.change, 5 * t.error);
  EXPECT_FALSE(trend_of_second_half(std::vector<double>(38, 1.0)));
}

Structure moving(double temperature, std::uint64_t seed) {
  Structure s = random_oxide(60, 31);
  Random random(seed);
  s.velocities.resize(60, 3);
  for (Eigen::Index i = 0; i < 60; ++i)
    for (Eigen::Index k = 0; k < 3; ++k)
      s.velocities(i, k) =
          random.normal() * std::sqrt(units::boltzmann_eV_per_K * temperature /
                                      (s.species[static_cast<std::size_t>(i)].mass() * units::u_A2_per_fs2_in_eV));
  return s;
}

VelocityChoice choice(double now, const Stage& first, Velocities asked = Velocities::automatic) {
  MdOptions o;
  o.start = now > 0 ? moving(now, 5) : random_oxide(60, 31);
  o.stages = {first};
  o.velocities = asked;
  o.seed = 28;
  return choose_velocities(o);
}

TEST(VelocitiesAtTheStart, AreKeptWhereTheyAreOfTheStagesTemperature) {
  EXPECT_NEAR(kinetic_temperature(moving(900, 6)), 900, 200);
  const Stage at_300 = part("a", Ensemble::nvt, 10, 300), at_900 = part("a", Ensemble::nvt, 10, 900);
  EXPECT_FALSE(choice(300, at_300).draw);
  EXPECT_FALSE(choice(300, at_300).seed_matters);
  EXPECT_THAT(choice(300, at_300).note, HasSubstr("seed 28 has NO EFFECT"));
  EXPECT_TRUE(choice(300, at_900).draw);
  EXPECT_THAT(choice(300, at_900).note, HasSubstr("drawn at 900 K with seed 28"));
  EXPECT_TRUE(choice(900, at_300).draw);
  EXPECT_TRUE(choice(0, at_300).draw);
  EXPECT_TRUE(choice(300, at_300, Velocities::draw).draw);
  EXPECT_FALSE(choice(300, at_900, Velocities::keep).draw);
  EXPECT_THROW(choice(0, at_900, Velocities::keep), InputError);
  Stage noisy = at_300;
  noisy.thermostat = Thermostat::langevin;
  EXPECT_TRUE(choice(300, noisy).seed_matters);
  Stage nve = part("a", Ensemble::nve, 10, 300);
  EXPECT_TRUE(choice(900, nve).draw);
  nve.temperature_given = false;  // goes on as it came
  EXPECT_FALSE(choice(900, nve).draw);
}

TEST(VelocitiesAtTheStart, MakeTwoSeedsTwoRuns) {
  const auto end = [](std::uint64_t seed, double temperature, Velocities velocities) {
    MdOptions o = repulsive({part("a", Ensemble::nvt, 60, temperature)});
    o.start = moving(400, 7);
    o.seed = seed;
    o.velocities = velocities;
    const RunOutcome outcome = run_md(o);
    EXPECT_THAT(outcome.notes.front(), HasSubstr("velocities "));
    return read_file(outcome.final_structure);
  };
  EXPECT_NE(end(8, 1500, Velocities::automatic), end(28, 1500, Velocities::automatic));
  EXPECT_EQ(end(8, 400, Velocities::automatic), end(28, 400, Velocities::automatic));
  EXPECT_NE(end(8, 400, Velocities::draw), end(28, 400, Velocities::draw));
  EXPECT_EQ(end(8, 1500, Velocities::keep), end(28, 1500, Velocities::keep));
}

TEST(VelocitiesAtTheStart, ReplicasAreNeverCopies) {
  QuenchOptions q;
  q.run = repulsive({});
  q.run.stages.clear();
  q.run.start = moving(1500, 8);
  q.replicas = 2;
  q.melt = part("melt", Ensemble::nvt, 60, 1500);
  q.quench = part("quench", Ensemble::nvt, 20, 1500);
  const QuenchOutcome outcome = run_quench(q);
  EXPECT_NE(read_file(outcome.replicas[0].final_structure), read_file(outcome.replicas[1].final_structure));
  q.run.velocities = Velocities::keep;
  EXPECT_THROW(run_quench(q), InputError);
}

}  // namespace
}  // namespace vitrion::md
