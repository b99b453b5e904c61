// YAML settings of `vitrion md` and `vitrion quench`.
#include <gtest/gtest.h>

#include <fstream>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/md/start.hpp"

namespace vitrion::md {
namespace {

const char* const head = R"(potential: zbl.yaml
packed: {composition: Mg2V4O10, density_g_per_cm3: 2}
)";

Config config(const std::string& text) {
  const std::filesystem::path file = test::scratch_folder() / "run.yaml";
  std::ofstream(file) << text;
  return Config::load(file.string());
}

TEST(MdConfig, ReadsStages) {
  Config c = config(std::string(head) + R"(output: there
stages:
  - {name: warm, temperature_K: 900, duration_ps: 2, timestep_fs: 2, dump_ps: 0.1}
  - {name: cool, ensemble: npt, temperature_K: [900, 300], rate_K_per_ps: 100, pressure_GPa: 1, thermostat: langevin}
)");
  const MdOptions o = read_md_options(c);
  ASSERT_EQ(o.stages.size(), 2u);
  EXPECT_EQ(o.stages[0].steps, 1000);
  EXPECT_EQ(o.stages[0].dump_every, 50);
  EXPECT_EQ(o.stages[1].steps, 6000);  // 600 K at 100 K/ps and 1 fs
  EXPECT_EQ(o.stages[1].thermostat, Thermostat::langevin);
  EXPECT_EQ(o.folder.filename(), "there");
  EXPECT_EQ(o.folder.parent_path(), test::scratch_folder());
  ASSERT_TRUE(o.packing);
  EXPECT_EQ(starting_structure(o).size(), 16u);
}

TEST(MdConfig, QuenchRunsFromTheMeltDown) {
  Config c = config(std::string(head) + R"(melt: {temperature_K: 2000, duration_ps: 10, timestep_fs: 1}
quench: {temperature_K: 250, rate_K_per_ps: 250}
equilibrate: {duration_ps: 5, ensemble: npt}
)");
  const QuenchOptions q = read_quench_options(c);
  EXPECT_EQ(q.melt.steps, 10000);
  EXPECT_EQ(q.melt.melt_msd, 9);
  EXPECT_EQ(q.quench.temperature_start, 2000);
  EXPECT_EQ(q.quench.temperature_end, 250);
  EXPECT_EQ(q.quench.steps, 7000);
  EXPECT_EQ(q.equilibrate.temperature_end, 250);
  EXPECT_EQ(q.equilibrate.steps, 5000);
}

// Settings of a potential may stand where its file would be named; nothing is opened before the run.
TEST(MdConfig, APotentialOfLammpsMayStandInTheSettings) {
  const auto read = [](const std::string& potential) {
    Config c = config("potential: " + potential +
                      "\npacked: {composition: Cu4, density_g_per_cm3: 8}\nstages: [{name: a, steps: 1}]\n");
    return read_md_options(c).potential;
  };
  const potentials::PotentialSource s =
      read("{lammps: {pair_style: eam/alloy, pair_coeff: ['* * x.eam Cu']}, species: [Cu]}");
  EXPECT_EQ(s.settings, "kind: lammps\npair_style: eam/alloy\npair_coeff: [\"* * x.eam Cu\"]\nspecies: [Cu]\n");
  EXPECT_EQ(s.file.filename(), "run.yaml");
  EXPECT_EQ(read("zbl.yaml").file.filename(), "zbl.yaml");
  EXPECT_THROW(read("{lamps: {pair_style: eam}}"), InputError);
  EXPECT_THROW(read("{lammps: {pair_style: eam}, specie: [Cu]}"), InputError);
  EXPECT_THROW(read("{lammps: {kind: zbl}}"), InputError);
  EXPECT_THROW(read("[a.mtp, b.mtp]"), InputError);
}

TEST(MdConfig, PackingKeepsTheDistancesOfTheTrainingSet) {
  Config c = config(R"(potential: zbl.yaml
packed: {composition: Mg2V4O10, density_g_per_cm3: 2, min_distances_A: {O-V: 1.6}}
melt: {steps: 1}
quench: {steps: 1}
)");
  const std::filesystem::path folder = std::filesystem::path(c.where().file).parent_path();
  std::ofstream(folder / "zbl.card.json") << R"({"training_data": {"min_distance_A": {"V-O": 1.4, "O-O": 2.2}}})";
  const MdOptions run = read_quench_options(c).run;
  const build::PackingOptions p = complete_packing(run.packing.value(), run.potential);
  const Species o = Species::element("O"), v = Species::element("V");
  EXPECT_EQ(p.distances.at({o, v}), 1.6);  // what the settings say comes first
  EXPECT_EQ(p.distances.at({o, o}), 2.2);
  EXPECT_EQ(p.distances.size(), 2u);
}

// Neither the potential nor the structure exists yet: a study reads its settings before it makes them.
TEST(MdConfig, OpensNoOtherFile) {
  Config c = config("potential: none.mtp\nstructure: none.extxyz\nframe: -1\nstages: [{steps: 1}]\n");
  const MdOptions o = read_md_options(c);
  ASSERT_TRUE(o.start_file);
  EXPECT_EQ(o.start_file->frame, "-1");
  EXPECT_THROW(starting_structure(o), InputError);
}

TEST(MdConfig, SeveralConfigurationsNeedAFrame) {
  Config c = config("potential: zbl.yaml\nstructure: two.extxyz\nstages: [{steps: 1}]\n");
  MdOptions o = read_md_options(c);
  std::ofstream(o.start_file->file) << "1\nLattice=\"5 0 0 0 5 0 0 0 5\"\nO 0 0 0\n"
                                    << "2\nLattice=\"5 0 0 0 5 0 0 0 5\"\nO 0 0 0\nV 1 1 1\n";
  try {
    starting_structure(o);
    FAIL();
  } catch (const InputError& e) {
    EXPECT_EQ(e.where().line, 2u);
    EXPECT_NE(std::string(e.what()).find("frame: -1"), std::string::npos) << e.what();
  }
  o.start_file->frame = "-1";
  EXPECT_EQ(starting_structure(o).size(), 2u);
}

TEST(MdConfig, ScalesTheStartToADensity) {
  Config c = config("potential: zbl.yaml\nstructure: dense.extxyz\ndensity_g_per_cm3: 2\nstages: [{steps: 1}]\n");
  const MdOptions o = read_md_options(c);
  std::ofstream(o.start_file->file) << "2\nLattice=\"5 0 0 0 5 0 0 0 5\"\nO 0 0 0\nV 1 1 1\n";
  const Structure s = starting_structure(o);
  EXPECT_NEAR(s.density(), 2, 1e-9);
  EXPECT_NEAR(s.positions(1, 0) / s.cell.matrix()(0, 0), 0.2, 1e-12);
}

void expect_refused(const std::string& text, std::size_t line, const std::string& fragment) {
  Config c = config(text);
  try {
    read_md_options(c);
    FAIL() << text;
  } catch (const InputError& e) {
    EXPECT_EQ(e.where().line, line) << e.what();
    EXPECT_NE(std::string(e.what()).find(fragment), std::string::npos) << e.what();
  }
}

TEST(MdConfig, RefusalsNameTheLine) {
  const std::string h = head;
  expect_refused(h + "stages:\n  - {temperature_K: 300, steps: 10}\ncheckpoint: 5\n", 5, "checkpoint_steps");
  expect_refused(h + "stages:\n  - {temperature_K: 300, steps: 10, timestep: 2}\n", 4, "timestep_fs");
  expect_refused(h + "stages:\n  - {temperature_K: 300, steps: 10, duration_ps: 1}\n", 4, "one of");
  expect_refused(h + "stages:\n  - {temperature_K: 300, rate_K_per_ps: 1}\n", 4, "two temperatures");
  expect_refused(h + "stages:\n  - {temperature_K: 300}\n", 4, "no length");
  expect_refused(h + "stages:\n  - {ensemble: nvp, steps: 1}\n", 4, "nvt");
  expect_refused(h + "guard: {min_distances_A: {LiO: 2}}\nstages:\n  - {steps: 1}\n", 3, "pair of elements");
  expect_refused("potential: a\nstages:\n  - {steps: 1}\n", 1, "structure");
  expect_refused("potential: a\npacked: {composition: Li2.5, density_g_per_cm3: 2}\nstages:\n  - {steps: 1}\n", 2,
                 "whole");
}

}  // namespace
}  // namespace vitrion::md
