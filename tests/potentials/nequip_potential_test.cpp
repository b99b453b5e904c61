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

TEST_P(NequipLaws, ForcesAndStressAreDerivativesOfTheEnergy) {
  NequipPotential potential(model());
  const Structure s = random_lipo(skewed_cell(4.2), 5, 3);
  const Labels labels = evaluate(potential, s);
  ASSERT_GT(labels.forces.cwiseAbs().maxCoeff(), 1e-2);
  const auto slope = [&](auto change, double h) {
    const auto energy = [&](double x) {
      Structure moved = s;
      change(moved, x);
      return *evaluate(potential, moved).energy;
    };
    return (8 * (energy(h) - energy(-h)) - (energy(2 * h) - energy(-2 * h))) / (12 * h);
  };
  for (int i = 0; i < 5; i += 2)
    for (int k = 0; k < 3; ++k)
      EXPECT_NEAR(labels.forces(i, k), -slope([&](Structure& m, double x) { m.positions(i, k) += x; }, 3e-4), 3e-9);
  for (const auto& [a, b] : {std::pair{0, 0}, {1, 2}, {2, 2}}) {
    const double derivative = slope(
        [&](Structure& m, double x) {
          Matrix3 strain = Matrix3::Identity();
          strain(a, b) += x / 2;
          strain(b, a) += x / 2;
          m.positions = m.positions * strain;
          m.cell = Cell(m.cell.matrix() * strain);
        },
        1e-4);
    EXPECT_NEAR((*labels.stress)(a, b) * s.cell.volume(), derivative, 2e-8);
  }
}

TEST_P(NequipLaws, RotationsTurnTheForces) {
  NequipPotential potential(model());
  const Structure s = random_lipo(skewed_cell(4.2), 6, 4);
  const Matrix3 turn = Eigen::AngleAxisd(0.7, Vector3(1, -2, 0.5).normalized()).toRotationMatrix();
  Structure turned = s;
  turned.positions = s.positions * turn.transpose();
  turned.cell = Cell(s.cell.matrix() * turn.transpose());
  const Labels a = evaluate(potential, s), b = evaluate(potential, turned);
  EXPECT_NEAR(*a.energy, *b.energy, 1e-11);
  EXPECT_LT((a.forces * turn.transpose() - b.forces).cwiseAbs().maxCoeff(), 1e-11);
  EXPECT_LT((turn * *a.stress * turn.transpose() - *b.stress).cwiseAbs().maxCoeff(), 1e-12);
}

// Without parity a mirror image may have another energy; with it, never.
// Without parity a network may tell left from right, and a random one does (with l_max 0 there is nothing to tell).
TEST_P(NequipLaws, MirrorImagesAreAlikeWithParityOnly) {
  NequipPotential potential(model());
  const Structure s = random_lipo(cluster_cell, 8, 5);
  Structure mirrored = s;
  mirrored.positions.col(0) *= -1;
  const Labels a = evaluate(potential, s), b = evaluate(potential, mirrored);
  if (!GetParam().parity && GetParam().l_max > 0) {
    EXPECT_GT(std::abs(*a.energy - *b.energy), 1e-9);
    return;
  }
  EXPECT_NEAR(*a.energy, *b.energy, 1e-11);
  Positions forces = b.forces;
  forces.col(0) *= -1;
  EXPECT_LT((a.forces - forces).cwiseAbs().maxCoeff(), 1e-11);
}

TEST_P(NequipLaws, OrderOriginAndChoiceOfCellDoNotMatter) {
  NequipPotential potential(model());
  const Structure s = random_lipo(skewed_cell(4.2), 5, 6);
  const Labels expected = evaluate(potential, s);
  Structure other = s;
  for (Eigen::Index i = 0; i < 5; ++i) {
    const Eigen::Index from = 4 - i;
    other.positions.row(i) = s.positions.row(from) + Eigen::RowVector3d(0.3, -5, 1.7);
    other.species[static_cast<std::size_t>(i)] = s.species[static_cast<std::size_t>(from)];
  }
  const Labels labels = evaluate(potential, other);
  EXPECT_NEAR(*labels.energy, *expected.energy, 1e-11);
  EXPECT_LT((labels.forces.colwise().reverse() - expected.forces).cwiseAbs().maxCoeff(), 1e-11);

  // Twice the cell, shorter than the cutoff before: twice the energy, the same forces.
  Structure doubled = s;
  Matrix3 m = s.cell.matrix();
  m.row(0) *= 2;
  doubled.cell = Cell(m);
  doubled.positions.resize(10, 3);
  doubled.positions << s.positions, s.positions.rowwise() + s.cell.matrix().row(0);
  doubled.species.insert(doubled.species.end(), s.species.begin(), s.species.end());
  const Labels twice = evaluate(potential, doubled);
  EXPECT_NEAR(*twice.energy, 2 * *expected.energy, 1e-10);
  EXPECT_LT((twice.forces.bottomRows(5) - expected.forces).cwiseAbs().maxCoeff(), 1e-11);
}

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
