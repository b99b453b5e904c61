// Slabs of crystals whose surfaces are known.
#include "vitrion/build/slab.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "build/crystals.hpp"
#include "vitrion/build/geometry.hpp"
#include "vitrion/core/error.hpp"

namespace vitrion::build {
namespace {

using namespace test;

SlabOptions plane(int h, int k, int l, double thickness = 10, double vacuum = 15) {
  SlabOptions o;
  o.miller = {h, k, l};
  o.thickness = thickness;
  o.vacuum = vacuum;
  return o;
}

TEST(Slab, LithiumSurfacesHaveTheirAreas) {
  const double a = 3.51;
  for (const auto& [options, area, spacing] : {std::tuple{plane(1, 1, 0), a * a / std::sqrt(2), a / std::sqrt(2)},
                                               {plane(1, 0, 0), a * a, a / 2},
                                               {plane(1, 1, 1), a * a * std::sqrt(3), a / std::sqrt(12)}}) {
    const std::vector<Slab> slabs = make_slabs(lithium(), options);
    ASSERT_EQ(slabs.size(), 1U);
    EXPECT_NEAR(slabs[0].area, area, 1e-9);
    EXPECT_TRUE(slabs[0].symmetric);
    const auto layers = static_cast<double>(slabs[0].structure.size());  // one atom each
    EXPECT_EQ(layers, std::ceil(10 / spacing));
    EXPECT_NEAR(slabs[0].thickness, (layers - 1) * spacing, 1e-9);
    const Matrix3& m = slabs[0].structure.cell.matrix();
    EXPECT_EQ(m(0, 1), 0);
    EXPECT_EQ(m(0, 2), 0);
    EXPECT_EQ(m(1, 2), 0);
    EXPECT_NEAR(m(2, 0), 0, 1e-12);
    EXPECT_NEAR(m(2, 1), 0, 1e-12);
    EXPECT_NEAR(m(2, 2), slabs[0].thickness + 15, 1e-9);
    EXPECT_NEAR(nearest_contact(slabs[0].structure, 4)->distance, a * std::sqrt(3) / 2, 1e-9);
  }
}

// Without vacuum a slab is the crystal, whatever the plane.
TEST(Slab, WithoutVacuumItIsTheCrystal) {
  for (const auto& miller : {plane(1, 2, 3, 1, 0), plane(0, -1, 1, 1, 0), plane(0, 0, -1, 1, 0), plane(-2, 0, 1, 1, 0)})
    for (const Slab& slab : make_slabs(gamma_li3po4(), miller)) {
      EXPECT_EQ(space_group_of(slab.structure), "Pnma (62)");
      EXPECT_NEAR(slab.structure.density(), gamma_li3po4().density(), 1e-9);
    }
}

TEST(Slab, CommonDivisorsAndSignsDoNotMatter) {
  const auto area = [](const SlabOptions& o) { return make_slabs(beta_li3po4(), o).front().area; };
  EXPECT_NEAR(area(plane(1, 1, 0)), area(plane(2, 2, 0)), 1e-9);
  EXPECT_NEAR(area(plane(1, 1, 0)), area(plane(-1, -1, 0)), 1e-9);
}

const OxidationStates salt = {{el("Na"), 1}, {el("Cl"), -1}};

TEST(Slab, RockSaltIsNonpolarAlong100AndPolarAlong111) {
  SlabOptions o = plane(1, 0, 0);
  o.charges = salt;
  const std::vector<Slab> neutral = make_slabs(rock_salt(), o);
  ASSERT_EQ(neutral.size(), 1U);
  EXPECT_TRUE(neutral[0].symmetric);
  EXPECT_NEAR(*neutral[0].dipole, 0, 1e-9);
  // Layers of +1 and -1 per cell, half a period a/sqrt(3) apart: every period adds its dipole.
  o.miller = {1, 1, 1};
  const std::vector<Slab> polar = make_slabs(rock_salt(), o);
  ASSERT_EQ(polar.size(), 1U);  // Na below or Cl below: the same slab, upside down
  EXPECT_FALSE(polar[0].symmetric);
  const double period = 5.64 / std::sqrt(3);
  EXPECT_NEAR(std::abs(*polar[0].dipole), std::ceil(10 / period) * period / 2, 1e-9);
}

// CaF2 (111): F-Ca-F layers. Cut between F and F it has no dipole; cut between Ca and F it has.
TEST(Slab, FluoriteHasTwoTerminationsAlong111) {
  const Structure fluorite = cubic(5.46, "Fm-3m", {{el("Ca"), {0, 0, 0}}, {el("F"), {0.25, 0.25, 0.25}}});
  SlabOptions o = plane(1, 1, 1);
  o.charges = {{el("Ca"), 2}, {el("F"), -1}};
  const std::vector<Slab> slabs = make_slabs(fluorite, o);
  ASSERT_EQ(slabs.size(), 2U);
  int nonpolar = 0;
  for (const Slab& s : slabs) {
    EXPECT_EQ(s.symmetric, std::abs(*s.dipole) < 1e-6);
    nonpolar += s.symmetric;
    EXPECT_NEAR(total_charge(s.structure.species, o.charges), 0, 1e-9);  // stoichiometric
  }
  EXPECT_EQ(nonpolar, 1);
}

// Silicon (111): one bond per atom cut between the double layers, three within them.
TEST(Slab, SiliconCutsOneBondOrThree) {
  const Structure silicon = cubic(5.431, "Fd-3m", {{el("Si"), {0, 0, 0}}});
  ASSERT_EQ(silicon.size(), 8U);
  SlabOptions o = plane(1, 1, 1);
  o.bonds = {{{el("Si"), el("Si")}, 2.5}};
  std::vector<int> cuts;
  for (const Slab& s : make_slabs(silicon, o)) cuts.push_back(s.cut_bonds);
  std::sort(cuts.begin(), cuts.end());
  EXPECT_EQ(cuts, (std::vector<int>{1, 3}));
  o.miller = {1, 0, 0};
  for (const Slab& s : make_slabs(silicon, o)) EXPECT_EQ(s.cut_bonds, 2);
}

int phosphate_bonds(const Structure& s) {
  int n = 0;
  for_each_neighbor(s, 1.9, [&](std::size_t i, std::size_t j, const Vector3&) {
    n += s.species[i] == el("P") && s.species[j] == el("O");
  });
  return n;
}

TEST(Slab, WholePhosphatesWhereNoBondIsCut) {
  SlabOptions o = plane(1, 0, 0, 12);
  o.bonds = {{{el("P"), el("O")}, 1.9}};
  int whole = 0;
  for (const Slab& slab : make_slabs(gamma_li3po4(), o)) {
    const Structure& s = slab.structure;
    // Two surfaces; each cut bond is missing once.
    EXPECT_EQ(phosphate_bonds(s), 4 * 8 - slab.cut_bonds);
    EXPECT_EQ(formula(s), "Li24 O32 P8");
    whole += slab.cut_bonds == 0;
  }
  EXPECT_GT(whole, 0);
}

// No flat cut along (001) passes between the phosphates; with their units kept whole there are slabs all the same.
TEST(Slab, KeepsUnitsWhole) {
  SlabOptions o = plane(0, 0, 1, 9);
  o.bonds = {{{el("P"), el("O")}, 1.9}};
  o.charges = {{el("Li"), 1}, {el("P"), 5}, {el("O"), -2}};
  for (const Slab& slab : make_slabs(gamma_li3po4(), o)) EXPECT_GT(slab.cut_bonds, 0);
  o.whole_units = true;
  const std::vector<Slab> slabs = make_slabs(gamma_li3po4(), o);
  ASSERT_GT(slabs.size(), 1U);
  for (const Slab& slab : slabs) {
    const Structure& s = slab.structure;
    EXPECT_EQ(formula(s), "Li24 O32 P8");
    EXPECT_EQ(phosphate_bonds(s), 4 * 8);
    if (slab.symmetric) {
      EXPECT_NEAR(*slab.dipole, 0, 1e-6);
    }
    EXPECT_FALSE(nearest_contact(s, 1.4));
    // The vacuum is empty.
    EXPECT_NEAR(s.cell.matrix()(2, 2) - slab.thickness, 15, 1e-9);
  }
  // Silicon is one endless unit.
  const Structure silicon = cubic(5.431, "Fd-3m", {{el("Si"), {0, 0, 0}}});
  o.bonds = {{{el("Si"), el("Si")}, 2.5}};
  o.charges = {};
  EXPECT_THROW(make_slabs(silicon, o), InputError);
}

TEST(Slab, CountsDistinctPlanes) {
  EXPECT_EQ(distinct_planes(rock_salt(), 1).size(), 3U);     // 100 110 111
  EXPECT_EQ(distinct_planes(rock_salt(), 2).size(), 6U);     // and 210 211 221
  EXPECT_EQ(distinct_planes(gamma_li3po4(), 1).size(), 7U);  // mmm: 100 010 001 110 101 011 111
  EXPECT_EQ(distinct_planes(rock_salt(), 1).front(), (Miller{1, 0, 0}));
}

TEST(Slab, RefusesWhatIsNoSlab) {
  EXPECT_THROW(make_slabs(lithium(), plane(0, 0, 0)), InputError);
  EXPECT_THROW(make_slabs(lithium(), plane(1, 0, 0, 0)), InputError);
  EXPECT_THROW(make_slabs(lithium(), plane(1, 0, 0, 5, -1)), InputError);
  SlabOptions o = plane(1, 0, 0);
  o.charges = {{el("Na"), 1}, {el("Cl"), -2}};
  EXPECT_THROW(make_slabs(rock_salt(), o), InputError);
}

}  // namespace
}  // namespace vitrion::build
