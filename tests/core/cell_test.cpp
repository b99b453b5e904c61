#include "vitrion/core/cell.hpp"

#include <gtest/gtest.h>

#include "vitrion/core/error.hpp"
#include "vitrion/core/random.hpp"

namespace vitrion {
namespace {

Matrix3 triclinic() {
  Matrix3 m;
  m << 5, 0, 0, 2.4, 6, 0, -2.4, 2.9, 7;
  return m;
}

TEST(Cell, MinimumImageIsTheShortestOfAllImages) {
  const Cell cell(triclinic());
  Random random(1);
  for (int trial = 0; trial < 500; ++trial) {
    const Vector3 d(20 * random.uniform() - 10, 20 * random.uniform() - 10, 20 * random.uniform() - 10);
    double shortest = 1e300;
    for (int i = -6; i <= 6; ++i)
      for (int j = -6; j <= 6; ++j)
        for (int k = -6; k <= 6; ++k)
          shortest = std::min(shortest, (d + (Vector3(i, j, k).transpose() * cell.matrix()).transpose()).norm());
    EXPECT_NEAR(cell.minimum_image(d).norm(), shortest, 1e-12);
  }
}

TEST(Cell, WrapsIntoItself) {
  const Cell cell(triclinic());
  const Vector3 x = cell.wrap(Vector3(-31.2, 18.7, 400.1));
  const Vector3 s = cell.to_fractional(x);
  EXPECT_TRUE((s.array() >= 0).all() && (s.array() < 1).all());
  const Vector3 n = cell.to_fractional(Vector3(-31.2, 18.7, 400.1)) - s;
  EXPECT_NEAR((n - n.array().round().matrix()).norm(), 0, 1e-10);
}

TEST(Cell, SlabKeepsItsOpenDirection) {
  Matrix3 m = Matrix3::Zero();
  m(0, 0) = 4;
  m(1, 1) = 4;
  const Cell slab(m, {true, true, false});
  EXPECT_NEAR((slab.wrap({5, -1, 99}) - Vector3(1, 3, 99)).norm(), 0, 1e-12);
  EXPECT_FALSE(slab.has_volume());
}

TEST(Cell, RefusesFlatCells) {
  Matrix3 m = Matrix3::Identity();
  m.row(2) = m.row(1);
  EXPECT_THROW(Cell{m}, InputError);
  EXPECT_THROW(Cell{Matrix3::Zero()}, InputError);
}

}  // namespace
}  // namespace vitrion
