// Neighbourhoods cut out of a cell.
#include "vitrion/select/cut.hpp"

#include <gtest/gtest.h>

#include "vitrion/core/error.hpp"
#include "vitrion/core/random.hpp"

namespace vitrion::select {
namespace {

// Atoms at random in a skewed cell, none nearer than 1.6 Å, some outside the cell.
Structure melt(int n) {
  Random random(11);
  Structure s;
  Matrix3 m;
  m << 12, 0, 0, 3, 11, 0, -2, 1, 13;
  s.cell = Cell(m);
  s.positions.resize(n, 3);
  const char* kinds[] = {"Li", "P", "O", "O", "O", "Li", "O"};
  for (int i = 0; i < n;) {
    const Vector3 x = s.cell.to_cartesian({random.uniform(), random.uniform(), random.uniform()});
    bool free = true;
    for (int j = 0; j < i && free; ++j) free = s.cell.minimum_image(x - s.positions.row(j).transpose()).norm() > 1.6;
    if (!free) continue;
    s.species.push_back(Species::element(kinds[i % 7]));
    s.positions.row(i) = (x + m.row(i % 3).transpose() * (i % 5 - 2)).transpose();
    ++i;
  }
  return s;
}

// Distances from the first atom that are shorter than `range`, sorted.
std::vector<double> around(const Structure& s, std::size_t center, double range) {
  std::vector<double> distances;
  for (std::size_t j = 0; j < s.size(); ++j)
    for (int a = -2; a <= 2; ++a)
      for (int b = -2; b <= 2; ++b)
        for (int c = -2; c <= 2; ++c) {
          const Vector3 d = s.cell.wrap(s.positions.row(static_cast<Eigen::Index>(j)).transpose()) +
                            s.cell.matrix().transpose() * Vector3(a, b, c) -
                            s.cell.wrap(s.positions.row(static_cast<Eigen::Index>(center)).transpose());
          if (d.norm() > 1e-9 && d.norm() < range) distances.push_back(d.norm());
        }
  std::sort(distances.begin(), distances.end());
  return distances;
}

double shortest(const Structure& s) {
  double best = INFINITY;
  for (std::size_t i = 0; i < s.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      best = std::min(best, s.cell
                                .minimum_image((s.positions.row(static_cast<Eigen::Index>(i)) -
                                                s.positions.row(static_cast<Eigen::Index>(j)))
                                                   .transpose())
                                .norm());
  return best;
}

TEST(CutNeighbourhood, KeepsWhatSurroundsTheAtomAndClashesNowhere) {
  const Structure s = melt(140);
  for (const std::size_t center : {0u, 17u, 99u}) {
    const Cut cut = cut_neighbourhood(s, center, {.side = 9, .distance = 1.5});
    EXPECT_EQ(cut.structure.species[0], s.species[center]);
    EXPECT_GT(cut.structure.size(), 30u);
    EXPECT_LT(cut.structure.size(), 100u);
    EXPECT_GE(shortest(cut.structure), 1.5);
    // Atoms near the boundary may be missing; none within half the side less the clash distance can be.
    const std::vector<double> before = around(s, center, 3.0), after = around(cut.structure, 0, 3.0);
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t k = 0; k < before.size(); ++k) EXPECT_NEAR(before[k], after[k], 1e-9);
  }
}

TEST(CutNeighbourhood, IsNeutralWhenChargesAreGiven) {
  const Structure s = melt(140);
  CutOptions options{.side = 9};
  options.charges = {{Species::element("Li"), 1}, {Species::element("P"), 5}, {Species::element("O"), -2}};
  std::size_t dropped = 0;
  for (std::size_t center = 0; center < 10; ++center) {
    const Cut cut = cut_neighbourhood(s, center, options);
    double charge = 0;
    for (const Species& species : cut.structure.species) charge += options.charges.at(species);
    EXPECT_NEAR(charge, cut.charge, 1e-12);
    EXPECT_NEAR(charge, 0, 1e-12);
    dropped += cut.n_charged;
  }
  EXPECT_GT(dropped, 10u);
  options.charges.erase(Species::element("P"));
  EXPECT_THROW(cut_neighbourhood(s, 5, options), InputError);
}

TEST(CutNeighbourhood, OfASmallCellHoldsImages) {
  Structure s;
  s.cell = Cell::orthorhombic(3, 3, 3);
  s.species = {Species::element("Li"), Species::element("Li")};
  s.positions.resize(2, 3);
  s.positions << 0, 0, 0, 1.5, 1.5, 1.5;
  const Cut cut = cut_neighbourhood(s, 0, {.side = 6, .distance = 1.0});
  EXPECT_EQ(cut.structure.size(), 16u);  // 2 x 2 x 2 cells of a commensurate crystal
  EXPECT_EQ(cut.n_clashing, 0u);
}

TEST(CutNeighbourhood, RefusesNonsense) {
  const Structure s = melt(20);
  EXPECT_THROW(cut_neighbourhood(s, 20, {}), InputError);
  EXPECT_THROW(cut_neighbourhood(s, 0, {.side = 0}), InputError);
  EXPECT_THROW(cut_neighbourhood(s, 0, {.side = 1}), InputError);
}

}  // namespace
}  // namespace vitrion::select
