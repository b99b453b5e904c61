// Ewald sums against Madelung constants.
#include "vitrion/build/ewald.hpp"

#include <gtest/gtest.h>

#include "build/crystals.hpp"
#include "vitrion/build/charges.hpp"
#include "vitrion/build/supercell.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/core/units.hpp"

namespace vitrion::build {
namespace {

using namespace test;

double energy(const Structure& s, const OxidationStates& states, const EwaldOptions& options = {}) {
  return coulomb_energy(coulomb_matrix(s.cell, s.positions, options), charges_of(s.species, states));
}

// E = -M e^2/(4 pi eps0 r0) a formula unit, r0 the shortest distance.
double madelung(const Structure& s, const OxidationStates& states, double r0, int formula_units) {
  return -energy(s, states) * r0 / (units::coulomb_eV_A * formula_units);
}

TEST(Ewald, MadelungConstants) {
  const OxidationStates salt = {{el("Na"), 1}, {el("Cl"), -1}};
  EXPECT_NEAR(madelung(rock_salt(), salt, 5.64 / 2, 4), 1.7475645946331822, 1e-9);
  const Structure cscl = cubic(4.12, "Pm-3m", {{el("Na"), {0, 0, 0}}, {el("Cl"), {0.5, 0.5, 0.5}}});
  EXPECT_NEAR(madelung(cscl, salt, 4.12 * std::sqrt(0.75), 1), 1.7626747731, 1e-9);
  const Structure blende = cubic(5.41, "F-43m", {{el("Na"), {0, 0, 0}}, {el("Cl"), {0.25, 0.25, 0.25}}});
  EXPECT_NEAR(madelung(blende, salt, 5.41 * std::sqrt(3) / 4, 4), 1.6380550534, 1e-9);
  const Structure fluorite = cubic(5.46, "Fm-3m", {{el("Ca"), {0, 0, 0}}, {el("F"), {0.25, 0.25, 0.25}}});
  EXPECT_NEAR(madelung(fluorite, {{el("Ca"), 2}, {el("F"), -1}}, 5.46 * std::sqrt(3) / 4, 4), 5.0387848, 1e-6);
}

// One charge in its background: -2.837297 e^2/(2 L), the Madelung constant of the simple cubic Wigner lattice.
TEST(Ewald, ChargedCellHasABackground) {
  const Structure one = cubic(7, "Pm-3m", {{el("Li"), {0, 0, 0}}});
  EXPECT_NEAR(energy(one, {{el("Li"), 1}}), -2.837297479480620 * units::coulomb_eV_A / 14, 1e-8);
}

TEST(Ewald, DoesNotDependOnTheSplit) {
  Structure s;
  s.cell = Cell((Matrix3() << 6, 0, 0, 2.5, 7, 0, -1, 3, 5).finished());
  Random random(3);
  s.positions.resize(7, 3);
  std::vector<double> charges;
  for (Eigen::Index i = 0; i < 7; ++i) {
    for (int k = 0; k < 3; ++k) s.positions(i, k) = 10 * random.uniform();
    charges.push_back(random.uniform() - 0.3);  // not neutral
  }
  const double reference = coulomb_energy(coulomb_matrix(s.cell, s.positions, {.accuracy = 1e-14}), charges);
  for (const double alpha : {0.3, 0.5, 0.8})
    EXPECT_NEAR(coulomb_energy(coulomb_matrix(s.cell, s.positions, {.alpha = alpha}), charges), reference, 1e-9);
}

TEST(Ewald, IsExtensiveAndDoesNotDependOnTheCell) {
  const OxidationStates salt = {{el("Na"), 1}, {el("Cl"), -1}};
  const double one = energy(rock_salt(), salt);
  EXPECT_NEAR(energy(supercell(rock_salt(), (IntegerMatrix3() << 1, 1, 0, -1, 1, 0, 2, 0, 1).finished()), salt),
              2 * one, 1e-8);
}

TEST(Ewald, RefusesWhatHasNoSum) {
  Structure s = rock_salt();
  s.positions.row(1) = s.positions.row(0);
  EXPECT_THROW(coulomb_matrix(s.cell, s.positions), InputError);
  EXPECT_THROW(coulomb_matrix(Cell(), rock_salt().positions), InputError);
  EXPECT_THROW(charges_of(rock_salt().species, {{el("Na"), 1}}), InputError);
}

}  // namespace
}  // namespace vitrion::build
