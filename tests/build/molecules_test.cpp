// Units across the boundary of a cell are made whole; endless ones are told of.
#include "vitrion/build/molecules.hpp"

#include <gtest/gtest.h>

#include "build/crystals.hpp"

namespace vitrion::build {
namespace {

using namespace test;

Structure column(const std::vector<double>& heights) {
  Structure s;
  s.cell = Cell((Matrix3() << 10, 0, 0, 0, 10, 0, 3, 0, 8).finished());
  s.positions.setZero(static_cast<Eigen::Index>(heights.size()), 3);
  for (std::size_t i = 0; i < heights.size(); ++i) {
    s.species.push_back(el(i % 2 == 0 ? "P" : "O"));
    s.positions.row(static_cast<Eigen::Index>(i)) = s.cell.to_cartesian({0.1, 0.1, heights[i] / 8}).transpose();
  }
  return s;
}

const PairDistances bonds = {{{el("P"), el("O")}, 2.0}};

TEST(Molecules, AcrossTheBoundaryBecomeWhole) {
  Structure s = column({7.5, 0.7, 4.0});  // the O is bonded to the image of P below
  const Units units = make_units_whole(s, bonds);
  EXPECT_EQ(units.n_endless, 0U);
  EXPECT_EQ(units.of, (std::vector<std::size_t>{0, 0, 1}));
  EXPECT_NEAR((s.positions.row(1) - s.positions.row(0)).norm(), 1.2 * std::sqrt(1 + 9.0 / 64), 1e-9);
  EXPECT_NEAR(units.middle[0], 0.1 / 8, 1e-9);
  EXPECT_NEAR(s.positions(0, 2), -0.5, 1e-9);  // the middle lies in the cell, the atom below it
  EXPECT_NEAR(s.positions(2, 2), 4.0, 1e-9);
}

TEST(Molecules, EndlessChainsStayAsTheyAre) {
  Structure s = column({0.5, 2.1, 3.7, 5.3, 6.9, 8.4});
  s.positions.row(5) = s.cell.to_cartesian({0.1, 0.1, 7.7 / 8}).transpose();
  s.positions.row(4) = s.cell.to_cartesian({0.1, 0.1, 6.5 / 8}).transpose();
  const Positions before = s.positions;
  const Units units = make_units_whole(s, bonds);
  EXPECT_EQ(units.n_endless, 1U);
  EXPECT_EQ(s.positions, before);
}

}  // namespace
}  // namespace vitrion::build
