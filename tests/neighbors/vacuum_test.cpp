// How much of a cell is empty: against volumes known by construction.
#include "vitrion/neighbors/vacuum.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "vitrion/core/random.hpp"

namespace vitrion::neighbors {
namespace {

// A simple cubic lattice of 2 Å in a box of nx, ny, nz sites.
Positions block(int nx, int ny, int nz) {
  Positions x(nx * ny * nz, 3);
  for (int i = 0; i < x.rows(); ++i) x.row(i) = 2.0 * Eigen::RowVector3d(i % nx, i / nx % ny, i / nx / ny);
  return x;
}

TEST(Vacuum, ASolidHasNone) {
  const Vacuum v = measure_vacuum(Cell::orthorhombic(12, 12, 12), block(6, 6, 6));
  EXPECT_EQ(v.share, 0);
  EXPECT_NEAR(v.gap, 2, 1e-9);
}

TEST(Vacuum, ASlabHasWhatIsBeyondTheReachOnBothSides) {
  // Layers at 0 ... 10 Å in 40 Å: 30 Å without atoms, less 4 Å on either side (3.9 and 4 above sites and gaps).
  const Vacuum v = measure_vacuum(Cell::orthorhombic(12, 12, 40), block(6, 6, 6));
  EXPECT_NEAR(v.share, 22.0 / 40, 0.03);
  EXPECT_NEAR(v.gap, 30, 1e-9);
  EXPECT_EQ(v.gap_axis, 2);
  EXPECT_NEAR(v.height, 40, 1e-9);
}

TEST(Vacuum, DoesNotMindWhereAtomsAreCountedOrHowTheCellLeans) {
  Matrix3 m;
  m << 12, 0, 0, 4, 12, 0, 6, -8, 40;
  const Cell leaning(m);
  Positions x = block(6, 6, 6);
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    // The same fractional coordinates; every other atom some cells away.
    x.row(i) = leaning.to_cartesian(Cell::orthorhombic(12, 12, 40).to_fractional(x.row(i).transpose())).transpose();
    if (i % 2 == 0) x.row(i) += m.row(0) * 3 - m.row(2) * 2;
  }
  const Vacuum v = measure_vacuum(leaning, x);
  EXPECT_NEAR(v.share, 22.0 / 40, 0.05);
  EXPECT_NEAR(v.gap, 30 * leaning.heights()[2] / 40, 1e-9);
}

TEST(Vacuum, OfOneAtomIsAllButASphere) {
  const Vacuum v = measure_vacuum(Cell::orthorhombic(20, 20, 20), Positions::Zero(1, 3));
  EXPECT_NEAR(v.share, 1 - 4 * std::numbers::pi / 3 * 64 / 8000, 0.003);
}

TEST(Vacuum, OpenEndsAreEmptyToo) {
  const Vacuum v = measure_vacuum(Cell(Cell::orthorhombic(12, 12, 40).matrix(), {true, true, false}), block(6, 6, 6));
  EXPECT_NEAR(v.share, 26.0 / 40, 0.03) << "the layer at 0 has no image at 40 Å";
  EXPECT_NEAR(v.gap, 30, 1e-9);
}

TEST(Vacuum, OfACavityAndOfAGas) {
  const Positions all = block(12, 12, 12);
  Positions shell(0, 3);
  for (const auto& x : all.rowwise())
    if ((x - Eigen::RowVector3d(12, 12, 12)).norm() > 8) {
      shell.conservativeResize(shell.rows() + 1, 3);
      shell.bottomRows(1) = x;
    }
  const double share = measure_vacuum(Cell::orthorhombic(24, 24, 24), shell).share;
  EXPECT_GT(share, 4 * std::numbers::pi / 3 * 64 / 13824 * 0.7);  // a sphere of 8 - 4 Å
  EXPECT_LT(share, 4 * std::numbers::pi / 3 * 216 / 13824);
  Random random(1);
  Positions gas(40, 3);
  for (Eigen::Index i = 0; i < 40; ++i)
    gas.row(i) = 30 * Eigen::RowVector3d(random.uniform(), random.uniform(), random.uniform());
  // Points at random: a place is free of 40 spheres of 268 Å^3 with (1 - 268/27000)^40.
  EXPECT_NEAR(measure_vacuum(Cell::orthorhombic(30, 30, 30), gas).share, std::pow(1 - 268.08 / 27000, 40), 0.04);
}

}  // namespace
}  // namespace vitrion::neighbors
