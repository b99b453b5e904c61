// The kernels of every instruction set against the definition, and the laws every potential obeys.
#include "vitrion/potentials/mtp/mtp_potential.hpp"
#include "frontend/threads.hpp"

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <Eigen/Geometry>
#include <limits>
#include <numeric>

#include "plain_mtp.hpp"
#include "samples.hpp"
#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/core/random.hpp"

namespace vitrion::potentials::mtp {
namespace {

using test::random_mtp;
using test::random_structure;

Cell skewed_cell(double length) {
  Matrix3 m;
  m << length, 0, 0, 0.3 * length, 0.9 * length, 0, -0.2 * length, 0.25 * length, 1.1 * length;
  return Cell(m);
}

Cell slab_cell(double length) {
  Matrix3 m = Matrix3::Zero();
  m(0, 0) = m(1, 1) = length;
  m(1, 0) = 0.2 * length;
  m(2, 2) = 30;
  return Cell(m, {true, true, false});
}

Cell cluster_cell(double length) {
  return Cell(Matrix3(length * Matrix3::Identity()), {false, false, false});
}

double scale_of(const Positions& forces) {
  return 1 + forces.cwiseAbs().maxCoeff();
}

// Instruction sets that this processor runs and the kernels were compiled for.
std::vector<std::int64_t> targets() {
  std::vector<std::int64_t> list;
  hwy::SetSupportedTargetsForTest(0);
  for (const std::int64_t target : {HWY_AVX3, HWY_AVX2, HWY_SSE4, HWY_SCALAR})
    if (target == HWY_SCALAR || (hwy::SupportedTargets() & target)) list.push_back(target);
  return list;
}

void choose_target(std::int64_t target) {
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

class Kernels : public ::testing::TestWithParam<std::int64_t> {
 protected:
  void SetUp() override { choose_target(GetParam()); }
  void TearDown() override { choose_target(0); }
};

void expect_plain(const MtpParameters& p, const Structure& structure) {
  MtpPotential potential(p);
  const std::vector<int> types = potentials::types_for(potential, structure);
  const test::PlainResult plain = test::PlainMtp(p).evaluate(structure, types);
  // A skin: what lies beyond the cutoff must not matter.
  const neighbors::PeriodicNeighborhoods lists(structure, types, p.max_dist + 0.7);
  potentials::PeriodicExchange exchange(lists.n_local(), lists.owners());
  potentials::Evaluation result;
  potential.compute(lists.view(), {.atomic_virials = true}, exchange, result);
  const double size = scale_of(plain.forces);
  EXPECT_LT((lists.fold(result.forces) - plain.forces).cwiseAbs().maxCoeff(), 1e-11 * size);
  EXPECT_LT((result.virial - plain.virial).cwiseAbs().maxCoeff(), 1e-11 * (1 + plain.virial.cwiseAbs().maxCoeff()));
  ASSERT_EQ(result.atomic_virials.rows(), static_cast<Eigen::Index>(structure.size()));
  for (std::size_t i = 0; i < structure.size(); ++i) {
    EXPECT_NEAR(result.energies[i], plain.energies[i], 1e-11 * (1 + std::abs(plain.energies[i])));
    for (int k = 0; k < 9; ++k)
      EXPECT_NEAR(result.atomic_virials(static_cast<Eigen::Index>(i), k), plain.virials[i](k / 3, k % 3), 1e-10 * size);
  }
}

TEST_P(Kernels, AgreeWithTheDefinitionAtEveryLevel) {
  for (const int level : {2, 4, 6, 8, 10, 12, 14, 16, 18, 20})
    expect_plain(random_mtp(level, 2, 10 + static_cast<std::uint64_t>(level)),
                 random_structure(skewed_cell(6.5), 13, 2, 5));
}

TEST_P(Kernels, AgreeWithTheDefinitionInEveryKindOfCell) {
  const MtpParameters p = random_mtp(10, 3, 3);
  expect_plain(p, random_structure(skewed_cell(9), 30, 3, 1));   // 30: no whole number of batches
  expect_plain(p, random_structure(skewed_cell(2.2), 1, 1, 2));  // neighbours are all images of the atom itself
  expect_plain(p, random_structure(slab_cell(7), 20, 3, 3));
  expect_plain(p, random_structure(cluster_cell(8), 17, 3, 4));
  expect_plain(p, random_structure(cluster_cell(60), 3, 3, 5));  // no neighbours at all
}

TEST_P(Kernels, AgreeWithTheDefinitionForOddSizes) {
  expect_plain(random_mtp(8, 1, 1, RadialBasis::chebyshev, 1), random_structure(skewed_cell(6), 9, 1, 6));
  expect_plain(random_mtp(8, 11, 2, RadialBasis::chebyshev, 13), random_structure(skewed_cell(7), 19, 11, 7));
  MtpParameters more = random_mtp(8, 2, 3);  // more radial functions than the moments use
  const std::size_t pairs = 4, size = 8;
  more.radial_funcs_count = 7;
  more.radial_coeffs.resize(pairs * 7 * size);
  for (std::size_t k = 0; k < more.radial_coeffs.size(); ++k) more.radial_coeffs[k] = std::sin(static_cast<double>(k));
  expect_plain(more, random_structure(skewed_cell(6), 9, 2, 8));
}

TEST_P(Kernels, AgreeWithTheDefinitionOfTheRepulsiveBasis) {
  const MtpParameters p = random_mtp(8, 2, 4, RadialBasis::chebyshev_repulsive);
  expect_plain(p, random_structure(skewed_cell(6), 24, 2, 9, 1.3));  // many pairs below min_dist
}

INSTANTIATE_TEST_SUITE_P(Targets, Kernels, ::testing::ValuesIn(targets()),
                         [](const auto& instance) { return std::string(hwy::TargetName(instance.param)); });

// Energy along a line of displaced structures against the forces at its middle: O(h^4) difference.
TEST(MtpPhysics, ForcesAreTheDerivativeOfTheEnergy) {
  for (const RadialBasis basis : {RadialBasis::chebyshev, RadialBasis::chebyshev_repulsive}) {
    MtpPotential potential(random_mtp(14, 2, 5, basis));
    const Structure s = random_structure(skewed_cell(6), 15, 2, 11, 1.7);
    Random random(3);
    Positions direction(15, 3);
    for (Eigen::Index k = 0; k < direction.size(); ++k) direction.data()[k] = random.normal();
    const auto energy = [&](double step) {
      Structure moved = s;
      moved.positions += step * direction;
      return *evaluate(potential, moved).energy;
    };
    const double h = 1e-4;  // small: the second derivative jumps where a pair crosses the cutoff
    const double slope = (8 * (energy(h) - energy(-h)) - (energy(2 * h) - energy(-2 * h))) / (12 * h);
    const double expected = -(evaluate(potential, s).forces.array() * direction.array()).sum();
    EXPECT_NEAR(slope, expected, 1e-7 * (1 + std::abs(expected)));
  }
}

TEST(MtpPhysics, StressIsTheDerivativeWithRespectToStrain) {
  MtpPotential potential(random_mtp(12, 2, 6));
  const Structure s = random_structure(skewed_cell(6), 15, 2, 12, 2.0);
  const Matrix3 stress = *evaluate(potential, s).stress;
  const double h = 1e-4;
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) {
      const auto energy = [&](double strain) {
        Matrix3 deformation = Matrix3::Identity();
        deformation(a, b) += strain;
        Structure strained = s;
        strained.cell = Cell(Matrix3(s.cell.matrix() * deformation));
        strained.positions = s.positions * deformation;
        return *evaluate(potential, strained).energy;
      };
      const double slope = (8 * (energy(h) - energy(-h)) - (energy(2 * h) - energy(-2 * h))) / (12 * h);
      EXPECT_NEAR(slope / s.cell.volume(), stress(a, b), 1e-8 * (1 + stress.cwiseAbs().maxCoeff()));
    }
}

TEST(MtpPhysics, NothingChangesUnderRotationTranslationAndRenumbering) {
  MtpPotential potential(random_mtp(16, 2, 7));
  const Structure s = random_structure(skewed_cell(6.5), 16, 2, 13, 2.0);
  const Labels before = evaluate(potential, s);
  const Matrix3 rotation =
      (Eigen::AngleAxisd(0.7, Vector3::UnitX()) * Eigen::AngleAxisd(-1.1, Vector3::UnitZ())).toRotationMatrix();
  Structure moved = s;
  moved.cell = Cell(Matrix3(s.cell.matrix() * rotation.transpose()));
  std::vector<Eigen::Index> order(s.size());
  std::iota(order.begin(), order.end(), 0);
  Random random(1);
  shuffle(order, random);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Vector3 x = rotation * s.positions.row(order[i]).transpose() + Vector3(0.4, -1.3, 7.0);
    moved.positions.row(static_cast<Eigen::Index>(i)) = x.transpose();
    moved.species[i] = s.species[static_cast<std::size_t>(order[i])];
  }
  const Labels after = evaluate(potential, moved);
  const double size = scale_of(before.forces);
  EXPECT_NEAR(*after.energy, *before.energy, 1e-10 * (1 + std::abs(*before.energy)));
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Vector3 expected = rotation * before.forces.row(order[i]).transpose();
    EXPECT_LT((after.forces.row(static_cast<Eigen::Index>(i)).transpose() - expected).norm(), 1e-10 * size);
  }
  const Matrix3 expected = rotation * *before.stress * rotation.transpose();
  EXPECT_LT((*after.stress - expected).cwiseAbs().maxCoeff(), 1e-10 * (1 + expected.cwiseAbs().maxCoeff()));
  EXPECT_LT(before.forces.colwise().sum().norm(), 1e-10 * size);
  EXPECT_LT((*before.stress - before.stress->transpose()).norm(), 1e-12 * (1 + before.stress->norm()));
}

