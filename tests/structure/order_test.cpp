// Long-range order: the published measure to its digits, and verdicts on structures whose order is known.
#include "vitrion/structure/order.hpp"

#include <gtest/gtest.h>

#include "structure/samples.hpp"
#include "support.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/structure/analysis.hpp"

namespace vitrion::structure {
namespace {

void expect_disorder(const std::string& file, const std::string& element, std::array<int, 3> periods, double maximum,
                     double minimum, double a, double b, double c) {
  const Structure s = io::read_frames(test::reference("structure/lro/" + file + ".vasp")).front();
  const LatticeDisorder d = lattice_disorder(s, Species::element(element));
  for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(d.axes[k].period, periods[k]);
  EXPECT_NEAR(d.maximum, maximum, 1e-14);
  EXPECT_NEAR(d.minimum, minimum, 1e-14);
  EXPECT_NEAR(d.along_a, a, 1e-14);
  EXPECT_NEAR(d.along_b, b, 1e-14);
  EXPECT_NEAR(d.along_c, c, 1e-14);
}

TEST(LatticeDisorder, EqualsThePublishedMeasure) {
  VITRION_NEEDS_REFERENCE("structure/lro");
  expect_disorder("mgv2o5_300K", "Mg", {4, 6, 2}, 0.1179437849158245, 0.01952102046208434, 0.0947070109941584,
                  0.0508440993018665, 0.04900954341252847);
  expect_disorder("mgv2o5_600K", "Mg", {4, 6, 2}, 0.1207458418769413, 0.02137968333933714, 0.09100421949593078,
                  0.06231806140828639, 0.0491666378718222);
  expect_disorder("alpo4_201", "Al", {4, 4, 3}, 0.1936412182070963, 0.01189103385921886, 0.15833546050000008,
                  0.1091502987222222, 0.024076789791666626);
}

TEST(LatticeDisorder, PerfectLatticeHasNone) {
  const Structure s = test::supercell(test::rock_salt(4.2, "Mg", "O"), 2, 2, 2, 0, 1);
  EXPECT_NEAR(lattice_disorder(s, Species::element("Mg")).maximum, 0, 1e-10);
}

OrderReport judge(const Structure& frame) {
  Analyser analyser;
  analyser.add(frame);
  return analyser.finish().order;
}

Cell lipon_cell() {
  return Cell::orthorhombic(10.6, 10.9, 11.0);
}
const std::vector<std::pair<std::string, int>> lipon{{"Li", 47}, {"P", 16}, {"O", 56}, {"N", 5}};

TEST(Order, VibratingCrystalsAreCrystalline) {
  for (const double amplitude : {0.0, 0.1, 0.2}) {
    const Structure s = test::supercell(test::rock_salt(4.8, "Mg", "O"), 2, 2, 3, amplitude, 3);
    const OrderReport report = judge(s);
    EXPECT_EQ(report.verdict, Verdict::crystalline) << amplitude << ": " << report.statement;
    EXPECT_GT(report.mapped_mean, 0.9);
  }
}

// Nitrogen on some of the oxygen sites of a crystal leaves it a crystal.
TEST(Order, DopedCrystalsAreCrystalline) {
  Structure s = test::supercell(test::rock_salt(4.8, "Mg", "O"), 2, 2, 3, 0.1, 3);
  Random random(4);
  for (int changed = 0; changed < 5;) {
    Species& site = s.species[random.below(s.size())];
    if (site != Species::element("O")) continue;
    site = Species::element("N");
    ++changed;
  }
  EXPECT_EQ(judge(s).verdict, Verdict::crystalline) << judge(s).statement;
}

TEST(Order, ACrystalTiltedInItsCellIsCrystalline) {
  // The primitive cell of rock salt repeated along directions that are no axes of the conventional one.
  Matrix3 tilted;
  tilted << 4.8, 2.4, -2.4, -2.4, 7.2, 2.4, 2.4, -2.4, 9.6;
  const Structure block = test::supercell(test::rock_salt(4.8, "Mg", "O"), 9, 9, 9, 0, 1);
  Structure s;
  s.cell = Cell(tilted);
  std::vector<Vector3> x;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const Vector3 r = Vector3(block.positions.row(static_cast<Eigen::Index>(i)).transpose()) - Vector3(20, 20, 20) +
                      Vector3(0.81, 0.83, 0.87);
    const Vector3 f = s.cell.to_fractional(r);
    if ((f.array() < 0).any() || (f.array() >= 1).any()) continue;
    x.push_back(r);
    s.species.push_back(block.species[i]);
  }
  s.positions.resize(static_cast<Eigen::Index>(x.size()), 3);
  for (std::size_t i = 0; i < x.size(); ++i) s.positions.row(static_cast<Eigen::Index>(i)) = x[i].transpose();
  const OrderReport report = judge(s);
  EXPECT_EQ(report.verdict, Verdict::crystalline) << composition(s.species) << ": " << report.statement;
}

// 124 atoms in 11 Å: the cell's own repetition must not count as order.
TEST(Order, RandomPackingsOfAStudysSizeAreAmorphous) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const OrderReport report = judge(test::random_packing(lipon_cell(), lipon, 1.4, seed));
    EXPECT_EQ(report.verdict, Verdict::amorphous) << seed << ": " << report.statement;
    EXPECT_LT(report.mapped_mean, 0.35);
  }
}

// One kind of atom, 64 of them, as dense as copper: some operation maps more than half of them by chance.
TEST(Order, SmallDensePackingsAreAmorphous) {
  int half_mapped = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const OrderReport report = judge(test::random_packing(Cell::orthorhombic(9.1, 9.1, 9.1), {{"Cu", 64}}, 2.0, seed));
    EXPECT_EQ(report.verdict, Verdict::amorphous) << seed << ": " << report.statement;
    half_mapped += report.mapped_mean > 0.5 ? 1 : 0;
  }
  EXPECT_GT(half_mapped, 0);
}

