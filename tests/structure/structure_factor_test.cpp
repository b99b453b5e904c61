// S(q) against a gas, a lattice, and the sum over pairs.
#include "vitrion/structure/structure_factor.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <numbers>

#include "structure/samples.hpp"

namespace vitrion::structure {
namespace {

TEST(StructureFactor, PartialsEqualTheSumOverPairs) {
  Matrix3 m;
  m << 6, 0, 0, 2, 6.5, 0, -1.5, 1, 7;
  const Structure s = test::random_packing(Cell(m), {{"Li", 5}, {"O", 7}}, 1.0, 3);
  StructureFactorAccumulator accumulator(
      {.q_max = 2.5, .bin_width = 1e-6, .complete_below = 4, .per_bin = 1, .fewest_per_bin = 1});
  accumulator.add(s);
  const StructureFactors f = accumulator.finish();
  ASSERT_GT(f.q.size(), 5u);
  const Matrix3 b = 2 * std::numbers::pi * m.inverse().transpose();
  // Bins so narrow that each holds one vector; find it again by its length.
  for (int h = -3; h <= 3; ++h)
    for (int k = -3; k <= 3; ++k)
      for (int l = -3; l <= 3; ++l) {
        const Vector3 q = (Vector3(h, k, l).transpose() * b).transpose();
        for (std::size_t bin = 0; bin < f.q.size(); ++bin) {
          if (std::abs(q.norm() - f.q[bin]) > 1e-9) continue;
          double cross = 0;
          for (Eigen::Index i = 0; i < 5; ++i)
            for (Eigen::Index j = 5; j < 12; ++j)
              cross += std::cos(q.dot(Vector3((s.positions.row(i) - s.positions.row(j)).transpose())));
          EXPECT_NEAR(f.partial[1][bin], 1 + 12.0 / (5 * 7) * cross, 1e-9);
        }
      }
  EXPECT_EQ(f.pairs[1], std::make_pair(li, o));
}

TEST(StructureFactor, IdealGasIsOneForEveryProbe) {
  StructureFactorAccumulator accumulator({.q_max = 6});
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Structure s = test::random_packing(Cell::orthorhombic(11, 12, 13), {{"Li", 40}, {"O", 60}}, 1e-4, seed);
    accumulator.add(s);
  }
  const StructureFactors f = accumulator.finish();
  const auto mean = [](const std::vector<double>& s) {
    double sum = 0;
    for (const double x : s) sum += x;
    return sum / static_cast<double>(s.size());
  };
  // A gas scatters incoherently: sum c w^2 / <w>^2 - the self term that partial S_ab - 1 leaves out.
  for (const std::vector<double>& partial : f.partial) EXPECT_NEAR(mean(partial), 1, 0.06);
  EXPECT_NEAR(mean(f.xray), 1, 0.06);
  EXPECT_NEAR(mean(f.neutron), 1, 0.12);
  EXPECT_LT(f.bragg.over_shell, f.bragg.glass_limit);
}

TEST(StructureFactor, LatticeShowsItsBraggPeaks) {
  StructureFactorAccumulator accumulator({.q_max = 5});
  accumulator.add(test::supercell(test::rock_salt(4.2, "Mg", "O"), 3, 3, 3, 0.1, 1));
  const StructureFactors f = accumulator.finish();
  EXPECT_GT(f.bragg.over_shell, 5 * f.bragg.glass_limit);
  // Strongest of all: (200) of rock salt, where all atoms scatter in phase.
  EXPECT_NEAR(f.bragg.q, 2 * std::numbers::pi / 2.1, 0.01);
  EXPECT_GT(f.bragg.ordered, 0.8);
}

TEST(Scattering, TablesHoldTheKnownValues) {
  EXPECT_DOUBLE_EQ(neutron_length(li), -1.90);  // Sears 1992
  EXPECT_DOUBLE_EQ(neutron_length(Species::element("P")), 5.13);
  EXPECT_DOUBLE_EQ(neutron_length(Species::element("N")), 9.36);
  for (const char* symbol : {"Li", "N", "O", "Mg", "P", "V"}) {
    const Species s = Species::element(symbol);
    EXPECT_NEAR(xray_form_factor(s, 0), s.atomic_number(), 0.02 * s.atomic_number());  // f(0) = Z
    EXPECT_LT(xray_form_factor(s, 8), xray_form_factor(s, 2));
  }
  EXPECT_EQ(neutron_length(Species::type(0)), 0);
}

}  // namespace
}  // namespace vitrion::structure
