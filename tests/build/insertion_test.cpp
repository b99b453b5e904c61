// Ions in voids: where they go, what it costs, and that the cell stays neutral.
#include "vitrion/build/insertion.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "build/crystals.hpp"
#include "vitrion/build/ewald.hpp"
#include "vitrion/build/geometry.hpp"
#include "vitrion/build/packed_cell.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/units.hpp"

namespace vitrion::build {
namespace {

using namespace test;

// Octahedral voids of an fcc lattice of anions, filled: rock salt, whose energy is known.
TEST(Insertion, MakesRockSaltFromItsAnions) {
  InsertOptions o{.ion = el("Na")};
  o.count = 4;
  o.charges = {{el("Na"), 1}, {el("Cl"), -1}};
  o.voids.min_radius = 2.6;
  const std::vector<Insertion> made = insert_ions(cubic(5.64, "Fm-3m", {{el("Cl"), {0, 0, 0}}}), o);
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(formula(made[0].structure), "Cl4 Na4");
  EXPECT_NEAR(made[0].coulomb_energy, -4 * 1.7475645946 * units::coulomb_eV_A / 2.82, 1e-7);
}

Structure glass() {
  PackingOptions p;
  p.composition = parse_composition("V16 O40");
  p.density = 2.6;
  p.distances = {{{el("V"), el("O")}, 1.6}, {{el("O"), el("O")}, 2.3}, {{el("V"), el("V")}, 2.9}};
  return packed_cell(p);
}

InsertOptions magnesium() {
  InsertOptions o{.ion = el("Mg")};
  o.charges = {{el("Mg"), 2}, {el("V"), 5}, {el("O"), -2}};
  o.redox = el("V");
  o.distances = {{{el("Mg"), el("O")}, 1.7}, {{el("Mg"), el("V")}, 2.2}, {{el("Mg"), el("Mg")}, 2.5}};
  o.voids.min_radius = 1.5;
  return o;
}

TEST(Insertion, FillsAGlassToTheComposition) {
  const Structure host = glass();
  InsertOptions o = magnesium();
  o.count = ions_to_reach(host, o.ion, "MgV2O5");
  EXPECT_EQ(o.count, 8);
  o.series = true;
  const std::vector<Insertion> made = insert_ions(host, o);
  ASSERT_EQ(made.size(), 8U);
  for (const Insertion& i : made) {
    const Structure& s = i.structure;
    ASSERT_EQ(s.size(), 56U + static_cast<std::size_t>(i.n_inserted));
    EXPECT_EQ(s.positions.topRows(56), host.positions);
    for (Eigen::Index a = 56; a < s.positions.rows(); ++a)
      for (Eigen::Index b = 0; b < a; ++b) {
        const Species& kind = s.species[static_cast<std::size_t>(b)];
        const double least = kind == el("O") ? 1.7 : kind == el("V") ? 2.2 : 2.5;
        EXPECT_GE(s.cell.minimum_image((s.positions.row(a) - s.positions.row(b)).transpose()).norm(), least - 1e-9);
      }
    // The energy computed anew: V has given way evenly.
    const OxidationStates now = {{el("Mg"), 2}, {el("V"), 5 - 2.0 * i.n_inserted / 16}, {el("O"), -2}};
    EXPECT_NEAR(total_charge(s.species, now), 0, 1e-9);
    EXPECT_NEAR(i.coulomb_energy, coulomb_energy(coulomb_matrix(s.cell, s.positions), charges_of(s.species, now)),
                1e-6);
  }
}

// The first ion stands in the void where the whole energy, computed anew for each, is lowest; variants follow in order.
TEST(Insertion, RanksVoidsByTheWholeEnergy) {
  const Structure host = glass();
  InsertOptions o = magnesium();
  o.distances.clear();
  o.voids.min_radius = 2.1;
  o.variants = 5;
  const std::vector<Insertion> made = insert_ions(host, o);
  ASSERT_EQ(made.size(), 5U);
  std::vector<double> energies;
  for (const Void& v : find_voids(host, o.voids)) {
    Structure s = host;
    s.species.push_back(o.ion);
    s.positions.conservativeResize(57, 3);
    s.positions.row(56) = v.position.transpose();
    const OxidationStates now = {{el("Mg"), 2}, {el("V"), 5 - 2.0 / 16}, {el("O"), -2}};
    energies.push_back(coulomb_energy(coulomb_matrix(s.cell, s.positions), charges_of(s.species, now)));
  }
  std::sort(energies.begin(), energies.end());
  for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(made[k].coulomb_energy, energies[k], 1e-6);
}

TEST(Insertion, RefusesWhatCannotBe) {
  const Structure host = glass();
  InsertOptions o = magnesium();
  o.count = 1000;
  EXPECT_THROW(insert_ions(host, o), InputError);  // no room
  o = magnesium();
  o.redox.reset();
  EXPECT_THROW(insert_ions(host, o), InputError);  // charged
  o.redox = el("Fe");
  EXPECT_THROW(insert_ions(host, o), InputError);
  o = magnesium();
  o.charges.erase(el("Mg"));
  EXPECT_THROW(insert_ions(host, o), InputError);
  EXPECT_THROW(ions_to_reach(host, el("Mg"), "MgV2O6"), InputError);
  EXPECT_THROW(ions_to_reach(host, el("Mg"), "MgV32O80"), InputError);  // half an ion
  EXPECT_THROW(ions_to_reach(host, el("Mg"), "MgV2"), InputError);
  EXPECT_THROW(ions_to_reach(host, el("Mg"), "V2O5"), InputError);
}

}  // namespace
}  // namespace vitrion::build
