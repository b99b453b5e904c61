// What holds for every potential, whatever it is: tested with all of cases.cpp.
#include <gtest/gtest.h>
#include <hwy/highway.h>
#include <omp.h>
#include <unistd.h>

#include <Eigen/Geometry>
#include <limits>
#include <numeric>

#include "conformance/cases.hpp"
#include "md/oxides.hpp"
#include "potentials/nequip_samples.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/random.hpp"

namespace vitrion::test {
namespace {

namespace fs = std::filesystem;
using potentials::Potential;
using potentials::Precision;

class Laws : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!claims().needs.empty() && !fs::exists(claims().needs)) GTEST_SKIP() << "needs " << claims().needs;
    potential_ = claims().make({});
  }
  const Case& claims() const { return GetParam(); }
  bool over_neighborhoods() const { return potential_->capabilities().neighborhoods; }
  Structure atoms(int n, std::uint64_t seed) const { return sample(claims(), *potential_, n, seed); }
  /// Largest error allowed where `of` must be equal to something.
  double limit(const Positions& of) const { return claims().exact * (1 + of.cwiseAbs().maxCoeff()); }
  void expect_equal(const Labels& a, const Labels& b, double relative) const {
    const double size = 1 + b.forces.cwiseAbs().maxCoeff();
    EXPECT_NEAR(*a.energy, *b.energy, relative * size * static_cast<double>(b.forces.rows()));
    EXPECT_LT((a.forces - b.forces).cwiseAbs().maxCoeff(), relative * size);
    ASSERT_EQ(a.stress.has_value(), b.stress.has_value());
    if (a.stress) {
      EXPECT_LT((*a.stress - *b.stress).cwiseAbs().maxCoeff(), relative * size);
    }
  }

  std::unique_ptr<Potential> potential_;
};

// (8 (E(h) - E(-h)) - (E(2h) - E(-2h))) / 12 h, to the fourth order in h. Small: at the cutoff second derivatives jump.
double slope(const std::function<double(double)>& energy) {
  const double h = 1e-4;
  return (8 * (energy(h) - energy(-h)) - (energy(2 * h) - energy(-2 * h))) / (12 * h);
}

Positions random_direction(std::size_t n, std::uint64_t seed) {
  Random random(seed);
  Positions direction(static_cast<Eigen::Index>(n), 3);
  for (Eigen::Index k = 0; k < direction.size(); ++k) direction.data()[k] = random.normal();
  return direction;
}

TEST_P(Laws, ForcesAreTheSlopeOfTheEnergy) {
  const Structure s = atoms(12, 11);
  const Positions direction = random_direction(s.size(), 3);
  const double found = slope([&](double x) {
    Structure moved = s;
    moved.positions += x * direction;
    return *evaluate(*potential_, moved).energy;
  });
  const Positions forces = evaluate(*potential_, s).forces;
  const double expected = -(forces.array() * direction.array()).sum();
  ASSERT_GT(forces.cwiseAbs().maxCoeff(), 1e-3);
  EXPECT_NEAR(found, expected, claims().derivative * (1 + forces.norm() * direction.norm()));
}

TEST_P(Laws, StressIsTheSlopeOfTheEnergyUnderStrain) {
  const Structure s = atoms(12, 12);
  const Matrix3 stress = *evaluate(*potential_, s).stress;
  for (const auto& [a, b] : {std::pair{0, 0}, {1, 1}, {2, 2}, {0, 1}, {2, 0}, {1, 2}}) {
    const double found = slope([&, a = a, b = b](double x) {
      Matrix3 strain = Matrix3::Identity();
      strain(a, b) += x;
      Structure strained = s;
      strained.cell = Cell(Matrix3(s.cell.matrix() * strain));
      strained.positions = s.positions * strain;
      return *evaluate(*potential_, strained).energy;
    });
    EXPECT_NEAR(found / s.cell.volume(), stress(a, b), claims().derivative * (1 + stress.cwiseAbs().maxCoeff()));
  }
}

