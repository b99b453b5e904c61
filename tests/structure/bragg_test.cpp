// Single wave vectors: chance does not make Bragg peaks more often than stated, order does, slow waves do not.
#include "vitrion/structure/bragg.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "structure/samples.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/structure/analysis.hpp"

namespace vitrion::structure {
namespace {

// As many waves as a cell of `edge` Å has below 4 1/Å, with the intensities of disorder around a smooth S(q).
std::vector<Wave> speckle(double edge, Random& random) {
  const double unit = 2 * 3.14159265358979 / edge;
  const int reach = static_cast<int>(4 / unit);
  std::vector<Wave> waves;
  for (int h = 0; h <= reach; ++h)
    for (int k = -reach; k <= reach; ++k)
      for (int l = -reach; l <= reach; ++l) {
        if (h == 0 && (k < 0 || (k == 0 && l <= 0))) continue;
        const double q = unit * std::sqrt(h * h + k * k + l * l);
        if (q > 4) continue;
        const double level = 0.2 + 1.5 * std::exp(-std::pow((q - 2.4) / 0.4, 2));
        const double intensity = -level * std::log(1 - random.uniform());
        waves.push_back({q, {h, k, l}, intensity, {intensity}});
      }
  return waves;
}

TEST(Bragg, DisorderStandsOutInOneOfAThousand) {
  for (const double edge : {10.5, 21.0}) {
    Random random(7);
    int out = 0;
    const int n = edge < 12 ? 1000 : 200;
    for (int i = 0; i < n; ++i) out += find_bragg(speckle(edge, random), 1000).stands_out() ? 1 : 0;
    EXPECT_LE(out, 0.005 * n) << edge;  // 0.1 % is stated, for a level that does not depend on q
  }
}

TEST(Bragg, PeaksOfHalfAShellAreFound) {
  Random random(3);
  std::vector<Wave> waves = speckle(14, random);
  int planted = 0;
  for (Wave& w : waves)
    if (w.hkl[0] + w.hkl[1] + w.hkl[2] == 5 && w.q > 2.2 && w.q < 2.6) {
      w.intensity = 40;
      ++planted;
    }
  ASSERT_GT(planted, 3);
  EXPECT_TRUE(find_bragg(waves, 300).stands_out());
}

TEST(Bragg, SlowWavesAreNamedAndAreNone) {
  Random random(5);
  std::vector<Wave> waves = speckle(23, random);
  for (Wave& w : waves)
    if (w.q < 0.3) w.intensity = 30, w.by_species = {30};
  EXPECT_FALSE(find_bragg(waves, 768).stands_out());
  const auto slow = find_slow_wave(waves, {Species::element("Mg")}, {768});
  ASSERT_TRUE(slow);
  EXPECT_NEAR(slow->length, 23, 1e-9);
  EXPECT_EQ(slow->of, "all atoms");
}

// A packing with a hole stays amorphous, and the hole is told.
TEST(Bragg, ACavityIsNoOrder) {
  const Cell cell = Cell::orthorhombic(18, 18, 18);
  const Structure full = test::random_packing(cell, {{"Li", 200}, {"O", 200}}, 1.5, 4);
  Structure s;
  s.cell = cell;
  std::vector<Eigen::Index> kept;
  for (Eigen::Index i = 0; i < full.positions.rows(); ++i)
    if ((full.positions.row(i).transpose() - Vector3(9, 9, 9)).norm() > 7) kept.push_back(i);
  s.positions = full.positions(kept, Eigen::all);
  for (const Eigen::Index i : kept) s.species.push_back(full.species[static_cast<std::size_t>(i)]);
  Analyser analyser;
  analyser.add(s);
  const OrderReport order = analyser.finish().order;
  EXPECT_EQ(order.verdict, Verdict::amorphous) << order.statement;
  EXPECT_TRUE(order.slow_wave);
}

}  // namespace
}  // namespace vitrion::structure
