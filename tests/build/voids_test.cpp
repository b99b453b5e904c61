// Voids of lattices whose interstitial sites are known.
#include "vitrion/build/voids.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "build/crystals.hpp"
#include "vitrion/build/supercell.hpp"
#include "vitrion/core/error.hpp"

namespace vitrion::build {
namespace {

using namespace test;

TEST(Voids, OctahedraAndTetrahedraOfFcc) {
  const double a = 4.05;
  const Structure fcc = cubic(a, "Fm-3m", {{el("Al"), {0, 0, 0}}});
  const std::vector<Void> voids = find_voids(fcc, {.min_radius = 1.0});
  ASSERT_EQ(voids.size(), 12U);
  for (std::size_t k = 0; k < 12; ++k) EXPECT_NEAR(voids[k].radius, k < 4 ? a / 2 : a * std::sqrt(3) / 4, 1e-9);
  EXPECT_EQ(find_voids(fcc, {.min_radius = 1.9}).size(), 4U);
}

// Twelve tetrahedral sites in the cubic cell of bcc; the octahedral ones are no vertices.
TEST(Voids, TetrahedraOfBcc) {
  const std::vector<Void> voids = find_voids(lithium(), {.min_radius = 1.0});
  ASSERT_EQ(voids.size(), 12U);
  for (const Void& v : voids) EXPECT_NEAR(v.radius, 3.51 * std::sqrt(5) / 4, 1e-9);
}

TEST(Voids, DoNotDependOnTheShapeOfTheCell) {
  const Structure skewed = supercell(lithium(), (IntegerMatrix3() << 1, 3, 0, 0, 1, -2, 0, 0, 1).finished());
  EXPECT_EQ(find_voids(skewed, {.min_radius = 1.0}).size(), 12U);
}

// The radius is the distance to the nearest atom, recomputed here, and no place nearby is farther from all atoms.
TEST(Voids, AreLocalMaximaOfTheDistance) {
  const Structure s = gamma_li3po4();
  const auto distance = [&](const Vector3& x) {
    double least = 1e9;
    for (Eigen::Index i = 0; i < s.positions.rows(); ++i)
      least = std::min(least, s.cell.minimum_image(s.positions.row(i).transpose() - x).norm());
    return least;
  };
  const std::vector<Void> voids = find_voids(s, {.min_radius = 1.3});
  ASSERT_GT(voids.size(), 4U);
  for (const Void& v : voids) EXPECT_NEAR(distance(v.position), v.radius, 1e-9);
  for (std::size_t k = 0; k < voids.size(); ++k)
    for (std::size_t j = 0; j < k; ++j)
      EXPECT_GE(s.cell.minimum_image(voids[k].position - voids[j].position).norm(), 0.5);
  // The largest one is the farthest place of the whole cell.
  for (double x = 0; x < 1; x += 0.04)
    for (double y = 0; y < 1; y += 0.06)
      for (double z = 0; z < 1; z += 0.08)
        EXPECT_LE(distance(s.cell.to_cartesian({x, y, z})), voids.front().radius + 1e-9);
}

TEST(Voids, NeedASolid) {
  Structure s = lithium();
  s.cell = Cell(s.cell.matrix(), {true, true, false});
  EXPECT_THROW(find_voids(s), InputError);
}

}  // namespace
}  // namespace vitrion::build
