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
