// Splits, reference energies and descriptions of small made-up datasets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "vitrion/core/error.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/dataset/describe.hpp"
#include "vitrion/dataset/reference_energies.hpp"
#include "vitrion/dataset/split.hpp"

namespace vitrion::dataset {
namespace {

const std::vector<Species> lithium_oxygen = parse_species_list("Li,O");

Structure frame(int n_li, int n_o, double energy, const std::string& traj = {}) {
  Structure s;
  s.cell = Cell::orthorhombic(20, 20, 20);
  for (int i = 0; i < n_li + n_o; ++i) s.species.push_back(lithium_oxygen[i < n_li ? 0 : 1]);
  s.positions = Positions::Zero(n_li + n_o, 3);
  for (int i = 0; i < n_li + n_o; ++i) s.positions(i, 0) = 2.0 * i;
  s.labels.energy = energy;
  if (!traj.empty()) s.info["traj"] = traj;
  return s;
}

std::vector<Structure> trajectories(int n_groups, int frames_each) {
  std::vector<Structure> frames;
  for (int f = 0; f < frames_each; ++f)  // interleaved: groups do not stand together in the file
    for (int g = 0; g < n_groups; ++g) frames.push_back(frame(1, 1, g, "md" + std::to_string(g)));
  return frames;
}

TEST(Split, NeverPutsFramesOfOneTrajectoryOnTwoSides) {
  const std::vector<Structure> frames = trajectories(20, 5);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Split split = split_by_group(frames, {"traj", 0.1, 0.2, seed});
    std::map<std::string, std::set<int>> sides;
    std::set<std::size_t> all;
    int side = 0;
    for (const auto* part : {&split.train, &split.validation, &split.test}) {
      for (const std::size_t i : *part) {
        sides[frames[i].info.at("traj")].insert(side);
        EXPECT_TRUE(all.insert(i).second);
      }
      ++side;
    }
    for (const auto& [traj, found] : sides) EXPECT_EQ(found.size(), 1u) << traj;
    EXPECT_EQ(all.size(), frames.size());
    EXPECT_EQ(split.test.size(), 20u);
    EXPECT_EQ(split.validation.size(), 10u);
  }
}

TEST(Split, IsTheSameForTheSameSeedAndAnotherForAnother) {
  const std::vector<Structure> frames = trajectories(20, 5);
  const Split a = split_by_group(frames, {"traj", 0.1, 0.2, 3}), b = split_by_group(frames, {"traj", 0.1, 0.2, 3}),
              c = split_by_group(frames, {"traj", 0.1, 0.2, 4});
  EXPECT_EQ(a.test, b.test);
  EXPECT_EQ(a.validation, b.validation);
  EXPECT_NE(a.test, c.test);
}

TEST(Split, RefusesWhatCannotBe) {
  const std::vector<Structure> frames = trajectories(2, 10);
  EXPECT_THROW(split_by_group(frames, {"trajectory", 0, 0.2, 1}), InputError);
  EXPECT_THROW(split_by_group(frames, {"traj", 0, 0.2, 1}), InputError);  // both groups hold half of the frames
  EXPECT_THROW(split_by_group(frames, {"", 0.5, 0.5, 1}), InputError);
}

TEST(ReferenceEnergies, FindTheEnergiesThatMadeTheData) {
  const std::vector<Structure> frames = {frame(1, 1, -3 - 7), frame(2, 1, -6 - 7), frame(1, 3, -3 - 21)};
  const std::vector<double> energies = fit_reference_energies(frames, lithium_oxygen);
  EXPECT_NEAR(energies[0], -3, 1e-10);
  EXPECT_NEAR(energies[1], -7, 1e-10);
  EXPECT_NEAR(reference_energy(frames[1], lithium_oxygen, energies), -13, 1e-10);
}

// One composition only: every split of the energy over the species fits; the one with equal energies is smallest.
TEST(ReferenceEnergies, OfDependentCompositionsStayNearTheMean) {
  const std::vector<double> energies = fit_reference_energies({frame(2, 1, -12), frame(4, 2, -24)}, lithium_oxygen);
  EXPECT_NEAR(energies[0], -4, 1e-9);
  EXPECT_NEAR(energies[1], -4, 1e-9);
}

TEST(ReferenceEnergies, RefuseAnUnknownSpeciesAndNoEnergies) {
  EXPECT_THROW(reference_energy(frame(1, 1, 0), {Species::element("Li")}, {1.0}), InputError);
  Structure s = frame(1, 1, 0);
  s.labels.energy.reset();
  EXPECT_THROW(fit_reference_energies({s}, lithium_oxygen), InputError);
}

TEST(Describe, CountsLabelsAndFindsShortestDistances) {
  std::vector<Structure> frames = {frame(2, 1, -3), frame(1, 1, -4)};
  frames[1].positions(1, 0) = 1.5;
  frames[1].labels.forces = Positions::Constant(2, 3, 0.5);
  const Description d = describe(frames);
  EXPECT_EQ(d.n_atoms, 5u);
  EXPECT_EQ(d.with_energy, 2u);
  EXPECT_EQ(d.with_forces, 1u);
  EXPECT_EQ(d.with_stress, 0u);
  EXPECT_DOUBLE_EQ(d.energy.low, -2);
  EXPECT_DOUBLE_EQ(d.energy.high, -1);
  EXPECT_DOUBLE_EQ(d.force_rms, 0.5);
  EXPECT_DOUBLE_EQ((d.min_distance.at({"Li", "Li"})), 2);
  EXPECT_DOUBLE_EQ((d.min_distance.at({"Li", "O"})), 1.5);
  EXPECT_EQ(d.min_distance.count({"O", "O"}), 0u);
  EXPECT_DOUBLE_EQ(shortest_distance(d), 1.5);
}

TEST(Describe, HashNamesTheContent) {
  std::vector<Structure> frames = {frame(2, 1, -3), frame(1, 1, -4)};
  const std::string hash = describe(frames).hash;
  EXPECT_EQ(hash, describe(frames).hash);
  frames[1].info["remark"] = "changes nothing";
  EXPECT_EQ(hash, describe(frames).hash);
  frames[1].labels.energy = -4.000000001;
  EXPECT_NE(hash, describe(frames).hash);
}

TEST(Split, NeighborsInTimeOnBothSidesAreCounted) {
  // Two runs of four frames of one atom that drifts by 0.1 Å a frame; the second begins 4 Å away, at an earlier time.
  std::vector<Structure> frames;
  for (int i = 0; i < 8; ++i) {
    Structure s;
    s.cell = Cell(Matrix3(10 * Matrix3::Identity()));
    s.species = {Species::element("Li")};
    s.positions.resize(1, 3);
    s.positions << (i < 4 ? 9.8 : 3.0) + 0.1 * i, 0, 0;  // over the edge of the cell
    s.time = i % 4;
    frames.push_back(s);
  }
  EXPECT_EQ(torn_from_runs(frames, {1, 6}, {0, 2, 3, 4, 5, 7}), 2u);
  EXPECT_EQ(torn_from_runs(frames, {4, 5, 6, 7}, {0, 1, 2, 3}), 0u) << "run by run";
  EXPECT_EQ(torn_from_runs(frames, {}, {0, 1}), 0u);
  frames[2].species[0] = Species::element("Na");
  EXPECT_EQ(torn_from_runs(frames, {2}, {1, 3}), 0u) << "other atoms";
}

}  // namespace
}  // namespace vitrion::dataset
