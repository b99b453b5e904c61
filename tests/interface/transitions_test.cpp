// Nodes, labels, fluxes between nodes, the scatter of pieces: against motion whose answers are known.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "vitrion/core/error.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/interface/across.hpp"
#include "vitrion/interface/models.hpp"
#include "vitrion/interface/turns.hpp"

namespace vitrion::interface {
namespace {

TEST(Labels, ChangeOnlyWhenTheNextNodeIsReached) {
  const Nodes nodes = even_nodes(0, 12, 3, true);
  ASSERT_EQ(nodes.size(), 4U);
  const std::vector<double> z{0.1, 2.9, 1, 3.1, 2.5, 0.2, -0.1, -3.2, -13};
  std::vector<std::uint8_t> label(z.size());
  label_path(z.data(), z.size(), nodes, {0, 0, 0, 0}, label.data());
  EXPECT_EQ(label, (std::vector<std::uint8_t>{0, 0, 0, 1, 1, 1, 0, 3, 0}));
  // With a reach the node is visited a little before.
  label_path(z.data(), z.size(), nodes, {0.3, 0.3, 0.3, 0.3}, label.data());
  EXPECT_EQ(label[1], 1);
}

TEST(Labels, StayInACellThatEnds) {
  const Nodes nodes = even_nodes(0, 12, 3, false);
  ASSERT_EQ(nodes.size(), 5U);
  EXPECT_EQ(nodes.n_gaps(), 4U);
  const std::vector<double> z{11, 14, -2, 5};
  std::vector<std::uint8_t> label(z.size());
  label_path(z.data(), z.size(), nodes, std::vector<double>(5, 0), label.data());
  EXPECT_EQ(label, (std::vector<std::uint8_t>{4, 4, 0, 1}));
  EXPECT_THROW(even_nodes(0, 5, 3, true), InputError);
}

// Four states on a ring with rates that are known: the likelihood finds the fluxes at every lag.
TEST(Transitions, FindTheFluxesOfAMarkovChainAtEveryLag) {
  const Nodes nodes = even_nodes(0, 12, 3, true);
  const std::vector<double> weight{1, 2, 1, 0.5}, flux{0.01, 0.02, 0.004, 0.008};  // per unit of weight
  LabelPaths paths{60, 6000, 4, std::vector<std::uint8_t>(60 * 6000), {}};
  Random random(4);
  for (std::size_t ion = 0; ion < paths.n_ions; ++ion) {
    std::size_t at = ion % 4;
    for (std::size_t t = 0; t < 500 + paths.n_frames; ++t) {
      const double up = flux[at] / weight[at], down = flux[(at + 3) % 4] / weight[at], u = random.uniform();
      if (u < up)
        at = (at + 1) % 4;
      else if (u < up + down)
        at = (at + 3) % 4;
      if (t >= 500) paths.label[ion * paths.n_frames + t - 500] = static_cast<std::uint8_t>(at);
    }
  }
  paths.count_carriers();
  for (const std::size_t lag : {1U, 8U, 64U}) {
    const TransitionFit fit = fit_transitions(paths, nodes, lag);
    EXPECT_TRUE(fit.converged);
    for (std::size_t g = 0; g < 4; ++g) {
      const double error = std::sqrt(scatter_of(fit.influence[g]).variance);
      EXPECT_LT(error, 0.2);
      EXPECT_NEAR(std::log(fit.flux[g] * 4.5 / 60 / flux[g]), 0, 3.5 * error) << "gap " << g << ", lag " << lag;
    }
  }
  // Such a chain has no memory.
  const Correlation x =
      correlation_of(count_turns(paths, nodes), fit_transitions(paths, nodes, 1), nodes, {0, 1, 2, 3});
  EXPECT_NEAR(x.log_factor, 0, 3.5 * std::sqrt(x.variance));
}

TEST(Transitions, NoPassIsABoundNotANumber) {
  const LayeredMotion frozen = hopping_motion({.rate = {0, 0, 0}});
  const SimulatedRun run = frozen.simulate(1, 1);
  const NormalPaths paths{run.n_ions, run.n_frames, [&](std::size_t ion, double* z) {
                            std::memcpy(z, run.paths.data() + (3 * ion + 2) * run.n_frames, 8 * run.n_frames);
                          }};
  const AcrossResult result = measure_across(paths, frozen.partition, {});
  for (const Across& r : result.regions) {
    EXPECT_FALSE(r.diffusivity.resolved);
    EXPECT_GT(r.diffusivity.upper_bound, 0);
    EXPECT_LT(r.diffusivity.upper_bound, 0.02);
    EXPECT_FALSE(r.diffusivity.reason.empty());
  }
}

TEST(Scatter, OfIndependentPiecesIsTheirSumOfSquares) {
  Random random(3);
  double ratio = 0;
  for (int run = 0; run < 200; ++run) {
    PieceSums pieces(40, 32);
    for (double& x : pieces.value) x = random.normal();
    ratio += scatter_of(pieces).variance / (40 * 32) / 200;
  }
  EXPECT_NEAR(ratio, 1.08, 0.06);  // the factor of the parts is at least 1
}

TEST(Scatter, SeesIonsThatDifferAndIonsThatMoveTogether) {
  Random random(3);
  PieceSums differ(40, 32), together(40, 32);
  for (std::size_t i = 0; i < 40; ++i) {
    const double own = random.normal();
    for (std::size_t p = 0; p < 32; ++p) differ.at(i, p) = own;
  }
  for (std::size_t p = 0; p < 32; ++p) {
    const double common = random.normal();
    for (std::size_t i = 0; i < 40; ++i) together.at(i, p) = common;
  }
  EXPECT_GT(scatter_of(differ).variance, 20 * 40 * 32);
  EXPECT_GT(scatter_of(together).variance, 20 * 40 * 32);
}

// Counts of Poisson events: 12 of them have the interval 6.20 to 20.96 (Garwood 1936).
TEST(Rates, IntervalIsThatOfACount) {
  const transport::Interval i = interval_of_rate(12, 1.0 / 12, 1e9);
  EXPECT_NEAR(i.low, 6.20, 0.01);
  EXPECT_NEAR(i.high, 20.96, 0.01);
}

}  // namespace
}  // namespace vitrion::interface
