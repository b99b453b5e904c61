// Duplicates, coverage by pairs, and farthest point sampling.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "support.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/dataset/coverage.hpp"
#include "vitrion/dataset/duplicates.hpp"
#include "vitrion/dataset/subsample.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::dataset {
namespace {

// Li and O at random in a skewed cell, with labels.
Structure random_frame(std::uint64_t seed, std::size_t n = 12) {
  Random random(seed);
  Matrix3 m;
  m << 7, 0, 0, 1, 6.5, 0, -0.5, 1, 8;
  Structure s;
  s.cell = Cell(m);
  s.positions.resize(static_cast<Eigen::Index>(n), 3);
  s.labels.forces.resize(static_cast<Eigen::Index>(n), 3);
  for (std::size_t i = 0; i < n; ++i) {
    s.species.push_back(Species::element(i % 3 == 0 ? "O" : "Li"));
    const auto row = static_cast<Eigen::Index>(i);
    s.positions.row(row) = s.cell.to_cartesian({random.uniform(), random.uniform(), random.uniform()}).transpose();
    s.labels.forces.row(row) = Vector3(random.normal(), random.normal(), random.normal()).transpose();
  }
  s.labels.energy = -3.5 * static_cast<double>(n);
  return s;
}

// The same atoms in reverse order, shifted, turned, some moved by cell vectors, all jittered a little.
Structure disguised(const Structure& s, double jitter) {
  const double angle = 0.7;
  Matrix3 turn;
  turn << std::cos(angle), std::sin(angle), 0, -std::sin(angle), std::cos(angle), 0, 0, 0, 1;
  Random random(99);
  Structure d = s;
  d.cell = Cell(s.cell.matrix() * turn);
  const auto n = static_cast<Eigen::Index>(s.size());
  for (Eigen::Index i = 0; i < n; ++i) {
    const Eigen::Index from = n - 1 - i;
    d.species[static_cast<std::size_t>(i)] = s.species[static_cast<std::size_t>(from)];
    Eigen::RowVector3d x = s.positions.row(from) + Eigen::RowVector3d(0.3, -1.1, 2.2);
    if (i % 2 == 0) x += s.cell.matrix().row(1) - 2 * s.cell.matrix().row(2);
    for (int k = 0; k < 3; ++k) x[k] += jitter * (2 * random.uniform() - 1);
    d.positions.row(i) = x * turn;
    d.labels.forces.row(i) = s.labels.forces.row(from) * turn;
  }
  return d;
}

TEST(Duplicates, AreFoundInAnyOrderOrientationAndImage) {
  std::vector<Structure> frames;
  for (std::uint64_t k = 0; k < 6; ++k) frames.push_back(random_frame(k));
  frames.push_back(disguised(frames[4], 1e-5));
  frames.push_back(disguised(frames[1], 1e-5));
  frames.push_back(frames[4]);
  const auto groups = find_duplicates(frames);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0], (std::vector<std::size_t>{1, 7}));
  EXPECT_EQ(groups[1], (std::vector<std::size_t>{4, 6, 8}));
  EXPECT_TRUE(compare_labels(frames[4], frames[6]).agree);
}

TEST(Duplicates, AnAtomThatMovedOrChangedMakesAnotherStructure) {
  const Structure s = random_frame(3);
  Structure moved = s, changed = s, strained = s;
  moved.positions(5, 1) += 0.01;
  std::swap(changed.species[0], changed.species[1]);
  strained.cell = Cell(1.002 * s.cell.matrix());
  strained.positions *= 1.002;
  EXPECT_TRUE(find_duplicates({s, moved, changed, strained}).empty());
  EXPECT_EQ(find_duplicates({s, moved}, {.tolerance = 0.02}).size(), 1u);
}

TEST(Duplicates, LabelsThatContradictAreTold) {
  const Structure s = random_frame(3);
  Structure other = disguised(s, 0);
  EXPECT_TRUE(compare_labels(s, other).agree);
  *other.labels.energy += 0.05 * 12;
  const LabelDifference energy = compare_labels(s, other);
  EXPECT_NEAR(energy.energy, 0.05, 1e-12);
  EXPECT_FALSE(energy.agree);
  other = s;
  other.labels.forces.row(2) *= 2;
  const LabelDifference force = compare_labels(s, other);
  EXPECT_NEAR(force.force, s.labels.forces.row(2).norm(), 1e-12);
  EXPECT_FALSE(force.agree);
}

// Counted by hand over all images, without neighbour lists.
TEST(Coverage, CountsPairsAsBruteForceDoes) {
  const std::vector<Structure> frames{random_frame(1), random_frame(2, 9)};
  const Coverage c = cover(frames, {.cutoff = 4.5});
  std::map<std::string, std::size_t> counts;
  std::map<std::string, double> shortest;
  for (const Structure& s : frames)
    for (std::size_t i = 0; i < s.size(); ++i)
      for (std::size_t j = i; j < s.size(); ++j)
        for (int a = -2; a <= 2; ++a)
          for (int b = -2; b <= 2; ++b)
            for (int k = -2; k <= 2; ++k) {
              const Vector3 shift = s.cell.matrix().transpose() * Vector3(a, b, k);
              const Vector3 d = s.positions.row(static_cast<Eigen::Index>(j)).transpose() -
                                s.positions.row(static_cast<Eigen::Index>(i)).transpose() + shift;
              // An atom and its own images: each direction and its opposite are one pair.
              if (i == j && std::tuple(a, b, k) <= std::tuple(0, 0, 0)) continue;
              if (d.norm() >= 4.5) continue;
              const bool li_first = s.species[i].name() == "Li" || s.species[j].name() == s.species[i].name();
              const std::string name = li_first ? s.species[i].name() + "-" + s.species[j].name()
                                                : s.species[j].name() + "-" + s.species[i].name();
              ++counts[name];
              shortest[name] = std::min(shortest.count(name) != 0 ? shortest[name] : 1e9, d.norm());
            }
  ASSERT_EQ(c.pairs.size(), 3u);
  for (const PairCoverage& pair : c.pairs) {
    EXPECT_EQ(pair.n_pairs, counts[pair.name()]) << pair.name();
    EXPECT_NEAR(pair.shortest, shortest[pair.name()], 1e-12);
    EXPECT_EQ(pair.n_frames, 2u);
    std::size_t sum = 0;
    for (const std::size_t n : pair.histogram) sum += n;
    EXPECT_EQ(sum, pair.n_pairs);
  }
}

