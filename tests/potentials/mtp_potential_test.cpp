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
