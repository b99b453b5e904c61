// Extrapolation grades during a run: watched, kept, and the reason to stop.
#include <gtest/gtest.h>

#include <fstream>

#include "core/file.hpp"
#include "core/random.hpp"
#include "io/frames.hpp"
#include "md/oxides.hpp"
#include "md/run.hpp"
#include "potentials/mtp/moment_levels.hpp"
#include "potentials/mtp/mtp_file.hpp"
#include "select/active_set_file.hpp"
#include "select/selection.hpp"
#include "support.hpp"

namespace vitrion::md {
namespace {

namespace fs = std::filesystem;

// No two atoms near each other: at rest in a purely repulsive potential.
Structure relaxed(std::uint64_t seed, const fs::path& folder) {
  MdOptions o;
  o.start = random_oxide(60, seed);
  o.folder = folder / "relax";
  o.potential = folder / "zbl.yaml";
  std::ofstream(o.potential) << "kind: zbl\nspecies: [Mg, V, O]\ninner: 1.5\nouter: 4.0\n";
  Stage minimize;
  minimize.name = "minimize";
  minimize.ensemble = Ensemble::minimize;
  minimize.steps = 200;
  o.stages = {minimize};
  Structure s = io::read_frames(run_md(o).final_structure).front();
  s.velocities.resize(0, 3);
  return s;
}

// A soft random MTP over ZBL that was shown one configuration: the one the run begins with.
MdOptions run_of(std::uint64_t seed) {
  MdOptions o;
  o.folder = test::scratch_folder() / "run";
  const Structure start = relaxed(seed, o.folder.parent_path());
  o.start = start;
  o.potential = o.folder.parent_path() / "soft.almtp";
  mtp::MtpParameters p = mtp::untrained_mtp(4, parse_species_list("Mg,V,O"), 1.5, 4.0);
  Random random(1);
  std::vector<double> values(p.n_parameters());
  for (double& v : values) v = 0.02 * random.normal();
  p.set_flat(values);
  mtp::MtpPotential potential(p);
  const mtp::SelectionState state = select::make_active_set(potential, {start});
  select::write_with_active_set(o.potential, p, state, {start});
  o.zbl = ZblRange{1.5, 4.0};
  Stage hot;
  hot.name = "hot";
  hot.steps = 200;
  hot.timestep = 0.5;
  hot.temperature_start = hot.temperature_end = 2000;
  o.stages = {hot};
  o.checkpoint_every = 70;
  o.guard.max_force = 1e4;
  o.guard.temperature_margin = 1e5;
  o.guard.grade_every = 20;
  o.guard.grade_save = 1.5;
  o.guard.grade_break = 1e12;
  return o;
}

TEST(Grades, OfARunBeginAtOneAndAreKept) {
  const MdOptions o = run_of(31);
  const RunOutcome outcome = run_md(o);
  ASSERT_EQ(outcome.status, RunOutcome::Status::finished);
  ASSERT_TRUE(outcome.stages[0].grade);
  EXPECT_GT(outcome.stages[0].grade->highest, 1.5);
  const std::string table = read_file(o.folder / "hot.grades.csv");
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 12);  // header, steps 0, 20, ..., 200
  const double first = std::stod(table.substr(table.find("\n0,0,") + 5));
  EXPECT_LE(first, 1.0011);
  // Every look above the threshold left a frame, and grading it again gives the number in the table.
  const std::vector<Structure> kept = io::read_frames(o.folder / "hot.extrapolating.lammpstrj.gz");
  EXPECT_EQ(static_cast<double>(kept.size()), std::round(outcome.stages[0].grade->share_above * 11));
  ASSERT_FALSE(kept.empty());
  const mtp::MtpParameters p = mtp::read_mtp(o.potential);
  mtp::MtpPotential potential(p);
  const auto again =
      select::grade_frames(potential, mtp::parse_selection_state(p.selection_state, p.n_parameters()), kept);
  for (std::size_t f = 0; f < kept.size(); ++f) {
    const std::string row = "\n" + std::to_string(*kept[f].step) + ",";
    const std::string line = table.substr(table.find(row) + row.size());
    const double grade = std::stod(line.substr(line.find(',') + 1));
    EXPECT_NEAR(*std::max_element(again[f].begin(), again[f].end()), grade, 1e-3 * grade) << "step " << *kept[f].step;
  }
}

TEST(Grades, StopARunAboveTheLimit) {
  MdOptions o = run_of(32);
  o.guard.grade_break = 2;
  const RunOutcome outcome = run_md(o);
  ASSERT_EQ(outcome.status, RunOutcome::Status::stopped_by_guard);
  EXPECT_EQ(outcome.guard->kind, GuardEvent::Kind::grade);
  EXPECT_GT(outcome.guard->value, 2);
  EXPECT_TRUE(fs::exists(o.folder / "stopped.extxyz"));
}

}  // namespace
}  // namespace vitrion::md