TEST(Order, SixtyFourAtomsInLessThanNineAngstromAreAmorphous) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const OrderReport report =
        judge(test::random_packing(Cell::orthorhombic(8.6, 8.7, 8.7), {{"Li", 24}, {"P", 8}, {"O", 32}}, 1.5, seed));
    EXPECT_EQ(report.verdict, Verdict::amorphous) << seed << ": " << report.statement;
  }
}

// A glass in half of its cell: an operation that puts it onto itself maps twice what its mean density says.
TEST(Order, VacuumRaisesWhatDisorderMayMap) {
  Structure s = test::random_packing(Cell::orthorhombic(16, 16, 16), {{"Cu", 340}}, 2.0, 3);
  const Repeat full = best_repeat(s, Operation::translation);
  s.cell = Cell::orthorhombic(16, 16, 40);
  const Repeat repeat = best_repeat(s, Operation::translation);
  EXPECT_LT(repeat.mapped, repeat.glass_limit);
  EXPECT_LT(repeat.by_chance, 0.5 * full.by_chance);
  EXPECT_GT(repeat.glass_limit, 0.75 * full.glass_limit);
}

// A crystal in a quarter of a large glass maps less than half of the atoms, and far more than disorder does.
TEST(Order, ACrystalliteInAGlassIsNotAmorphous) {
  Structure s = test::supercell(test::rock_salt(4.4, "Mg", "O"), 4, 4, 4, 0.1, 2);
  const Structure gas = test::random_packing(s.cell, {{"Mg", 256}, {"O", 256}}, 1.2, 5);
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    if (s.positions(row, 2) > 0.27 * s.cell.lengths()[2]) s.positions.row(row) = gas.positions.row(row);
  }
  const Repeat repeat = best_repeat(s, Operation::translation);
  EXPECT_LT(repeat.mapped, 0.5);
  EXPECT_GT(repeat.mapped, repeat.glass_limit);
  EXPECT_NE(judge(s).verdict, Verdict::amorphous) << judge(s).statement;
}

TEST(Order, SmallCellsAreNotJudgedAmorphous) {
  const OrderReport report =
      judge(test::random_packing(Cell::orthorhombic(6.8, 6.9, 7.0), {{"Li", 12}, {"P", 4}, {"O", 16}}, 1.3, 1));
  EXPECT_EQ(report.verdict, Verdict::undecided);
}

TEST(Order, HalfMoltenIsUndecided) {
  // Half of the cell crystal, half random.
  Structure s = test::supercell(test::rock_salt(4.4, "Mg", "O"), 3, 3, 4, 0.05, 2);
  const Structure gas = test::random_packing(s.cell, {{"Mg", 144}, {"O", 144}}, 1.2, 5);
  for (Eigen::Index i = 0; i < s.positions.rows(); ++i)
    if (s.positions(i, 2) > 0.65 * s.cell.lengths()[2]) s.positions.row(i) = gas.positions.row(i);
  const OrderReport report = judge(s);
  EXPECT_NE(report.verdict, Verdict::amorphous) << report.statement;
}

TEST(Order, DftCrystalsAndMeltsAreToldApart) {
  VITRION_NEEDS_REFERENCE("lipon-pbe/lipon_pbe.extxyz");
  int crystals = 0, melts = 0;
  for (const Structure& s : io::read_frames(test::reference("lipon-pbe/lipon_pbe.extxyz"))) {
    const std::string type = s.info.at("config_type");
    const Repeat repeat = best_repeat(s, Operation::translation);
    if (type.starts_with("crystal") || type == "strained") {
      EXPECT_GT(repeat.mapped, 0.9) << type;
      ++crystals;
    }
    // Four formula units of pure Li3PO4 in a tiny cell do order, even hot; nitrogen-bearing melts do not.
    if (type == "melt_3000") {
      EXPECT_LT(repeat.mapped, 0.5) << composition(s.species);
      ++melts;
    }
  }
  EXPECT_EQ(crystals, 18);
  EXPECT_EQ(melts, 14);
}

TEST(Order, ResidualOfAnIdealGasIsItsNoise) {
  RdfAccumulator accumulator({.r_max = 0, .bin_width = 0.1});
  for (std::uint64_t seed = 0; seed < 5; ++seed)
    accumulator.add(test::random_packing(Cell::orthorhombic(16, 16, 16), {{"Li", 150}, {"O", 150}}, 1e-4, seed));
  const Residual residual = residual_order(accumulator.finish(), 4.0);
  EXPECT_DOUBLE_EQ(residual.to, 8.0);
  // Five frames average the noise of one down by sqrt(5).
  EXPECT_NEAR(residual.rms * std::sqrt(5.0), residual.noise, 0.35 * residual.noise);
}

TEST(FrameSample, KeepsFramesSpreadOverTheRun) {
  FrameSample sample(4);
  Structure s;
  for (int i = 0; i < 100; ++i) {
    s.step = i;
    sample.add(s);
  }
  ASSERT_GE(sample.frames().size(), 2u);
  ASSERT_LE(sample.frames().size(), 4u);
  const std::int64_t stride = *sample.frames()[1].step - *sample.frames()[0].step;
  for (std::size_t k = 1; k < sample.frames().size(); ++k)
    EXPECT_EQ(*sample.frames()[k].step - *sample.frames()[k - 1].step, stride);
  EXPECT_GT(*sample.frames().back().step, 49);
}

}  // namespace
}  // namespace vitrion::structure