TEST(MtpPhysics, ASupercellIsManyCells) {
  MtpPotential potential(random_mtp(12, 2, 8));
  const Structure s = random_structure(skewed_cell(4), 5, 2, 14, 1.9);
  Structure super = s;
  super.positions.resize(60, 3);
  super.species.clear();
  Matrix3 cell = s.cell.matrix();
  Eigen::Index row = 0;
  for (int a = 0; a < 2; ++a)
    for (int b = 0; b < 3; ++b)
      for (int c = 0; c < 2; ++c)
        for (Eigen::Index i = 0; i < 5; ++i, ++row) {
          super.positions.row(row) = s.positions.row(i) + a * cell.row(0) + b * cell.row(1) + c * cell.row(2);
          super.species.push_back(s.species[static_cast<std::size_t>(i)]);
        }
  cell.row(0) *= 2, cell.row(1) *= 3, cell.row(2) *= 2;
  super.cell = Cell(cell);
  const Labels one = evaluate(potential, s), many = evaluate(potential, super);
  EXPECT_NEAR(*many.energy, 12 * *one.energy, 1e-10 * std::abs(*many.energy));
  EXPECT_LT((*many.stress - *one.stress).cwiseAbs().maxCoeff(), 1e-11 * (1 + one.stress->cwiseAbs().maxCoeff()));
  for (Eigen::Index i = 0; i < 60; ++i)
    EXPECT_LT((many.forces.row(i) - one.forces.row(i % 5)).norm(), 1e-10 * scale_of(one.forces));
}

