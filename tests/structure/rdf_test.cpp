// Pair distributions against the published run, an ideal gas, a lattice, and a count over all images.
#include "vitrion/structure/rdf.hpp"

#include <cmath>
#include <fstream>
#include <map>
#include <numbers>
#include <sstream>

#include "structure/samples.hpp"
#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::structure {
namespace {

RadialDistributions published_run() {
  io::ReadOptions options;
  options.species = {mg, v, o};
  options.frames = io::FrameRange::parse("3:");
  RdfAccumulator rdf({.r_max = 8, .bin_width = 0.05});
  const auto reader = io::open_frames(test::reference("transport/mgv2o5/dump_600K.lammpstrj.gz"), options);
  while (const auto frame = reader->next()) rdf.add(*frame);
  return rdf.finish();
}

// Columns of the reference by name: g_VO, cn_VO, ...
std::map<std::string, std::vector<double>> reference_table() {
  std::ifstream in(test::reference("structure/mgv2o5_rdf_600K.txt"));
  std::string line, word;
  std::getline(in, line);
  std::istringstream header(line.substr(1));
  std::vector<std::string> names;
  while (header >> word) names.push_back(word);
  std::map<std::string, std::vector<double>> table;
  while (std::getline(in, line)) {
    std::istringstream row(line);
    for (const std::string& name : names) {
      double value = 0;
      row >> value;
      table[name].push_back(value);
    }
  }
  return table;
}

TEST(Rdf, EqualsThePublishedRunBinByBin) {
  VITRION_NEEDS_REFERENCE("structure/mgv2o5_rdf_600K.txt");
  const RadialDistributions rdf = published_run();
  ASSERT_EQ(rdf.n_frames, 23u);
  auto table = reference_table();
  for (const auto& [name, a, b] :
       {std::tuple{"MgMg", mg, mg}, {"MgV", mg, v}, {"MgO", mg, o}, {"VV", v, v}, {"VO", v, o}, {"OO", o, o}}) {
    const PairDistribution& pair = rdf.of(a, b);
    const std::vector<double>& g = table["g_" + std::string(name)];
    const std::vector<double>& cn = table["cn_" + std::string(name)];
    ASSERT_EQ(pair.g.size(), g.size());
    for (std::size_t k = 0; k < g.size(); ++k) {
      // The reference divides a like pair by N rather than by N - 1.
      const double like = a == b ? static_cast<double>(rdf.counts[a == mg ? 1 : a == v ? 2 : 0]) : 0;
      const double scale = a == b ? (like - 1) / like : 1;
      EXPECT_NEAR(pair.g[k] * scale, g[k], 0.003 + 0.01 * g[k]) << name << " at " << pair.r[k];
      EXPECT_NEAR(pair.coordination[k], cn[k], 0.002 + 0.001 * cn[k]) << name << " at " << pair.r[k];
    }
  }
}

TEST(Rdf, FindsThePublishedPeaksAndCoordination) {
  VITRION_NEEDS_REFERENCE("structure/mgv2o5_rdf_600K.txt");
  const RadialDistributions rdf = published_run();
  // Vanadyl V=O (1.675 Å) and the longer V-O bonds are one shell.
  ASSERT_TRUE(rdf.of(v, o).shell && rdf.of(v, o).shell->minimum);
  EXPECT_NEAR(rdf.of(v, o).shell->peak, 1.925, 1e-9);
  EXPECT_NEAR(*rdf.of(v, o).shell->coordination, 5.13, 0.05);
  EXPECT_NEAR(rdf.of(mg, o).shell->peak, 2.075, 1e-9);
  EXPECT_NEAR(rdf.of(v, o).coordination_within(2.5), 5.13, 0.005);
  EXPECT_NEAR(rdf.of(mg, o).coordination_within(3.25), 7.62, 0.005);
}

TEST(Rdf, IdealGasIsOneWithinItsOwnErrorBars) {
  RdfAccumulator accumulator;
  for (std::uint64_t seed = 0; seed < 40; ++seed)
    accumulator.add(test::random_packing(Cell::orthorhombic(11, 12, 13), {{"Li", 40}, {"O", 60}}, 1e-4, seed));
  const RadialDistributions rdf = accumulator.finish();
  EXPECT_NEAR(rdf.half_cell, 5.5, 1e-12);
  for (const PairDistribution& pair : rdf.pairs) {
    EXPECT_FALSE(pair.shell && pair.shell->minimum) << pair.center.name() << pair.neighbor.name();
    double chi2 = 0;
    int n = 0;
    for (std::size_t k = 20; k < pair.g.size(); ++k, ++n) chi2 += std::pow(pair.g[k] - 1, 2) * pair.ideal[k];
    EXPECT_NEAR(chi2 / n, 1.0, 0.5) << pair.center.name() << pair.neighbor.name();
  }
}

TEST(Rdf, CountsEveryImageInASkewedCellBeyondHalfOfIt) {
  Matrix3 m;
  m << 6, 0, 0, 2, 6.5, 0, -1.5, 1, 7;
  const Structure s = test::random_packing(Cell(m), {{"Li", 3}, {"O", 4}}, 1.0, 7);
  RdfAccumulator accumulator({.r_max = 9, .bin_width = 0.5});
  accumulator.add(s);
  const RadialDistributions rdf = accumulator.finish();
  const PairDistribution& pair = rdf.of(Species::element("Li"), o);
  double running = 0;
  for (std::size_t bin = 0; bin < pair.r.size(); ++bin) {
    for (Eigen::Index i = 0; i < 3; ++i)
      for (Eigen::Index j = 3; j < 7; ++j)
        for (int x = -4; x <= 4; ++x)
          for (int y = -4; y <= 4; ++y)
            for (int z = -4; z <= 4; ++z) {
              const double r = (s.positions.row(j) + Vector3(x, y, z).transpose() * m - s.positions.row(i)).norm();
              if (static_cast<std::size_t>(r / 0.5) == bin) ++running;
            }
    EXPECT_NEAR(pair.coordination[bin], running / 3, 1e-12);
  }
}

TEST(Rdf, RockSaltHasSixNeighbours) {
  const Structure s = test::supercell(test::rock_salt(4.2, "Mg", "O"), 3, 3, 3, 0.08, 1);
  RdfAccumulator accumulator;
  accumulator.add(s);
  const RadialDistributions rdf = accumulator.finish();
  ASSERT_TRUE(rdf.of(mg, o).shell && rdf.of(mg, o).shell->minimum);
  EXPECT_NEAR(rdf.of(mg, o).shell->peak, 2.1, 0.05);
  EXPECT_DOUBLE_EQ(*rdf.of(mg, o).shell->coordination, 6);
  EXPECT_NEAR(*rdf.of(mg, mg).shell->coordination, 12, 0.05);
}

TEST(Rdf, RefusesFramesThatDoNotBelongTogether) {
  RdfAccumulator accumulator({.r_max = 4});
  accumulator.add(test::random_packing(Cell::orthorhombic(9, 9, 9), {{"Li", 5}, {"O", 5}}, 1, 1));
  EXPECT_THROW(accumulator.add(test::random_packing(Cell::orthorhombic(9, 9, 9), {{"Li", 6}, {"O", 4}}, 1, 1)),
               InputError);
  Structure cluster = test::random_packing(Cell::orthorhombic(9, 9, 9), {{"Li", 5}, {"O", 5}}, 1, 1);
  cluster.cell = Cell();
  EXPECT_THROW(accumulator.add(cluster), InputError);
  EXPECT_THROW(RdfAccumulator().finish(), InputError);
}

}  // namespace
}  // namespace vitrion::structure