// Of the bundled data: frames with one nitrogen at most tell nothing of how two of them meet.
TEST(Coverage, NamesPairsThatNeverMeet) {
  const std::vector<Structure> all = io::read_frames(test::source("data/lipon-pbe/lipon_pbe.extxyz"));
  std::vector<Structure> poor;
  for (const Structure& s : all)
    if (std::count(s.species.begin(), s.species.end(), Species::element("N")) <= 1) poor.push_back(s);
  ASSERT_GT(poor.size(), 50u);
  const Coverage c = cover(poor);
  EXPECT_EQ(c.never_met(), std::vector<std::string>{"N-N"});
  EXPECT_EQ(pairs_never_met(c.contents), std::vector<std::string>{"N-N"});
  EXPECT_EQ(to_json(c).at("pairs_never_met"), nlohmann::json::parse("[\"N-N\"]"));

  const Coverage whole = cover(all);
  EXPECT_TRUE(whole.never_met().empty());
  for (const PairCoverage& pair : whole.pairs)
    if (pair.name() == "N-N") {
      EXPECT_NEAR(pair.shortest, 2.371, 5e-4);  // computed from the file by a few lines of Python
    }
  std::size_t n = 0;
  for (const auto& [name, subset] : whole.subsets) n += subset.contents.n_frames;
  EXPECT_EQ(n, all.size());
}

TEST(Subsample, DescriptionSeesNeitherOrderNorOrientationNorSupercell) {
  const Structure s = random_frame(5);
  Structure doubled = s;
  Matrix3 m = s.cell.matrix();
  m.row(0) *= 2;
  doubled.cell = Cell(m);
  doubled.positions.conservativeResize(2 * s.positions.rows(), 3);
  doubled.positions.bottomRows(s.positions.rows()) = s.positions.rowwise() + s.cell.matrix().row(0);
  doubled.species.insert(doubled.species.end(), s.species.begin(), s.species.end());
  doubled.labels = {};
  const Eigen::MatrixXd points = describe_frames({s, disguised(s, 0), doubled, random_frame(6)});
  EXPECT_LT((points.row(0) - points.row(1)).norm(), 1e-9);
  EXPECT_LT((points.row(0) - points.row(2)).norm(), 1e-9);
  EXPECT_GT((points.row(0) - points.row(3)).norm(), 1e-3);
}

// Three tight clusters: three points, one of each; and Gonzalez's bound against every choice there is.
TEST(Subsample, FarthestPointsCoverWithinTwiceTheBestRadius) {
  Random random(4);
  Eigen::MatrixXd clusters(30, 2);
  for (Eigen::Index i = 0; i < 30; ++i)
    clusters.row(i) << 10.0 * static_cast<double>(i % 3) + 0.1 * random.normal(), 0.1 * random.normal();
  const FarthestPoints three = farthest_points(clusters, 3);
  std::set<std::size_t> seen;
  for (const std::size_t i : three.chosen) seen.insert(i % 3);
  EXPECT_EQ(seen.size(), 3u);
  EXPECT_LT(three.radius, 1);

  Eigen::MatrixXd points(12, 2);
  for (Eigen::Index i = 0; i < 12; ++i) points.row(i) << random.uniform(), random.uniform();
  const auto radius_of = [&](const std::vector<Eigen::Index>& chosen) {
    double radius = 0;
    for (Eigen::Index i = 0; i < 12; ++i) {
      double nearest = 1e9;
      for (const Eigen::Index c : chosen) nearest = std::min(nearest, (points.row(i) - points.row(c)).norm());
      radius = std::max(radius, nearest);
    }
    return radius;
  };
  double best = 1e9;
  for (Eigen::Index a = 0; a < 12; ++a)
    for (Eigen::Index b = a + 1; b < 12; ++b)
      for (Eigen::Index c = b + 1; c < 12; ++c) best = std::min(best, radius_of({a, b, c}));
  const FarthestPoints chosen = farthest_points(points, 3);
  std::vector<Eigen::Index> rows(chosen.chosen.begin(), chosen.chosen.end());
  EXPECT_NEAR(chosen.radius, radius_of(rows), 1e-12);
  EXPECT_LE(chosen.radius, 2 * best + 1e-12);
  // Distances never grow, and equal points are not chosen twice.
  const FarthestPoints all = farthest_points(points, 50);
  EXPECT_EQ(all.chosen.size(), 12u);
  for (std::size_t k = 2; k < all.distances.size(); ++k) EXPECT_LE(all.distances[k], all.distances[k - 1] + 1e-12);
}

}  // namespace
}  // namespace vitrion::dataset