// Across the cutoff the energy is once continuously differentiable: V ~ (r - rc)^2 near it.
TEST(MtpPhysics, EnergyAndForceVanishSmoothlyAtTheCutoff) {
  const MtpParameters p = random_mtp(8, 1, 9);
  MtpPotential potential(p);
  const auto pair_at = [&](double r) {
    Structure s = random_structure(cluster_cell(100), 1, 1, 1);
    s.species.push_back(s.species[0]);
    s.positions.resize(2, 3);
    s.positions << 0, 0, 0, r / 3, 2 * r / 3, -2 * r / 3;
    return evaluate(potential, s);
  };
  const double lonely = 2 * p.species_coeffs[0];
  EXPECT_EQ(*pair_at(p.max_dist + 1e-9).energy, lonely);
  EXPECT_EQ(pair_at(p.max_dist + 1e-9).forces.norm(), 0.0);
  const double far = *pair_at(p.max_dist - 1e-4).energy - lonely, near = *pair_at(p.max_dist - 1e-5).energy - lonely;
  ASSERT_NE(far, 0.0);
  EXPECT_NEAR(far / near, 100, 5);
  EXPECT_NEAR(pair_at(p.max_dist - 1e-4).forces.norm() / pair_at(p.max_dist - 1e-5).forces.norm(), 10, 0.5);
}

