// ZBL repulsion by itself; tests/md compares it with LAMMPS's.
#include "vitrion/potentials/zbl/zbl.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/potentials/catalogue.hpp"

namespace vitrion {
namespace {

const potentials::ZblOptions lithium_oxygen{parse_species_list("Li,O"), 1.0, 2.5};

TEST(Zbl, SlopeIsTheDerivativeOfTheEnergyAndBothEndSmoothly) {
  const potentials::Zbl zbl(lithium_oxygen);
  const double h = 1e-6;
  for (const double r : {0.2, 0.7, 0.999, 1.001, 1.7, 2.4, 2.499}) {
    const double slope = (zbl.pair(0, 1, r + h).energy - zbl.pair(0, 1, r - h).energy) / (2 * h);
    EXPECT_NEAR(zbl.pair(0, 1, r).slope, slope, 1e-6 * std::max(1.0, std::abs(slope))) << r;
  }
  EXPECT_NEAR(zbl.pair(0, 1, 2.5 - 1e-4).energy, 0, 1e-11);
  EXPECT_NEAR(zbl.pair(0, 1, 2.5 - 1e-4).slope, 0, 1e-7);
  EXPECT_EQ(zbl.pair(0, 1, 2.5).energy, 0);
}

// At small distances screening vanishes: r E -> e^2 Z_i Z_j / (4 pi eps0), 14.399645 eV Å times 3 times 8.
TEST(Zbl, IsCoulombRepulsionOfBareNucleiAtShortRange) {
  EXPECT_NEAR(1e-5 * potentials::Zbl(lithium_oxygen).pair(0, 1, 1e-5).energy, 14.399645 * 24, 0.05);
}

TEST(Zbl, ForcesAndStressAreDerivativesOfTheEnergy) {
  potentials::Zbl zbl(lithium_oxygen);
  Structure s;
  s.cell = Cell::orthorhombic(2.2, 2.4, 3.0);  // smaller than twice the cutoff: an atom meets its own images
  s.species = parse_species_list("Li,O");
  s.positions.resize(2, 3);
  s.positions << 0, 0, 0, 0.9, 1.1, 1.4;
  const Labels labels = evaluate(zbl, s);
  const double h = 1e-5;
  for (int k = 0; k < 3; ++k) {
    Structure a = s, b = s;
    a.positions(1, k) -= h;
    b.positions(1, k) += h;
    const double slope = (*evaluate(zbl, b).energy - *evaluate(zbl, a).energy) / (2 * h);
    EXPECT_NEAR(labels.forces(1, k), -slope, 1e-6 * std::max(1.0, std::abs(slope)));
    Matrix3 strain = Matrix3::Zero();
    strain(k, (k + 1) % 3) = h;
    a = b = s;
    a.cell = Cell(s.cell.matrix() * (Matrix3::Identity() - strain));
    b.cell = Cell(s.cell.matrix() * (Matrix3::Identity() + strain));
    a.positions = s.positions * (Matrix3::Identity() - strain);
    b.positions = s.positions * (Matrix3::Identity() + strain);
    const double stress = (*evaluate(zbl, b).energy - *evaluate(zbl, a).energy) / (2 * h) / s.cell.volume();
    EXPECT_NEAR((*labels.stress)(k, (k + 1) % 3), stress, 1e-6);
  }
}

TEST(Zbl, FileIsReadStrictly) {
  const std::filesystem::path file = test::scratch_folder() / "zbl.yaml";
  std::ofstream(file) << "kind: zbl\nspecies: [Li, O]\ninner: 0.8\nouter: 1.6\n";
  EXPECT_EQ(potentials::load_potential(file)->cutoff(), 1.6);
  std::ofstream(file) << "kind: zbl\nspecies: [Li, O]\ninner: 1.8\nouter: 1.6\n";
  try {
    potentials::load_potential(file);
    FAIL() << "no error";
  } catch (const InputError& e) {
    EXPECT_EQ(e.where().line, 4u);
  }
}

}  // namespace
}  // namespace vitrion
