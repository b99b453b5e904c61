// Neighbour lists against a search over every image.
#include "vitrion/neighbors/neighborhoods.hpp"
#include "frontend/threads.hpp"

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/core/random.hpp"

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
  const neighbors::PeriodicNeighborhoods lists(s, std::vector<int>(s.size(), 0), cutoff);
  const neighbors::Neighborhoods n = lists.view();
  std::vector<double> list;
  for (std::size_t i = 0; i < n.n_local; ++i)
    for (int j : n.of(i)) {
      double r2 = 0;
      for (std::size_t k = 0; k < 3; ++k)
        r2 += std::pow(n.positions[3 * static_cast<std::size_t>(j) + k] - n.positions[3 * i + k], 2);
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
  // (Not 5 Å: the first cell vector is that long, and rounding would decide.)
  expect_same(random_structure(Cell(skewed()), 8, 5, 2.5), 5.2);
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
  for (const double cutoff : {4.0, 1e-9, 0.0})
    EXPECT_THROW(neighbors::PeriodicNeighborhoods(s, std::vector<int>(4, 0), cutoff), InputError);
  // An atom on the image of another one.
  s.positions.row(3) = s.positions.row(1) + Eigen::RowVector3d(9, 0, -9);
  try {
    neighbors::PeriodicNeighborhoods(s, std::vector<int>(4, 0), 4.0);
    FAIL();
  } catch (const InputError& e) {
    EXPECT_NE(std::string(e.what()).find("atoms 2 and 4 stand on the same place"), std::string::npos) << e.what();
  }
}

TEST(Neighborhoods, NobodyIsNearerThanZero) {
  const Structure s = random_structure(Cell::orthorhombic(9, 9, 9), 50, 9);
  const neighbors::PeriodicNeighborhoods lists(s, std::vector<int>(50, 0), 0.0);
  EXPECT_EQ(lists.mean_neighbors(), 0);
  EXPECT_EQ(lists.n_ghost(), 0u);
  for (const double cutoff : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()})
    EXPECT_THROW(neighbors::PeriodicNeighborhoods(s, std::vector<int>(50, 0), cutoff), InputError);
}

// Points in a plane, in a line, far apart, and a cutoff longer than all of them.
TEST(Neighborhoods, ExtremeShapes) {
  Structure s = random_structure(Cell::orthorhombic(9, 9, 9), 40, 10);
  s.cell = Cell();
  expect_same(s, 50.0);
  s.positions.col(1).setConstant(3.5);
  expect_same(s, 2.0);
  s.positions.col(2).setConstant(-1.0);
  expect_same(s, 2.0);
  s.positions.col(0) *= 1e6;
  expect_same(s, 2e5);
}

// Atoms on the sides of the boxes: a crystal whose planes lie half a cutoff apart, neighbours just within and beyond.
TEST(Neighborhoods, CrystalPlanesOnBoxSides) {
  Structure s;
  s.cell = Cell::orthorhombic(8, 8, 8);
  s.positions.resize(64, 3);
  for (int i = 0; i < 64; ++i) {
    s.positions.row(i) << 2 * (i % 4), 2 * (i / 4 % 4), 2 * (i / 16);
    s.species.push_back(Species::element("Li"));
  }
  for (const auto& [cutoff, neighbors] : {std::pair{2.0, 0}, {2.0 + 1e-9, 6}, {4.0, 26}, {4.0 + 1e-9, 32}})
    EXPECT_EQ(neighbors::PeriodicNeighborhoods(s, std::vector<int>(64, 0), cutoff).mean_neighbors(), neighbors)
        << cutoff;
}

// The set of neighbours of every atom, by number and difference vector, in a fixed order.
std::vector<std::vector<std::array<double, 4>>> environments(const neighbors::PeriodicNeighborhoods& lists) {
  const neighbors::Neighborhoods n = lists.view();
  std::vector<std::vector<std::array<double, 4>>> all(n.n_local);
  for (std::size_t i = 0; i < n.n_local; ++i) {
    for (const int j : n.of(i)) {
      const auto row = static_cast<std::size_t>(j);
      std::array<double, 4> item{static_cast<double>(row < n.n_local ? j : lists.owners()[row - n.n_local])};
      for (std::size_t k = 0; k < 3; ++k) item[k + 1] = n.positions[3 * row + k] - n.positions[3 * i + k];
      all[i].push_back(item);
    }
    std::sort(all[i].begin(), all[i].end());
  }
  return all;
}

TEST(Neighborhoods, RenumberingAtomsRenumbersTheLists) {
  const int n = 300;
  const Structure s = random_structure(Cell(2.2 * skewed()), n, 11);
  Structure turned = s;
  for (int i = 0; i < n; ++i) turned.positions.row(n - 1 - i) = s.positions.row(i);
  const auto a = environments({s, std::vector<int>(n, 0), 5.0});
  auto b = environments({turned, std::vector<int>(n, 0), 5.0});
  for (auto& list : b) {
    for (auto& item : list) item[0] = n - 1 - item[0];
    std::sort(list.begin(), list.end());
  }
  for (int i = 0; i < n; ++i) EXPECT_EQ(a[static_cast<std::size_t>(i)], b[static_cast<std::size_t>(n - 1 - i)]);
}