TEST(MtpPhysics, ThreadsDoNotChangeTheResult) {
  MtpPotential potential(random_mtp(14, 3, 10));
  const Structure s = random_structure(skewed_cell(12), 90, 3, 15);
  const int before = threads();
  frontend::set_threads(1);
  const Labels one = evaluate(potential, s);
  for (const int n : {2, 3, 7}) {
    frontend::set_threads(n);
    const Labels many = evaluate(potential, s);
    EXPECT_NEAR(*many.energy, *one.energy, 1e-12 * std::abs(*one.energy));
    EXPECT_LT((many.forces - one.forces).cwiseAbs().maxCoeff(), 1e-12 * scale_of(one.forces));
    const Labels again = evaluate(potential, s);
    EXPECT_EQ(again.forces, many.forces) << "the same number of threads must give the same bits";
    EXPECT_EQ(*again.stress, *many.stress);
  }
  frontend::set_threads(before);
}

TEST(MtpPotential, ClonesAreIndependentAndEqual) {
  MtpPotential potential(random_mtp(8, 2, 11));
  const Structure s = random_structure(skewed_cell(7), 12, 2, 16);
  const auto copy = potential.clone();
  EXPECT_EQ(evaluate(*copy, s).forces, evaluate(potential, s).forces);
}

// A run that has blown up must show it: atoms at NaN may not turn into atoms without neighbours.
TEST(MtpPotential, PositionsThatAreNotNumbersShowInTheForces) {
  MtpPotential potential(random_mtp(8, 2, 14));
  const Structure s = random_structure(skewed_cell(7), 12, 2, 18);
  neighbors::PeriodicNeighborhoods lists(s, potentials::types_for(potential, s), potential.cutoff());
  potentials::PeriodicExchange exchange(lists.n_local(), lists.owners());
  Positions broken = s.positions;
  broken(3, 1) = std::numeric_limits<double>::quiet_NaN();
  lists.move(broken);
  potentials::Evaluation result;
  potential.compute(lists.view(), {}, exchange, result);
  EXPECT_TRUE(std::isnan(std::accumulate(result.energies.begin(), result.energies.end(), 0.0)));
  EXPECT_TRUE(lists.fold(result.forces).row(3).hasNaN());
}

TEST(MtpPotential, EmptyStructureHasNoEnergy) {
  MtpPotential potential(random_mtp(8, 1, 12));
  EXPECT_EQ(*evaluate(potential, Structure{}).energy, 0.0);
}

TEST(MtpPotential, RefusesTemplatesAndForeignSpecies) {
  EXPECT_THROW(MtpPotential(untrained_mtp(8, parse_species_list("Li"), 2, 5)), InputError);
  MtpPotential potential(random_mtp(8, 1, 13));
  Structure s = random_structure(skewed_cell(7), 2, 1, 17);
  s.species[1] = Species::element("Xe");
  EXPECT_THROW(evaluate(potential, s), InputError);
  EXPECT_THROW(potential.name_species(parse_species_list("Li,O")), InputError);
}

}  // namespace
}  // namespace vitrion::potentials::mtp
