// The laws a NequIP model obeys whatever its weights, in every architecture and on every instruction set.
#include "vitrion/potentials/nequip/nequip_potential.hpp"
#include "frontend/threads.hpp"

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <Eigen/Geometry>
#include <numeric>

#include "potentials/nequip_samples.hpp"
#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/potentials/nequip/kernel.hpp"

namespace vitrion::potentials::nequip {
namespace {

using test::ByExchange;
using test::li_o_p;
using test::random_lipo;
using test::random_network;
using test::skewed_cell;
using test::small_network;

Cell slab_cell() {
  Matrix3 m = Matrix3::Zero();
  m(0, 0) = m(1, 1) = 4.5;
  m(1, 0) = 1;
  m(2, 2) = 30;
  return Cell(m, {true, true, false});
}

const Cell cluster_cell(Matrix3(5 * Matrix3::Identity()), {false, false, false});

void choose_target(std::int64_t target) {
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

struct Architecture {
  int l_max;
  bool parity;
};

std::ostream& operator<<(std::ostream& out, const Architecture& a) {
  return out << "l_max " << a.l_max << (a.parity ? " with" : " without") << " parity";
}

class NequipLaws : public ::testing::TestWithParam<Architecture> {
 protected:
  Model model(int num_features = 5) const {
    return random_network(small_network(GetParam().l_max, GetParam().parity, num_features));
  }
};

TEST_P(NequipLaws, GhostsGiveWhatImagesGive) {
  NequipPotential potential(model());
  for (const Structure& s : {random_lipo(skewed_cell(4.2), 6, 7), random_lipo(skewed_cell(2.2), 1, 7),
                             random_lipo(slab_cell(), 6, 8), random_lipo(cluster_cell, 6, 9)}) {
    const Labels expected = evaluate(potential, s);
    const neighbors::PeriodicNeighborhoods lists(s, potentials::types_for(potential, s), potential.cutoff() + 0.5);
    ByExchange exchange(lists.n_local(), lists.owners());
    potentials::Evaluation result;
    potential.compute(lists.view(), {.atomic_virials = true}, exchange, result);
    EXPECT_NEAR(std::accumulate(result.energies.begin(), result.energies.end(), 0.0), *expected.energy, 1e-11);
    EXPECT_LT((lists.fold(result.forces) - expected.forces).cwiseAbs().maxCoeff(), 1e-11);
    const Eigen::Matrix<double, 1, 9> sum = result.atomic_virials.colwise().sum();
    EXPECT_LT((Eigen::Map<const Matrix3>(sum.data()) - result.virial).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_LT((result.virial - result.virial.transpose()).cwiseAbs().maxCoeff(), 1e-12);
  }
}

TEST_P(NequipLaws, InstructionSetsThreadsAndPaddingGiveTheSame) {
  for (const int num_features : {5, 24, 32}) {
    NequipPotential potential(model(num_features));
    NequipPotential single(model(num_features), {potentials::Precision::single_precision, false});
    const Structure s = random_lipo(skewed_cell(6), 18, 10);
    choose_target(0);
    frontend::set_threads(1);
    const Labels expected = evaluate(potential, s);
    const double size = 1 + expected.forces.cwiseAbs().maxCoeff();
    for (const std::int64_t target : {std::int64_t{0}, std::int64_t{HWY_AVX2}, std::int64_t{HWY_SCALAR}}) {
      choose_target(target);
      frontend::set_threads(target == 0 ? 3 : 1);
      const Labels labels = evaluate(potential, s), rough = evaluate(single, s);
      EXPECT_LT((labels.forces - expected.forces).cwiseAbs().maxCoeff(), 1e-11 * size) << "target " << target;
      EXPECT_LT((rough.forces - expected.forces).cwiseAbs().maxCoeff(), 1e-4 * size) << "target " << target;
    }
    choose_target(0);
    frontend::set_threads(0);
  }
}

INSTANTIATE_TEST_SUITE_P(All, NequipLaws,
                         ::testing::Values(Architecture{0, false}, Architecture{1, false}, Architecture{1, true},
                                           Architecture{2, false}, Architecture{2, true}, Architecture{3, false},
                                           Architecture{3, true}),
                         [](const auto& tested) {
                           return "LMax" + std::to_string(tested.param.l_max) +
                                  (tested.param.parity ? "Parity" : "Rotations");
                         });

// The cutoff function has three zeros at r_max and every sine one more, so that forces vanish with the third power of
// the distance to it.
TEST(Nequip, ForcesVanishSmoothlyAtTheCutoff) {
  NequipPotential potential(random_network(small_network(2, true)));
  Structure pair;
  pair.species = {li_o_p[0], li_o_p[2]};
  pair.positions = Positions::Zero(2, 3);
  const auto force = [&](double r) {
    pair.positions(1, 0) = r;
    return std::abs(evaluate(potential, pair).forces(1, 0));
  };
  const double near = force(3.4 - 0.02), nearer = force(3.4 - 0.01);
  EXPECT_GT(near, 0);
  EXPECT_NEAR(near / nearer, 8, 0.3);
  EXPECT_EQ(force(3.4), 0);
  EXPECT_EQ(force(3.5), 0);
}

TEST(Nequip, FewerLayersDeeperRadialNetworksAndOtherCutoffsWork) {
  for (const int depth : {1, 3}) {
    Hyperparameters h = small_network(2, true);
    h.num_layers = depth;
    h.radial_mlp_depth = depth;
    h.polynomial_cutoff_p = 4.5;
    h.avg_num_neighbors = 0;
    NequipPotential exact(random_network(h)),
        tabulated(random_network(h), {potentials::Precision::double_precision, true});
    const Structure s = random_lipo(skewed_cell(5), 9, 12);
    const Labels a = evaluate(exact, s), b = evaluate(tabulated, s);
    const double size = a.forces.cwiseAbs().maxCoeff();
    EXPECT_GT(size, 1e-3);
    EXPECT_LT((a.forces - b.forces).cwiseAbs().maxCoeff(), 1e-5 * size);
  }
}

TEST(Nequip, NoAtomsAreNoProblem) {
  NequipPotential potential(random_network(small_network(1, false)));
  neighbors::Neighborhoods nobody;
  const std::int64_t first = 0;
  nobody.first = &first;
  const std::vector<int> no_owners;
  ByExchange exchange(0, no_owners);
  potentials::Evaluation result;
  potential.compute(nobody, {.atomic_virials = true}, exchange, result);
  EXPECT_TRUE(result.energies.empty());
  EXPECT_EQ(result.forces.rows(), 0);
}

// As `vitrion evaluate` does: one clone a thread, each alone inside the loop.
TEST(Nequip, ClonesWorkSideBySide) {
  NequipPotential potential(random_network(small_network(2, false)));
  const Structure s = random_lipo(skewed_cell(6), 20, 14);
  const Labels expected = evaluate(potential, s);
  frontend::set_threads(3);
  std::vector<double> difference(6);
  parallel_for(difference.size(), [&](std::size_t n) {
    const auto clone = potential.clone();
    difference[n] = (evaluate(*clone, s).forces - expected.forces).cwiseAbs().maxCoeff();
  });
  frontend::set_threads(0);
  EXPECT_LT(*std::max_element(difference.begin(), difference.end()), 1e-12);
}

TEST(Nequip, CloneComputesTheSame) {
  NequipPotential potential(random_network(small_network(2, false)), {potentials::Precision::single_precision, true});
  const auto clone = potential.clone();
  const Structure s = random_lipo(skewed_cell(4.2), 6, 13);
  EXPECT_EQ(*evaluate(potential, s).energy, *evaluate(*clone, s).energy);
}

}  // namespace
}  // namespace vitrion::potentials::nequip
