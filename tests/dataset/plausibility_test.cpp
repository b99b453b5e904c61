// Labels of another unit or convention are named; good ones are not.
#include "vitrion/dataset/plausibility.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "vitrion/core/units.hpp"

namespace vitrion::dataset {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Frames of Li and O in three compositions, energies on a line with a spread of 10 meV/atom, random positions.
std::vector<Structure> good_frames(std::size_t n) {
  std::mt19937_64 engine(7);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> place(0, 8);
  std::vector<Structure> frames;
  for (std::size_t f = 0; f < n; ++f) {
    Structure s;
    s.cell = Cell(Matrix3(8 * Matrix3::Identity()));
    const std::size_t n_li = 4 + 2 * (f % 3), n_o = 6;
    for (std::size_t i = 0; i < n_li + n_o; ++i) s.species.push_back(Species::element(i < n_li ? "Li" : "O"));
    const auto rows = static_cast<Eigen::Index>(s.size());
    s.positions.resize(rows, 3);
    s.labels.forces.resize(rows, 3);
    for (Eigen::Index i = 0; i < rows; ++i)
      for (int k = 0; k < 3; ++k) {
        s.positions(i, k) = place(engine);
        s.labels.forces(i, k) = normal(engine);
      }
    s.labels.energy = -1.9 * static_cast<double>(n_li) - 4.9 * static_cast<double>(n_o) +
                      0.01 * normal(engine) * static_cast<double>(s.size());
    s.labels.stress = Matrix3(0.01 * Matrix3::Identity());
    frames.push_back(std::move(s));
  }
  return frames;
}

std::vector<std::vector<std::size_t>> doubted(const std::vector<Structure>& frames, const std::string& word) {
  std::vector<std::vector<std::size_t>> found;
  for (const Doubt& doubt : doubts(frames))
    if (doubt.what.find(word) != std::string::npos) found.push_back(doubt.frames);
  return found;
}

/// A run of a chain of springs whose energies and forces follow from one formula, 2 eV/Å^2 (x - 2 Å)^2 / 2 a bond.
std::vector<Structure> springs(double energy_factor, double force_factor, bool shuffled = false) {
  std::mt19937_64 engine(3);
  std::normal_distribution<double> normal(0, 0.1);
  std::vector<Structure> frames;
  for (int f = 0; f < 40; ++f) {
    Structure s;
    s.cell = Cell(Matrix3((shuffled && f % 2 == 1 ? 60.5 : 60) * Matrix3::Identity()));
    s.positions = Positions::Zero(12, 3);
    s.labels.forces = Positions::Zero(12, 3);
    double energy = 0;
    for (int pair = 0; pair < 6; ++pair) {
      const double stretched = normal(engine), from = normal(engine);
      s.species.push_back(Species::element("P"));
      s.species.push_back(Species::element("O"));
      s.positions(2 * pair, 0) = 10 * pair + from;
      s.positions(2 * pair + 1, 0) = 10 * pair + from + 2 + stretched;
      s.labels.forces(2 * pair, 0) = force_factor * 2 * stretched;
      s.labels.forces(2 * pair + 1, 0) = -force_factor * 2 * stretched;
      energy += stretched * stretched;
    }
    s.labels.energy = energy_factor * energy;
    frames.push_back(std::move(s));
  }
  return frames;
}

TEST(Plausibility, ForcesHaveToGoWithEnergiesAndBonds) {
  const auto said = [](const std::vector<Structure>& frames) {
    const std::vector<Doubt> all = doubts(frames);
    return all.size() == 1 ? to_text(all[0]) : std::to_string(all.size()) + " doubts";
  };
  EXPECT_THAT(doubts(springs(1, 1)), IsEmpty());
  EXPECT_THAT(doubts(springs(1, 1, true)), IsEmpty());
  EXPECT_THAT(said(springs(1, -1)), HasSubstr("forces are -1 times what energies say"));
  EXPECT_THAT(said(springs(1, -1)), HasSubstr("The sign is the opposite."));
  EXPECT_THAT(said(springs(1, -1, true)), HasSubstr("drive O-P pairs apart")) << "no two frames of one cell in a row";
  EXPECT_THAT(said(springs(1, 1 / 25.711)), HasSubstr("forces in Ry/Bohr in place of eV/Å fits"));
  EXPECT_THAT(said(springs(1, 1 / 51.422)), HasSubstr("forces in hartree/Bohr in place of eV/Å fits"));
  EXPECT_THAT(said(springs(1 / 27.2114, 1)), HasSubstr("energies in hartree in place of eV fits"));
  EXPECT_THAT(said(springs(1 / 27.2114, 1 / 51.422)), HasSubstr("energies and forces in atomic units fits"));
  EXPECT_THAT(said(springs(1.0 / 12, 1)), HasSubstr("energies per atom in place of the whole cell's fits"));
}

TEST(Plausibility, GoodLabelsAreNotDoubted) {
  EXPECT_THAT(doubts(good_frames(40)), IsEmpty());
  std::vector<Structure> with_atoms = good_frames(20);
  Structure atom;
  atom.species = {Species::element("O")};
  atom.positions = Positions::Zero(1, 3);
  atom.labels.energy = -1.5;  // a free atom, far above
  with_atoms.push_back(atom);
  EXPECT_THAT(doubts(with_atoms), IsEmpty());
}

TEST(Plausibility, NamesEnergiesOfAnotherConvention) {
  std::vector<Structure> frames = good_frames(40);
  *frames[11].labels.energy += 200;
  EXPECT_THAT(doubted(frames, "energies"), ElementsAre(ElementsAre(11)));
  frames = good_frames(40);
  std::vector<std::size_t> wrong;
  for (std::size_t f = 2; f < 40; f += 5) {
    *frames[f].labels.energy /= units::hartree_in_eV;
    wrong.push_back(f);
  }
  EXPECT_THAT(doubted(frames, "energies"), ElementsAre(wrong));
  frames = good_frames(40);
  for (const std::size_t f : {4U, 9U, 30U, 31U}) *frames[f].labels.energy /= static_cast<double>(frames[f].size());
  EXPECT_THAT(doubted(frames, "energies"), ElementsAre(ElementsAre(4, 9, 30, 31)));
}

TEST(Plausibility, NamesStressesAndForcesOfAnotherUnit) {
  std::vector<Structure> frames = good_frames(20);
  frames[3].labels.stress = Matrix3(-25 * Matrix3::Identity());  // kbar
  frames[5].labels.forces(0, 0) = 300;
  EXPECT_THAT(doubted(frames, "stress"), ElementsAre(ElementsAre(3)));
  EXPECT_THAT(doubted(frames, "a force"), ElementsAre(ElementsAre(5)));
  for (Structure& frame : frames) frame.labels.forces.setZero();
  EXPECT_EQ(doubted(frames, "exactly zero").at(0).size(), 20u);
  EXPECT_THAT(to_text(Doubt{"Odd", {1, 2, 3, 4, 5, 6, 7, 8}}), HasSubstr("(frames 1, 2, 3, 4, 5, 6 and 2 more)"));
}

TEST(Plausibility, FindsCopiesWhateverTheOrderOfTheAtoms) {
  const std::vector<Structure> training = good_frames(6);
  std::vector<Structure> held_out = good_frames(9);
  held_out.erase(held_out.begin(), held_out.begin() + 6);
  EXPECT_EQ(copies_in(held_out, training), 0u);
  held_out.push_back(training[2]);
  held_out.back().positions.row(0).swap(held_out.back().positions.row(1));
  held_out.push_back(training[2]);
  EXPECT_EQ(copies_in(held_out, training), 2u);
}

}  // namespace
}  // namespace vitrion::dataset