// Turned, moved, renumbered and put into the cell otherwise it is the same.
TEST_P(Laws, PlaceDirectionAndOrderDoNotMatter) {
  const Structure s = atoms(12, 13);
  const Labels before = evaluate(*potential_, s);
  const Matrix3 turn =
      (Eigen::AngleAxisd(0.7, Vector3::UnitX()) * Eigen::AngleAxisd(-1.1, Vector3::UnitZ())).toRotationMatrix();
  Structure moved = s;
  moved.cell = Cell(Matrix3(s.cell.matrix() * turn.transpose()));
  std::vector<Eigen::Index> order(s.size());
  std::iota(order.begin(), order.end(), 0);
  Random random(1);
  shuffle(order, random);
  Labels expected = before;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    moved.positions.row(row) = (turn * s.positions.row(order[i]).transpose() + Vector3(0.4, -1.3, 7)).transpose();
    if (i % 3 == 0) moved.positions.row(row) += moved.cell.matrix().row(1);
    moved.species[i] = s.species[static_cast<std::size_t>(order[i])];
    expected.forces.row(row) = before.forces.row(order[i]) * turn.transpose();
  }
  expected.stress = Matrix3(turn * *before.stress * turn.transpose());
  expect_equal(evaluate(*potential_, moved), expected, claims().exact);
  EXPECT_LT(before.forces.colwise().sum().norm(), static_cast<double>(s.size()) * limit(before.forces));
  EXPECT_LT((*before.stress - before.stress->transpose()).norm(), limit(before.forces));
}

TEST_P(Laws, MirrorImagesAreAlike) {
  const Structure s = atoms(12, 14);
  Structure mirrored = s;
  Matrix3 cell = s.cell.matrix();
  cell.col(0) *= -1;
  mirrored.cell = Cell(cell);
  mirrored.positions.col(0) *= -1;
  const Labels a = evaluate(*potential_, s), b = evaluate(*potential_, mirrored);
  if (!claims().mirror_symmetric) {
    // Told apart, as it is allowed to: otherwise the claim would be wrong.
    EXPECT_GT(std::abs(*a.energy - *b.energy), 1e-9);
    return;
  }
  Labels expected = a;
  expected.forces.col(0) *= -1;
  Matrix3 mirror = Matrix3::Identity();
  mirror(0, 0) = -1;
  expected.stress = Matrix3(mirror * *a.stress * mirror);
  expect_equal(b, expected, claims().exact);
}

// A cell smaller than the cutoff: atoms meet images of images, and of themselves.
TEST_P(Laws, ASupercellIsManyCells) {
  const Structure s = atoms(4, 15);
  const auto copies = static_cast<Eigen::Index>(12);
  Structure super = s;
  super.positions.resize(copies * 4, 3);
  super.species.clear();
  Labels expected = evaluate(*potential_, s);
  const Labels one = expected;
  expected.forces.resize(copies * 4, 3);
  Matrix3 cell = s.cell.matrix();
  for (Eigen::Index c = 0; c < copies; ++c) {
    const Eigen::RowVector3d shift = static_cast<double>(c % 2) * cell.row(0) +
                                     static_cast<double>(c / 2 % 3) * cell.row(1) +
                                     static_cast<double>(c / 6) * cell.row(2);
    super.positions.middleRows(4 * c, 4) = s.positions.rowwise() + shift;
    expected.forces.middleRows(4 * c, 4) = one.forces;
    super.species.insert(super.species.end(), s.species.begin(), s.species.end());
  }
  cell.row(0) *= 2, cell.row(1) *= 3, cell.row(2) *= 2;
  super.cell = Cell(cell);
  expected.energy = static_cast<double>(copies) * *one.energy;
  expect_equal(evaluate(*potential_, super), expected, claims().exact);
}

