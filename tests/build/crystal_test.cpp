// Crystals from published parameters have the published symmetry and sensible bonds.
#include "vitrion/build/crystal.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>

#include "build/crystals.hpp"
#include "vitrion/build/symmetry.hpp"
#include "vitrion/core/error.hpp"

namespace vitrion::build {
namespace {

using namespace test;

// Distances from the atoms of one species to those of another that are nearer than `cutoff`.
std::vector<double> distances(const Structure& s, const Species& a, const Species& b, double cutoff) {
  std::vector<double> list;
  for (Eigen::Index i = 0; i < s.positions.rows(); ++i)
    for (Eigen::Index j = 0; j < s.positions.rows(); ++j) {
      if (s.species[static_cast<std::size_t>(i)] != a || s.species[static_cast<std::size_t>(j)] != b || i == j)
        continue;
      const double r = s.cell.minimum_image((s.positions.row(i) - s.positions.row(j)).transpose()).norm();
      if (r < cutoff) list.push_back(r);
    }
  return list;
}

void expect_phosphate(const Structure& s, std::size_t n_phosphorus) {
  const std::vector<double> bonds = distances(s, el("P"), el("O"), 2.0);
  EXPECT_EQ(bonds.size(), 4 * n_phosphorus);
  for (const double r : bonds) EXPECT_NEAR(r, 1.545, 0.02);
  const std::vector<double> lithium = distances(s, el("Li"), el("O"), 2.3);
  EXPECT_EQ(lithium.size(), 4 * 3 * n_phosphorus);  // every Li in a tetrahedron of O
  for (const double r : lithium) EXPECT_NEAR(r, 1.97, 0.13);
}

TEST(Crystal, GammaLithiumPhosphateIsPnma) {
  const Structure s = gamma_li3po4();
  EXPECT_EQ(composition(s.species), "Li12 P4 O16");
  EXPECT_EQ(space_group_of(s), "Pnma (62)");
  EXPECT_NEAR(s.density(), 2.445, 0.001);  // as published
  expect_phosphate(s, 4);
}

TEST(Crystal, BetaLithiumPhosphateIsPmn21) {
  const Structure s = beta_li3po4();
  EXPECT_EQ(composition(s.species), "Li6 P2 O8");
  EXPECT_EQ(space_group_of(s), "Pmn2_1 (31)");
  EXPECT_NEAR(s.density(), 2.472, 0.001);
  expect_phosphate(s, 2);
}

// The published setting Pmnb instead of Pnma: the same crystal with exchanged axes.
TEST(Crystal, TakesOtherSettingsByTheirHallNumber) {
  CrystalOptions o{.lengths = {6.1113, 10.4612, 4.9208},
                   .angles = {90, 90, 90},
                   .space_group = "hall 293",
                   .sites = {{el("P"), {0.25, 0.4115, 0.3079}}}};
  const Structure p = crystal(o);
  EXPECT_EQ(p.size(), 4U);
}

TEST(Crystal, HexagonalCellsAndSharedSites) {
  // Magnesium: two atoms from one site on a position of multiplicity 2 of 24.
  const Structure mg = crystal({.lengths = {3.209, 3.209, 5.211},
                                .angles = {90, 90, 120},
                                .space_group = "194",
                                .sites = {{el("Mg"), {1.0 / 3, 2.0 / 3, 0.25}}}});
  EXPECT_EQ(mg.size(), 2U);
  EXPECT_EQ(space_group_of(mg), "P6_3/mmc (194)");
  EXPECT_NEAR(mg.density(), 1.738, 0.01);
  // A coordinate given to three digits, 0.333, makes no second atom beside its mirror image.
  const Structure rounded = crystal({.lengths = {3.209, 3.209, 5.211},
                                     .angles = {90, 90, 120},
                                     .space_group = "194",
                                     .sites = {{el("Mg"), {0.333, 0.667, 0.25}}}});
  EXPECT_EQ(rounded.size(), 2U);
}

TEST(Crystal, RefusesWhatIsNoCrystal) {
  const std::vector<CrystalSite> one = {{el("Li"), {0, 0, 0}}};
  EXPECT_THROW(cubic(3.5, "Pnmaa", one), InputError);
  EXPECT_THROW(cubic(3.5, "231", one), InputError);
  EXPECT_THROW(cubic(-3.5, "Im-3m", one), InputError);
  EXPECT_THROW(cubic(3.5, "Im-3m", {}), InputError);
  EXPECT_THROW(cubic(3.5, "194", one), InputError);                                      // cubic, not hexagonal
  EXPECT_THROW(cubic(3.5, "Im-3m", {one[0], {el("O"), {0.5, 0.5, 0.49}}}), InputError);  // overlap
  EXPECT_THROW(crystal({.lengths = {3, 3, 3}, .angles = {60, 60, 130}, .space_group = "1", .sites = one}), InputError);
}

TEST(Symmetry, CountsOperations) {
  EXPECT_EQ(symmetry_of(rock_salt()).size(), 192U);
  EXPECT_EQ(symmetry_of(gamma_li3po4()).size(), 8U);
}

TEST(Symmetry, FindsPrimitiveCells) {
  for (const auto& [s, points] : {std::pair{rock_salt(), 4.0}, {lithium(), 2.0}, {beta_li3po4(), 1.0}}) {
    const Matrix3 p = primitive_vectors(s.cell, symmetry_of(s));
    EXPECT_NEAR(p.determinant(), 1 / points, 1e-12);
  }
}

TEST(Symmetry, PermutationsKeepDistances) {
  const Structure s = gamma_li3po4();
  std::vector<int> kinds;
  for (const Species& a : s.species) kinds.push_back(a.atomic_number());
  for (const auto& p : permutations(s.cell, s.positions, kinds, symmetry_of(s)))
    for (Eigen::Index i = 0; i < 32; i += 3) {
      const auto to = [&](Eigen::Index k) { return p[static_cast<std::size_t>(k)]; };
      const double before = s.cell.minimum_image((s.positions.row(i) - s.positions.row(1)).transpose()).norm();
      const double after = s.cell.minimum_image((s.positions.row(to(i)) - s.positions.row(to(1))).transpose()).norm();
      EXPECT_NEAR(before, after, 1e-3);
    }
}

}  // namespace
}  // namespace vitrion::build
