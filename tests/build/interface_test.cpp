// Lattices that fit on each other, and interfaces of lithium with LiPON.
#include "vitrion/build/interface.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <Eigen/SVD>
#include <cmath>

#include "build/crystals.hpp"
#include "support.hpp"
#include "vitrion/build/geometry.hpp"
#include "vitrion/build/slab.hpp"
#include "vitrion/build/supercell.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::build {
namespace {

using namespace test;

Matrix2 rows(double ax, double ay, double bx, double by) {
  return (Matrix2() << ax, ay, bx, by).finished();
}

double strain_of(const Matrix2& deformation) {
  return (Eigen::JacobiSVD<Matrix2>(deformation).singularValues().array() - 1).abs().maxCoeff();
}

TEST(LatticeMatch, FindsTheDiagonalOfASquare) {
  const double side = 3 * std::sqrt(2) * 1.01;
  const std::vector<LatticeMatch> found = match_lattices(rows(3, 0, 0, 3), rows(side, 0, 0, side), {.max_area = 40});
  ASSERT_FALSE(found.empty());
  EXPECT_NEAR(found[0].area, 18, 1e-9);
  EXPECT_EQ(std::abs(found[0].second.determinant()), 1);
  EXPECT_NEAR(found[0].strain, 1 - 1 / 1.01, 1e-9);
  EXPECT_NEAR(found[0].area_ratio, 1 / (1.01 * 1.01), 1e-9);
}

TEST(LatticeMatch, EqualLatticesNeedNoStrain) {
  const Matrix2 a = rows(4.1, 0, -1.3, 5.2);
  // The same lattice in other vectors, turned by 30°.
  const Matrix2 turn = rows(std::sqrt(0.75), 0.5, -0.5, std::sqrt(0.75));
  const std::vector<LatticeMatch> found = match_lattices(a, rows(2, 1, 1, 1) * a * turn, {});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(found[0].area, a.determinant(), 1e-9);
  EXPECT_NEAR(found[0].strain, 0, 1e-9);
}

// Against all pairs of small integer matrices: nothing they contain is better.
TEST(LatticeMatch, NothingBetterIsMissed) {
  const Matrix2 a = rows(3.51, 0, 0, 4.96), b = rows(5.3, 0, -2.1, 4.7);
  const MatchOptions options{.max_area = 160, .max_strain = 0.12};
  const std::vector<LatticeMatch> found = match_lattices(a, b, options);
  ASSERT_FALSE(found.empty());
  for (const LatticeMatch& m : found) {
    const Matrix2 first = m.first.cast<double>() * a, second = m.second.cast<double>() * b;
    EXPECT_TRUE((second * m.deformation).isApprox(first, 1e-9));
    EXPECT_NEAR(strain_of(m.deformation), m.strain, 1e-9);
    EXPECT_NEAR(first.determinant(), m.area, 1e-9);
    EXPECT_GT(second.determinant(), 0);
  }
  std::vector<Matrix2> small;
  for (int k = 0; k < 625; ++k) {
    const Matrix2 m = rows(k % 5 - 2, k / 5 % 5 - 2, k / 25 % 5 - 2, k / 125 - 2);
    if (m.determinant() > 0.5) small.push_back(m);
  }
  std::size_t n_compared = 0;
  for (const Matrix2& m : small)
    for (const Matrix2& n : small) {
      const double area = m.determinant() * a.determinant();
      if (area > options.max_area || std::abs(n.determinant() * b.determinant() / area - 1) > 0.15) continue;
      const double strain = strain_of((n * b).inverse() * m * a);
      if (strain > options.max_strain) continue;
      ++n_compared;
      const bool covered = std::any_of(found.begin(), found.end(), [&](const LatticeMatch& f) {
        return f.area <= area + 1e-6 && f.strain <= strain + 1e-9;
      });
      EXPECT_TRUE(covered) << area << " " << strain;
    }
  EXPECT_GT(n_compared, 10U);
}

TEST(LatticeMatch, RefusesWhatHasNoArea) {
  EXPECT_THROW(match_lattices(rows(1, 0, 2, 0), rows(1, 0, 0, 1), {}), InputError);
  EXPECT_THROW(match_lattices(rows(1, 0, 0, 1), rows(1, 0, 0, 1), {.max_strain = 0}), InputError);
}

Structure lithium_slab(const Miller& miller, double thickness) {
  return make_slabs(lithium(), {.miller = miller, .thickness = thickness}).front().structure;
}

Structure lipon() {
  return io::read_frames(vitrion::test::source("examples/lipon/start.extxyz")).front();
}

InterfaceOptions with_whole_units(double max_area, double max_strain) {
  InterfaceOptions o;
  o.match = {.max_area = max_area, .max_strain = max_strain};
  o.gap = 2.2;
  o.bonds = {{{el("P"), el("O")}, 2.0}, {{el("P"), el("N")}, 2.0}};
  return o;
}

std::size_t phosphorus_bonds(const Structure& s) {
  std::size_t n = 0;
  for (Eigen::Index i = 0; i < s.positions.rows(); ++i) {
    if (s.species[static_cast<std::size_t>(i)] != el("P")) continue;
    for (Eigen::Index j = 0; j < s.positions.rows(); ++j) {
      const Species& other = s.species[static_cast<std::size_t>(j)];
      if (other != el("O") && other != el("N")) continue;
      n += s.cell.minimum_image((s.positions.row(i) - s.positions.row(j)).transpose()).norm() < 2.1;
    }
  }
  return n;
}

void expect_sound(const Interface& made, const Structure& film, std::size_t copies, double gap) {
  const Structure& s = made.structure;
  ASSERT_EQ(s.size() - made.n_substrate, film.size() * copies);
  double top = -1e9, bottom = 1e9, film_top = -1e9;
  for (Eigen::Index i = 0; i < s.positions.rows(); ++i) {
    const double z = s.positions(i, 2);
    if (static_cast<std::size_t>(i) < made.n_substrate) {
      EXPECT_EQ(s.species[static_cast<std::size_t>(i)], el("Li"));
      top = std::max(top, z);
    } else {
      bottom = std::min(bottom, z);
      film_top = std::max(film_top, z);
    }
  }
  EXPECT_NEAR(bottom - top, gap, 1e-9);
  EXPECT_NEAR(s.cell.matrix()(2, 2) - film_top, gap, 1e-9);
  EXPECT_NEAR(s.cell.matrix()(2, 0), 0, 1e-12);
  EXPECT_NEAR(s.cell.matrix()(2, 1), 0, 1e-12);
  EXPECT_EQ(made.cut_units, 0);
  EXPECT_EQ(phosphorus_bonds(s), phosphorus_bonds(film) * copies);
  EXPECT_FALSE(nearest_contact(s, 1.0));
}

// So small a cell of glass fits on lithium only when it is strained by 8 and 12 %.
TEST(Interface, LithiumOnLiponAt200Atoms) {
  for (const auto& [miller, strain] : {std::pair{Miller{1, 1, 0}, 0.09}, {Miller{1, 1, 1}, 0.12}}) {
    const Interface made = make_interface(lithium_slab(miller, 12), lipon(), with_whole_units(140, strain));
    expect_sound(made, lipon(), 1, 2.2);
    EXPECT_LE(made.match.strain, strain);
    EXPECT_GT(made.structure.size(), 180U);
    EXPECT_LT(made.structure.size(), 225U);
  }
}

TEST(Interface, LithiumOnLiponAt1300Atoms) {
  const Structure glass = supercell(lipon(), 2 * IntegerMatrix3::Identity());
  for (const Miller& miller : {Miller{1, 1, 0}, Miller{1, 1, 1}}) {
    const Interface made = make_interface(lithium_slab(miller, 12), glass, with_whole_units(570, 0.06));
    expect_sound(made, glass, 1, 2.2);
    EXPECT_LE(made.match.strain, 0.06);
    EXPECT_GT(made.structure.size(), 1200U);
    EXPECT_LT(made.structure.size(), 1450U);
  }
}

TEST(Interface, KeepsTheVolumeOfTheFilm) {
  // One atom a cell: the height of the film follows from its volume.
  const Structure film = supercell(cubic(3.6, "Pm-3m", {{el("Na"), {0, 0, 0}}}), IntegerMatrix3::Identity() * 2);
  const Structure base = cubic(3.5, "Pm-3m", {{el("Li"), {0, 0, 0}}});
  InterfaceOptions o;
  const Interface made = make_interface(base, film, o);
  const double stretch = 3.5 / 3.6;
  // Two layers of the film, one of the substrate, two gaps.
  EXPECT_NEAR(made.structure.cell.matrix()(2, 2), 3.6 / (stretch * stretch) + 2 * o.gap, 1e-9);
  EXPECT_NEAR(made.match.strain, 1 - stretch, 1e-9);
  o.keep_volume = false;
  o.vacuum = 12;
  EXPECT_NEAR(make_interface(base, film, o).structure.cell.matrix()(2, 2), 3.6 + o.gap + 12, 1e-9);
}

TEST(Interface, RefusesWhatDoesNotFit) {
  InterfaceOptions o;
  o.match = {.max_area = 10, .max_strain = 0.001};
  EXPECT_THROW(make_interface(lithium_slab({1, 1, 0}, 8), lipon(), o), InputError);
  o = with_whole_units(140, 0.09);
  o.gap = 0;
  EXPECT_THROW(make_interface(lithium_slab({1, 1, 0}, 8), lipon(), o), InputError);
  o.gap = 2;
  o.choice = 1000;
  EXPECT_THROW(make_interface(lithium_slab({1, 1, 0}, 8), lipon(), o), InputError);
}

}  // namespace
}  // namespace vitrion::build