TEST(Neighborhoods, ThreadsChangeNothing) {
  const int n = 1500;
  const Structure s = random_structure(Cell(4.0 * skewed()), n, 12);
  const auto lists = [&](int n_threads) {
    frontend::set_threads(n_threads);
    const neighbors::PeriodicNeighborhoods p(s, std::vector<int>(n, 0), 5.0);
    const neighbors::Neighborhoods v = p.view();
    return std::pair(std::vector<std::int64_t>(v.first, v.first + n + 1),
                     std::vector<int>(v.neighbors, v.neighbors + v.first[n]));
  };
  const auto one = lists(1), three = lists(3), seven = lists(7);
  frontend::set_threads(0);
  EXPECT_GT(one.second.size(), 20'000u);
  EXPECT_EQ(one, three);
  EXPECT_EQ(one, seven);
}

// Every instruction set this processor has, over lists of all lengths.
TEST(Neighborhoods, InstructionSetsAgree) {
  const Structure s = random_structure(Cell(1.7 * skewed()), 150, 13);
  const auto best = environments({s, std::vector<int>(150, 0), 4.0});
  for (const std::int64_t target : {HWY_AVX2, HWY_SSE4}) {
    if (!(hwy::SupportedTargets() & target)) continue;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    EXPECT_EQ(environments({s, std::vector<int>(150, 0), 4.0}), best) << hwy::TargetName(target);
    hwy::SetSupportedTargetsForTest(0);
  }
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

// A run of a week, unwrapped: every atom elsewhere, the same lists, and no image more than of the wrapped frame.
TEST(Neighborhoods, AtomsFarOutsideTheCellAreSeenInIt) {
  const Structure wrapped = random_structure(Cell(2 * skewed()), 60, 21);
  Structure far = wrapped;
  Random random(22);
  for (int i = 0; i < 60; ++i) {
    const Vector3 cells(std::floor(2000 * random.uniform()) - 1000, std::floor(2000 * random.uniform()) - 1000, 7);
    far.positions.row(i) += (cells.transpose() * far.cell.matrix()).eval();
  }
  const neighbors::PeriodicNeighborhoods near_lists(wrapped, std::vector<int>(60, 0), 5.0);
  neighbors::PeriodicNeighborhoods far_lists(far, std::vector<int>(60, 0), 5.0);
  EXPECT_EQ(far_lists.n_ghost(), near_lists.n_ghost());
  EXPECT_EQ(far_lists.mean_neighbors(), near_lists.mean_neighbors());
  const std::vector<double> a = listed_distances(wrapped, 5.0), b = listed_distances(far, 5.0);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) ASSERT_NEAR(a[k], b[k], 1e-8);
  // Moved as in MD: ghosts follow.
  Positions moved = far.positions;
  moved.array() += 0.01;
  const auto before = environments(far_lists);
  far_lists.move(moved);
  const auto after = environments(far_lists);
  for (std::size_t i = 0; i < before.size(); ++i)
    for (std::size_t k = 0; k < before[i].size(); ++k)
      for (std::size_t c = 1; c < 4; ++c) ASSERT_NEAR(before[i][k][c], after[i][k][c], 1e-8);
}

TEST(Neighborhoods, RefusesMoreImagesThanMakeSense) {
  const auto refusal = [](const Structure& s, double cutoff) -> std::string {
    try {
      neighbors::PeriodicNeighborhoods(s, std::vector<int>(s.size(), 0), cutoff);
    } catch (const InputError& e) {
      return e.what();
    }
    return "no error";
  };
  const Structure s = random_structure(Cell::orthorhombic(5, 5, 5), 2, 23);
  EXPECT_NE(refusal(s, 1e5).find("periodic images"), std::string::npos) << refusal(s, 1e5);
  EXPECT_NE(refusal(s, 1e5).find("5, 5, 5"), std::string::npos) << refusal(s, 1e5);
  EXPECT_NE(refusal(s, 1e300).find("periodic images"), std::string::npos) << refusal(s, 1e300);
  Structure lost = s;
  lost.positions(1, 0) = 1e15;
  EXPECT_NE(refusal(lost, 3).find("atom 2 lies"), std::string::npos) << refusal(lost, 3);
  EXPECT_THROW(Cell::orthorhombic(1e-4, 5, 5), InputError);
  Structure thin = s;
  thin.cell = Cell::orthorhombic(0.1, 0.1, 0.1);
  EXPECT_NE(refusal(thin, 40).find("periodic images"), std::string::npos) << refusal(thin, 40);
}

}  // namespace
}  // namespace vitrion