TEST_P(Laws, EnergyAndForceEndSmoothlyAtTheCutoff) {
  if (!claims().smooth_at_cutoff) GTEST_SKIP() << "claims no smooth end";
  Structure s;
  s.cell = Cell(Matrix3::Zero(), {false, false, false});
  s.positions = Positions::Zero(2, 3);
  s.species = {potential_->species().front(), potential_->species().back()};
  const auto at = [&](double r) {
    s.positions.row(1) << r / 3, 2 * r / 3, -2 * r / 3;
    return evaluate(*potential_, s);
  };
  const double cutoff = potential_->cutoff(), inside = 0.8 * cutoff;
  const Labels beyond = at(cutoff + 1e-6);
  EXPECT_EQ(beyond.forces.norm(), 0);
  EXPECT_EQ(*at(cutoff + 2).energy, *beyond.energy);
  const Labels before = at(cutoff - 1e-3);
  EXPECT_NEAR(*before.energy, *beyond.energy, 1e-5);
  EXPECT_LT(before.forces.norm(), 0.05 * at(inside).forces.norm() + 1e-7);
}

TEST_P(Laws, SitesSumToTheWhole) {
  const Structure s = atoms(14, 16);
  const Labels labels = evaluate(*potential_, s);
  if (potential_->capabilities().site_energies) {
    ASSERT_EQ(labels.atomic_energies.size(), s.size());
    EXPECT_NEAR(std::accumulate(labels.atomic_energies.begin(), labels.atomic_energies.end(), 0.0), *labels.energy,
                1e-10 * (1 + std::abs(*labels.energy)));
  }
  if (!over_neighborhoods()) return;
  // Seen through ghosts that must be exchanged, with neighbors beyond the cutoff.
  const neighbors::PeriodicNeighborhoods lists(s, potentials::types_for(*potential_, s), potential_->cutoff() + 0.7);
  ByExchange exchange(lists.n_local(), lists.owners());
  potentials::Evaluation result;
  potential_->compute(lists.view(), {.atomic_virials = true}, exchange, result);
  EXPECT_LT((lists.fold(result.forces) - labels.forces).cwiseAbs().maxCoeff(), limit(labels.forces));
  EXPECT_LT((-result.virial / s.cell.volume() - *labels.stress).cwiseAbs().maxCoeff(), limit(labels.forces));
  ASSERT_EQ(result.atomic_virials.rows(), static_cast<Eigen::Index>(s.size()));
  const Eigen::Matrix<double, 1, 9> sum = result.atomic_virials.colwise().sum();
  EXPECT_LT((Eigen::Map<const Matrix3>(sum.data()) - result.virial).cwiseAbs().maxCoeff(),
            1e-10 * (1 + result.virial.cwiseAbs().maxCoeff()));
}

TEST_P(Laws, ThreadsDoNotMatter) {
  const Structure s = atoms(80, 17);
  omp_set_num_threads(1);
  const Labels one = evaluate(*potential_, s);
  for (const int n : {2, 3}) {
    omp_set_num_threads(n);
    const Labels many = evaluate(*potential_, s);
    expect_equal(many, one, claims().exact);
    EXPECT_EQ(evaluate(*potential_, s).forces, many.forces) << "the same number of threads gives the same bits";
  }
  omp_set_num_threads(omp_get_num_procs());
}

