// Derivatives of site energies by the parameters, and extrapolation grades against MLIP-3's.
#include <gtest/gtest.h>

#include <cmath>

#include "samples.hpp"
#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/mtp/mtp_file.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"
#include "vitrion/potentials/mtp/selection_state.hpp"

namespace vitrion::potentials::mtp {
namespace {

std::vector<double> site_energies(const MtpParameters& p, const neighbors::PeriodicNeighborhoods& lists) {
  MtpPotential potential(p);
  potentials::Evaluation result;
  potentials::PeriodicExchange exchange(lists.n_local(), lists.owners());
  potential.compute(lists.view(), {}, exchange, result);
  return result.energies;
}

class SiteGradients : public ::testing::TestWithParam<RadialBasis> {};

TEST_P(SiteGradients, AreDerivativesOfSiteEnergiesByEveryParameter) {
  MtpParameters p = test::random_mtp(8, 2, 3, GetParam());
  const Structure s = test::random_structure(Cell::orthorhombic(6, 7, 8), 13, 2, 4);
  MtpPotential potential(p);
  const neighbors::PeriodicNeighborhoods lists(s, potentials::types_for(potential, s), p.max_dist);
  potentials::PeriodicExchange exchange(lists.n_local(), lists.owners());
  const potentials::SelectionRows rows = potential.selection_rows(lists.view(), exchange);
  ASSERT_EQ(rows.cols(), static_cast<Eigen::Index>(p.n_parameters()));
  const std::vector<double> flat = p.flat();
  for (std::size_t k = 0; k < flat.size(); ++k) {
    const double h = 1e-5;
    const auto energies_at = [&](double step) {
      std::vector<double> moved = flat;
      moved[k] += step;
      MtpParameters q = p;
      q.set_flat(moved);
      return site_energies(q, lists);
    };
    const std::vector<double> plus = energies_at(h), minus = energies_at(-h);
    for (std::size_t i = 0; i < plus.size(); ++i) {
      const double row = rows(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k));
      EXPECT_NEAR(row, (plus[i] - minus[i]) / (2 * h), 1e-6 * std::max(1.0, std::abs(row))) << "parameter " << k;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Bases, SiteGradients,
                         ::testing::Values(RadialBasis::chebyshev, RadialBasis::chebyshev_repulsive));

// MLIP-3's own grades of 40 configurations by its own active set: printed with five digits after the point.
TEST(Grades, EqualThoseOfMlip3) {
  VITRION_NEEDS_REFERENCE("mtp/grades/level08.almtp");
  MtpPotential potential(read_mtp(test::reference("mtp/grades/level08.almtp")));
  ASSERT_TRUE(potential.has_grades());
  const std::string text = read_file(test::reference("mtp/grades/graded40.cfg"));
  std::vector<double> expected;
  for (std::size_t at = text.find("MV_grade"); at != std::string::npos; at = text.find("MV_grade", at + 1))
    expected.push_back(std::stod(text.substr(at + 8)));
  const std::vector<Structure> frames = io::read_frames(test::reference("mtp/grades/graded40.cfg"));
  ASSERT_EQ(frames.size(), 40u);
  ASSERT_EQ(expected.size(), 40u);
  for (std::size_t f = 0; f < frames.size(); ++f) {
    std::vector<int> types;
    for (const Species& s : frames[f].species) types.push_back(s.type_number());
    const neighbors::PeriodicNeighborhoods lists(frames[f], types, potential.cutoff());
    potentials::PeriodicExchange exchange(lists.n_local(), lists.owners());
    potentials::Evaluation result;
    potential.compute(lists.view(), {.grades = true}, exchange, result);
    EXPECT_NEAR(*std::max_element(result.grades.begin(), result.grades.end()), expected[f], 1e-5) << "frame " << f;
  }
}

TEST(SelectionState, IsWrittenAsItWasRead) {
  VITRION_NEEDS_REFERENCE("mtp/grades/level08.almtp");
  const MtpParameters p = read_mtp(test::reference("mtp/grades/level08.almtp"));
  const potentials::SelectionState state = parse_selection_state(p.selection_state, p.n_parameters());
  EXPECT_EQ(state.mode, potentials::GradeMode::neighbourhood);
  EXPECT_LT((state.active * state.inverse - Eigen::MatrixXd::Identity(156, 156)).cwiseAbs().maxCoeff(), 1e-6);
  EXPECT_EQ(format_selection_state(state), p.selection_state);
}

TEST(SelectionState, ThatIsCutIsRefused) {
  VITRION_NEEDS_REFERENCE("mtp/grades/level08.almtp");
  const MtpParameters p = read_mtp(test::reference("mtp/grades/level08.almtp"));
  for (const std::size_t size : {20u, 100u, 160u, 10'000u, 300'000u, 390'000u})
    EXPECT_THROW(parse_selection_state(p.selection_state.substr(0, size), p.n_parameters()), InputError) << size;
  EXPECT_THROW(parse_selection_state(p.selection_state, p.n_parameters() + 1), InputError);
}

}  // namespace
}  // namespace vitrion::potentials::mtp
