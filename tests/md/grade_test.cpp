// Extrapolation grades during a run: watched, kept, and the reason to stop.
#include <gtest/gtest.h>

#include <fstream>

#include "md/oxides.hpp"
#include "support.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/md/run.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/potentials/mtp/moment_levels.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"
#include "vitrion/potentials/nequip/initial.hpp"
#include "vitrion/potentials/nequip/nequip_potential.hpp"
#include "vitrion/select/active_set_file.hpp"
#include "vitrion/select/selection.hpp"

namespace vitrion::md {
namespace {

namespace fs = std::filesystem;

// No two atoms near each other: at rest in a purely repulsive potential.
Structure relaxed(std::uint64_t seed, const fs::path& folder) {
  MdOptions o;
  o.start = random_oxide(60, seed);
  o.folder = folder / "relax";
  o.potential = folder / "zbl.yaml";
  std::ofstream(o.potential.file) << "kind: zbl\nspecies: [Mg, V, O]\ninner: 1.5\nouter: 4.0\n";
  Stage minimize;
  minimize.name = "minimize";
  minimize.ensemble = Ensemble::minimize;
  minimize.steps = 200;
  o.stages = {minimize};
  Structure s = io::read_frames(run_md(o).final_structure).front();
  s.velocities.resize(0, 3);
  return s;
}

// Soft random potentials over ZBL, written with what they are graded by: one configuration, that which runs begin with.
fs::path soft_mtp(const fs::path& folder, const Structure& shown) {
  potentials::mtp::MtpParameters p = potentials::mtp::untrained_mtp(4, mg_v_o, 1.5, 4.0);
  Random random(1);
  std::vector<double> values(p.n_parameters());
  for (double& v : values) v = 0.02 * random.normal();
  p.set_flat(values);
  potentials::mtp::MtpPotential potential(p);
  const fs::path file = folder / "soft.almtp";
  select::write_with_active_set(file, potential, select::make_active_set(potential, {shown}), {shown});
  return file;
}

fs::path soft_nequip(const fs::path& folder, const Structure& shown) {
  potentials::nequip::Hyperparameters hyper;
  hyper.r_max = 4.0;
  hyper.num_layers = 2;
  hyper.l_max = 1;
  hyper.num_features = 3;
  hyper.radial_mlp_width = 8;
  hyper.avg_num_neighbors = 20;
  potentials::nequip::Model model = potentials::nequip::initial_model(hyper, mg_v_o, 5);
  model.scales.assign(3, 0.1);
  potentials::nequip::NequipPotential potential(model);
  const fs::path file = folder / "soft.safetensors";
  select::write_with_active_set(file, potential, select::make_active_set(potential, {shown}), {shown});
  return file;
}

using SoftPotential = fs::path (*)(const fs::path&, const Structure&);

MdOptions run_of(std::uint64_t seed, SoftPotential soft_potential) {
  MdOptions o;
  o.folder = test::scratch_folder() / "run";
  const Structure start = relaxed(seed, o.folder.parent_path());
  o.start = start;
  o.potential = soft_potential(o.folder.parent_path(), start);
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

class Grades : public ::testing::TestWithParam<SoftPotential> {};

TEST_P(Grades, OfARunBeginAtOneAndAreKept) {
  const MdOptions o = run_of(31, GetParam());
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
  const std::unique_ptr<potentials::Potential> potential = potentials::load_potential(o.potential);
  const auto again = select::grade_frames(*potential, *potential->selection_state(), kept);
  for (std::size_t f = 0; f < kept.size(); ++f) {
    const std::string row = "\n" + std::to_string(*kept[f].step) + ",";
    const std::string line = table.substr(table.find(row) + row.size());
    const double grade = std::stod(line.substr(line.find(',') + 1));
    EXPECT_NEAR(*std::max_element(again[f].begin(), again[f].end()), grade, 1e-3 * grade) << "step " << *kept[f].step;
  }
}

TEST_P(Grades, StopARunAboveTheLimit) {
  MdOptions o = run_of(32, GetParam());
  o.guard.grade_break = 2;
  const RunOutcome outcome = run_md(o);
  ASSERT_EQ(outcome.status, RunOutcome::Status::stopped_by_guard);
  EXPECT_EQ(outcome.guard->kind, GuardEvent::Kind::grade);
  EXPECT_GT(outcome.guard->value, 2);
  EXPECT_TRUE(fs::exists(o.folder / "stopped.extxyz"));
}

INSTANTIATE_TEST_SUITE_P(Of, Grades, ::testing::Values(soft_mtp, soft_nequip),
                         [](const auto& tested) { return tested.index == 0 ? "Mtp" : "Nequip"; });

}  // namespace
}  // namespace vitrion::md