void choose_target(std::int64_t target) {
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

TEST_P(Laws, InstructionSetsDoNotMatter) {
  const Structure s = atoms(14, 18);
  const Labels expected = evaluate(*potential_, s);
  hwy::SetSupportedTargetsForTest(0);
  const std::int64_t here = hwy::SupportedTargets();
  for (const std::int64_t target : {HWY_AVX3, HWY_AVX2, HWY_SSE4, HWY_SCALAR}) {
    if (target != HWY_SCALAR && (here & target) == 0) continue;
    choose_target(target);
    expect_equal(evaluate(*potential_, s), expected, claims().exact);
  }
  choose_target(0);
}

TEST_P(Laws, SinglePrecisionAndTablesComeNear) {
  const Structure s = atoms(14, 19);
  const Labels expected = evaluate(*potential_, s);
  if (claims().single_precision) {
    const auto rough = claims().make({.precision = Precision::single_precision});
    EXPECT_EQ(rough->precision(), Precision::single_precision);
    expect_equal(evaluate(*rough, s), expected, 1e-4);
  } else {
    EXPECT_EQ(potential_->precision(), Precision::double_precision);
  }
  if (claims().tables) expect_equal(evaluate(*claims().make({.tabulated = true}), s), expected, 1e-5);
}

TEST_P(Laws, ClonesComputeTheSameSideBySide) {
  const Structure s = atoms(12, 20);
  const Labels expected = evaluate(*potential_, s);
  std::vector<Labels> found(4);
#pragma omp parallel for num_threads(2)
  for (std::size_t k = 0; k < found.size(); ++k) found[k] = evaluate(*potential_->clone(), s);
  for (const Labels& labels : found) expect_equal(labels, expected, claims().exact);
}

TEST_P(Laws, WrittenItReadsBack) {
  const fs::path file = scratch_folder() / "potential.yaml";
  potentials::write_potential(file, *potential_);
  ASSERT_TRUE(potentials::is_potential(file));
  const auto copy = potentials::load_potential(file);
  EXPECT_EQ(copy->kind(), potential_->kind());
  EXPECT_EQ(copy->species(), potential_->species());
  const Structure s = atoms(12, 21);
  expect_equal(evaluate(*copy, s), evaluate(*potential_, s), claims().exact);
}

// A run that has blown up must show it: atoms at NaN may not turn into atoms without neighbors.
TEST_P(Laws, PositionsThatAreNoNumbersShow) {
  if (!over_neighborhoods()) GTEST_SKIP() << "computes whole structures";
  const Structure s = atoms(12, 22);
  neighbors::PeriodicNeighborhoods lists(s, potentials::types_for(*potential_, s), potential_->cutoff());
  potentials::PeriodicExchange exchange(lists.n_local(), lists.owners());
  Positions broken = s.positions;
  broken(3, 1) = std::numeric_limits<double>::quiet_NaN();
  lists.move(broken);
  potentials::Evaluation result;
  potential_->compute(lists.view(), {}, exchange, result);
  EXPECT_TRUE(std::isnan(std::accumulate(result.energies.begin(), result.energies.end(), 0.0)));
}

TEST_P(Laws, NothingHasNoEnergyAndStrangersAreRefused) {
  Structure s;
  s.cell = Cell::orthorhombic(9, 9, 9);
  s.positions.resize(0, 3);
  EXPECT_EQ(*evaluate(*potential_, s).energy, 0);
  s = atoms(4, 23);
  s.species[2] = Species::element("Xe");
  EXPECT_THROW(evaluate(*potential_, s), InputError);
}

// CMake runs this under mpirun too: ghosts of other ranks, and ranks without atoms of their own.
TEST_P(Laws, InsideLammpsItIsTheSame) {
  if (!over_neighborhoods()) GTEST_SKIP() << "computes whole structures";
  const fs::path file = fs::temp_directory_path() / ("vitrion-" + std::to_string(::getpid()) + "-potential.yaml");
  potentials::write_potential(file, *potential_);
  for (const bool corner : {false, true}) {
    Structure s = atoms(24, 24);
    if (corner) s.cell = Cell::orthorhombic(40, 30, 30);
    md::LammpsSession session;
    session.create(s, potential_->species());
    session.command("pair_style vitrion untabulated");
    session.command("pair_coeff * * " + file.string() + " " + join_names(potential_->species(), " "));
    session.command("thermo_style custom step pe pxx pyy pzz pxy pxz pyz");
    session.command("run 0");
    const Labels direct = evaluate(*potential_, s);
    Labels inside;
    inside.energy = session.thermo("pe");
    const Structure after = session.gather(potential_->species());
    inside.forces = after.labels.forces;
    inside.stress = session.stress();
    // LAMMPS turns cells; these have a along x and b in the xy plane already.
    expect_equal(inside, direct, 1e-9);
  }
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path()))
    if (entry.path().filename().string().starts_with("vitrion-" + std::to_string(::getpid()) + "-potential"))
      fs::remove(entry.path());
}

INSTANTIATE_TEST_SUITE_P(All, Laws, ::testing::ValuesIn(cases()), [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace vitrion::test
