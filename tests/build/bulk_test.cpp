// Supercells, strains, random displacements.
#include <gtest/gtest.h>

#include <numbers>

#include "build/crystals.hpp"
#include "vitrion/build/displace.hpp"
#include "vitrion/build/geometry.hpp"
#include "vitrion/build/strain.hpp"
#include "vitrion/build/supercell.hpp"
#include "vitrion/build/symmetry.hpp"
#include "vitrion/core/error.hpp"

namespace vitrion::build {
namespace {

using namespace test;

IntegerMatrix3 matrix(int a, int b, int c, int d, int e, int f, int g, int h, int i) {
  return (IntegerMatrix3() << a, b, c, d, e, f, g, h, i).finished();
}

TEST(Supercell, IsTheSameCrystal) {
  const Structure s = gamma_li3po4();
  for (const IntegerMatrix3& m : {matrix(2, 0, 0, 0, 2, 0, 0, 0, 2), matrix(1, 1, 0, -1, 2, 0, 0, 1, 2)}) {
    const Structure big = supercell(s, m);
    EXPECT_NEAR(big.density(), s.density(), 1e-12);
    EXPECT_EQ(space_group_of(big), "Pnma (62)");
    EXPECT_NEAR(nearest_contact(big, 3)->distance, nearest_contact(s, 3)->distance, 1e-12);
  }
}

// The conventional cell of fcc from its primitive one.
TEST(Supercell, TakesAnyIntegerMatrix) {
  Structure fcc;
  fcc.cell = Cell((Matrix3() << 0, 2, 2, 2, 0, 2, 2, 2, 0).finished());
  fcc.species = {el("Al")};
  fcc.positions.setZero(1, 3);
  const Structure cube = supercell(fcc, matrix(-1, 1, 1, 1, -1, 1, 1, 1, -1));
  EXPECT_EQ(cube.size(), 4U);
  EXPECT_TRUE(cube.cell.matrix().isApprox(4 * Matrix3::Identity()));
}

TEST(Supercell, RefusesWhatSpansNoCell) {
  EXPECT_THROW(supercell(lithium(), matrix(1, 0, 0, 0, 1, 0, 1, 1, 0)), InputError);
  EXPECT_THROW(supercell(lithium(), matrix(0, 1, 0, 1, 0, 0, 0, 0, 1)), InputError);  // left-handed
  Structure cluster = lithium();
  cluster.cell = Cell(cluster.cell.matrix(), {true, true, false});
  EXPECT_THROW(supercell(cluster, matrix(2, 0, 0, 0, 2, 0, 0, 0, 2)), InputError);
}

TEST(Strain, HydrostaticIsTheChangeOfVolume) {
  const Structure s = beta_li3po4();
  const Structure t = deformed(s, deformation(StrainKind::hydrostatic, StrainPlane::xy, -0.1));
  EXPECT_NEAR(t.cell.volume() / s.cell.volume(), 0.9, 1e-12);
  EXPECT_NEAR(t.cell.lengths()[0] / s.cell.lengths()[0], std::cbrt(0.9), 1e-12);
  EXPECT_EQ(space_group_of(t), "Pmn2_1 (31)");
}

TEST(Strain, OthersKeepTheVolume) {
  const Structure s = gamma_li3po4();
  for (const StrainKind kind : {StrainKind::orthorhombic, StrainKind::monoclinic})
    for (const StrainPlane plane : {StrainPlane::xy, StrainPlane::yz, StrainPlane::zx})
      for (const double d : {-0.2, 0.05, 0.3})
        EXPECT_NEAR(deformed(s, deformation(kind, plane, d)).cell.volume(), s.cell.volume(), 1e-9);
}

TEST(Strain, LengthsAndAnglesAreAsStated) {
  const Structure s = gamma_li3po4();
  const Vector3 before = s.cell.lengths();
  const Cell stretched = deformed(s, deformation(StrainKind::orthorhombic, StrainPlane::yz, 0.04)).cell;
  EXPECT_NEAR(stretched.lengths()[1] / before[1], 1.04, 1e-12);
  EXPECT_NEAR(stretched.lengths()[2] / before[2], 0.96, 1e-12);
  const Cell sheared = deformed(s, deformation(StrainKind::monoclinic, StrainPlane::zx, 0.1)).cell;
  const double expected = std::acos(0.4 / 4.01) * 180 / std::numbers::pi;
  EXPECT_NEAR(sheared.angles()[1], expected, 1e-9);  // beta, between z and x
  EXPECT_NEAR(sheared.angles()[0], 90, 1e-9);
  EXPECT_NEAR(sheared.angles()[2], 90, 1e-9);
}

TEST(Strain, AtomsMoveWithTheCell) {
  const Structure s = gamma_li3po4();
  const Structure t = deformed(s, deformation(StrainKind::monoclinic, StrainPlane::xy, 0.1));
  for (Eigen::Index i = 0; i < 32; ++i)
    EXPECT_TRUE(s.cell.to_fractional(s.positions.row(i)).isApprox(t.cell.to_fractional(t.positions.row(i)), 1e-10));
}

TEST(Strain, RefusesWhatLeavesNoCell) {
  EXPECT_THROW(deformation(StrainKind::hydrostatic, StrainPlane::xy, -1), InputError);
  EXPECT_THROW(deformation(StrainKind::orthorhombic, StrainPlane::xy, 1), InputError);
  EXPECT_THROW(deformation(StrainKind::monoclinic, StrainPlane::xy, -2), InputError);
}

// 1536 coordinates: the standard deviation of the variance is 3.6 %.
TEST(Displace, HasTheStatedSize) {
  const Structure s = supercell(lithium(), matrix(8, 0, 0, 0, 8, 0, 0, 0, 4));
  DisplaceOptions o{.size = 0.12};
  const double variance = (displaced(s, o).positions - s.positions).squaredNorm() / 1536;
  EXPECT_NEAR(variance / (0.12 * 0.12), 1, 0.15);
  o.distribution = Distribution::uniform;
  const Positions d = displaced(s, o).positions - s.positions;
  EXPECT_LE(d.cwiseAbs().maxCoeff(), 0.12);
  EXPECT_GT(d.cwiseAbs().maxCoeff(), 0.119);
  EXPECT_NEAR(d.squaredNorm() / 1536 / (0.12 * 0.12 / 3), 1, 0.1);
}

TEST(Displace, DependsOnSeedAndCopyOnly) {
  const Structure s = gamma_li3po4();
  EXPECT_EQ(displaced(s, {.seed = 4}).positions, displaced(s, {.seed = 4}).positions);
  EXPECT_NE(displaced(s, {.seed = 4}).positions, displaced(s, {.seed = 5}).positions);
  EXPECT_NE(displaced(s, {.seed = 4}).positions, displaced(s, {.seed = 4, .copy = 1}).positions);
}

TEST(Displace, KeepsTheSmallestDistance) {
  const Structure s = gamma_li3po4();
  for (std::uint64_t copy = 0; copy < 20; ++copy)
    EXPECT_FALSE(nearest_contact(displaced(s, {.size = 0.2, .min_distance = 1.1, .copy = copy}), 1.1));
  EXPECT_THROW(displaced(s, {.size = 2, .min_distance = 1.5}), InputError);
  EXPECT_THROW(displaced(s, {.size = 0}), InputError);
}

TEST(Geometry, RefusesOverlappingAtoms) {
  Structure s = lithium();
  s.positions.row(1) = s.positions.row(0);
  s.positions(1, 0) += 0.3;
  EXPECT_THROW(require_solid(s, "the structure"), InputError);
}

TEST(Geometry, TurnsWithoutChangingDistances) {
  Structure s = lithium();
  s.cell = Cell(s.cell.matrix() * (Matrix3() << 0.36, 0.48, -0.8, -0.8, 0.6, 0, 0.48, 0.64, 0.6).finished());
  s.positions = s.positions * (Matrix3() << 0.36, 0.48, -0.8, -0.8, 0.6, 0, 0.48, 0.64, 0.6).finished();
  const Structure t = turned_to_axes(s);
  EXPECT_TRUE(t.cell.matrix().isApprox(lithium().cell.matrix(), 1e-12));
  EXPECT_TRUE(t.positions.isApprox(lithium().positions, 1e-12));
}

}  // namespace
}  // namespace vitrion::build
