// Grades of rows against plain matrix products, on every instruction set.
#include "vitrion/potentials/grader.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <limits>

namespace vitrion {
namespace {

struct Sites {
  std::vector<potentials::SelectionRows> matrices;  // of each type
  potentials::SelectionRows rows;
  std::vector<int> types;
};

// Numbers of atoms, rows and columns that fill no batch and no tile.
Sites random_sites(Eigen::Index width, Eigen::Index columns) {
  std::srand(3);
  Sites sites;
  for (int type = 0; type < 3; ++type) sites.matrices.push_back(potentials::SelectionRows::Random(width, columns));
  const Eigen::Index n_atoms = 201;
  sites.rows = potentials::SelectionRows::Random(n_atoms, width);
  for (Eigen::Index i = 0; i < n_atoms; ++i) sites.types.push_back(i % 7 == 0 ? 2 : static_cast<int>(i % 2));
  return sites;
}

double plain_grade(potentials::ReferenceKind kind, const Sites& sites, Eigen::Index atom) {
  const auto type = static_cast<std::size_t>(sites.types[static_cast<std::size_t>(atom)]);
  const Eigen::RowVectorXd b = sites.rows.row(atom), c = b * sites.matrices[type];
  return kind == potentials::ReferenceKind::active_set ? c.cwiseAbs().maxCoeff() : std::sqrt(std::max(0.0, b.dot(c)));
}

void expect_plain_grades(potentials::ReferenceKind kind, const Sites& sites) {
  const potentials::Grader grader(kind, sites.matrices);
  ASSERT_EQ(grader.width(), static_cast<std::size_t>(sites.rows.cols()));
  std::vector<double> grades(sites.types.size(), -1);
  grader.grade(sites.rows.data(), sites.types.data(), 5, sites.types.size(), grades.data());
  for (std::size_t i = 0; i < grades.size(); ++i)
    if (i < 5)
      EXPECT_EQ(grades[i], -1) << "an atom before the range was graded";
    else
      EXPECT_NEAR(grades[i], plain_grade(kind, sites, static_cast<Eigen::Index>(i)), 1e-11) << "atom " << i;
}

TEST(Grader, EqualsMatrixProductsOnEveryInstructionSet) {
  const auto choose = [](std::int64_t targets) {
    hwy::SetSupportedTargetsForTest(targets);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  };
  const std::int64_t all = hwy::SupportedTargets();
  for (const std::int64_t target : {HWY_AVX3, HWY_AVX2, HWY_SSE4, HWY_SCALAR}) {
    if (target != HWY_SCALAR && (all & target) == 0) continue;
    choose(target);
    SCOPED_TRACE(hwy::TargetName(target));
    expect_plain_grades(potentials::ReferenceKind::active_set, random_sites(37, 61));
    expect_plain_grades(potentials::ReferenceKind::active_set, random_sites(61, 37));
    expect_plain_grades(potentials::ReferenceKind::active_set, random_sites(48, 96));
    expect_plain_grades(potentials::ReferenceKind::ellipsoid, random_sites(37, 37));
    expect_plain_grades(potentials::ReferenceKind::ellipsoid, random_sites(48, 48));
  }
  choose(0);
}

TEST(Grader, ARowThatIsNotFiniteHasAnInfiniteGrade) {
  for (const potentials::ReferenceKind kind :
       {potentials::ReferenceKind::active_set, potentials::ReferenceKind::ellipsoid}) {
    Sites sites = random_sites(37, 37);
    sites.rows(10, 4) = std::numeric_limits<double>::quiet_NaN();
    sites.rows(11, 5) = std::numeric_limits<double>::infinity();
    sites.rows.row(12).setConstant(1e300);
    std::vector<double> grades(sites.types.size());
    potentials::Grader(kind, sites.matrices)
        .grade(sites.rows.data(), sites.types.data(), 0, grades.size(), grades.data());
    EXPECT_EQ(grades[10], INFINITY);
    EXPECT_EQ(grades[11], INFINITY);
    EXPECT_GT(grades[12], 1e290);
    EXPECT_TRUE(std::isfinite(grades[13]));
  }
}

}  // namespace
}  // namespace vitrion
