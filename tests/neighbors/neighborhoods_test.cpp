// Neighbour lists against a search over every image.
#include "neighbors/neighborhoods.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/random.hpp"

namespace vitrion {
namespace {

Structure random_structure(const Cell& cell, int n, std::uint64_t seed, double spread = 1.0) {
  Random random(seed);
  Structure s;
  s.cell = cell;
  s.positions.resize(n, 3);
  for (int i = 0; i < n; ++i) {
    s.species.push_back(Species::element("Li"));
    const Vector3 f(spread * random.uniform(), spread * random.uniform(), spread * random.uniform());
    s.positions.row(i) = cell.to_cartesian(f).transpose();
  }
  return s;
}

// Sorted distances of every pair (i, image of j) by trying all images in a wide range.
std::vector<double> all_distances(const Structure& s, double cutoff) {
  std::vector<double> list;
  const auto& periodic = s.cell.periodic();
  const int n[3] = {periodic[0] ? 8 : 0, periodic[1] ? 8 : 0, periodic[2] ? 8 : 0};
  for (Eigen::Index i = 0; i < s.positions.rows(); ++i)
    for (Eigen::Index j = 0; j < s.positions.rows(); ++j)
      for (int x = -n[0]; x <= n[0]; ++x)
        for (int y = -n[1]; y <= n[1]; ++y)
          for (int z = -n[2]; z <= n[2]; ++z) {
            if (i == j && x == 0 && y == 0 && z == 0) continue;
            const Vector3 shift = (Vector3(x, y, z).transpose() * s.cell.spanning()).transpose();
            const double r = (s.positions.row(j).transpose() + shift - s.positions.row(i).transpose()).norm();
            if (r < cutoff) list.push_back(r);
          }
  std::sort(list.begin(), list.end());
  return list;
}

std::vector<double> listed_distances(const Structure& s, double cutoff) {
  const PeriodicNeighborhoods lists(s, std::vector<int>(s.size(), 0), cutoff);
  const Neighborhoods n = lists.view();
  std::vector<double> list;
  for (std::size_t i = 0; i < n.n_local; ++i)
    for (int j : n.of(i)) {
      double r2 = 0;
      for (int k = 0; k < 3; ++k) r2 += std::pow(n.positions[3 * j + k] - n.positions[3 * i + k], 2);
      list.push_back(std::sqrt(r2));
    }
  std::sort(list.begin(), list.end());
  return list;
}

void expect_same(const Structure& s, double cutoff) {
  const std::vector<double> expected = all_distances(s, cutoff), listed = listed_distances(s, cutoff);
  ASSERT_EQ(expected.size(), listed.size());
  for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(expected[i], listed[i], 1e-10);
}

Matrix3 skewed() {
  Matrix3 m;
  m << 5, 0, 0, 2.4, 6, 0, -2.4, 2.9, 7;
  return m;
}

TEST(Neighborhoods, FindsEveryImageInACellSmallerThanTheCutoff) {
  expect_same(random_structure(Cell(skewed()), 3, 2), 9.0);
}
TEST(Neighborhoods, OneAtomSeesItsOwnImages) {
  expect_same(random_structure(Cell(skewed()), 1, 3), 9.0);
}
TEST(Neighborhoods, LargeCell) {
  expect_same(random_structure(Cell::orthorhombic(18, 20, 22), 60, 4), 4.0);
}
TEST(Neighborhoods, AtomsOutsideTheCell) {
  expect_same(random_structure(Cell(skewed()), 8, 5, 2.5), 5.0);
}

TEST(Neighborhoods, SlabAndCluster) {
  Structure slab = random_structure(Cell::orthorhombic(5, 6, 7), 12, 6);
  slab.cell = Cell(slab.cell.matrix(), {true, true, false});
  expect_same(slab, 6.0);
  Structure cluster = random_structure(Cell::orthorhombic(9, 9, 9), 30, 7);
  cluster.cell = Cell();
  expect_same(cluster, 6.0);
}

TEST(Neighborhoods, RefusesCoincidentAtoms) {
  Structure s = random_structure(Cell::orthorhombic(9, 9, 9), 4, 8);
  s.positions.row(3) = s.positions.row(1);
  EXPECT_THROW(PeriodicNeighborhoods(s, std::vector<int>(4, 0), 4.0), InputError);
}

}  // namespace
}  // namespace vitrion
