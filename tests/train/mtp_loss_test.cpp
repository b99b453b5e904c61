// Losses against their formulas, and their gradients against finite differences.
#include "vitrion/train/mtp/row_loss.hpp"

#include <gtest/gtest.h>

#include "samples.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"
#include "vitrion/train/mtp/normal_equations.hpp"

namespace vitrion::train::mtp {
namespace {

const std::vector<Species> li_and_o = parse_species_list("Li,O");

struct Problem {
  potentials::mtp::MtpParameters parameters = potentials::mtp::untrained_mtp(6, li_and_o, 1.3, 4.0);
  std::vector<Structure> structures;
  std::vector<LabelledConfiguration> set;

  Problem() {
    test::randomise(parameters, 3);
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      structures.push_back(test::random_structure(li_and_o, 2, seed));
      structures.back().labels.stress = 0.02 * Matrix3::Identity() + 0.01 * Matrix3::Ones();
    }
    structures[1].labels.stress.reset();
    structures[2].labels.forces.resize(0, 3);
    for (const Structure& s : structures) {
      std::vector<int> types;
      for (const Species& one : s.species) types.push_back(one == li_and_o[0] ? 0 : 1);
      set.push_back(make_labelled(s, types, 2, parameters.max_dist));
    }
  }
};

TEST(Loss, OfMlipIsItsFormula) {
  Problem p;
  const potentials::mtp::Scheme scheme(p.parameters);
  LossOptions options;
  options.energy_weight = 2;
  options.force_weight = 0.3;
  options.stress_weight = 0.05;
  const double loss = FitProblem(scheme, p.set, options).evaluate(p.parameters.flat()).loss;
  double expected = 0;
  potentials::mtp::MtpPotential potential(p.parameters);
  for (const Structure& s : p.structures) {
    const Labels predicted = evaluate(potential, s);
    const auto n = static_cast<double>(s.size());
    expected += 2 / n * std::pow(*predicted.energy - *s.labels.energy, 2);
    if (s.labels.has_forces()) expected += 0.3 * (predicted.forces - s.labels.forces).squaredNorm();
    if (s.labels.stress)
      expected += 0.05 / n * (s.cell.volume() * (*predicted.stress - *s.labels.stress)).squaredNorm();
  }
  EXPECT_NEAR(loss, expected / 3, 1e-9 * loss);
}

TEST(Loss, PerAtomMseWeighsTheSquaresOfTheErrorTable) {
  Problem p;
  const potentials::mtp::Scheme scheme(p.parameters);
  LossOptions options = LossOptions::defaults(LossKind::per_atom_mse);
  const NormalEquations n = FitProblem(scheme, p.set, options).evaluate(p.parameters.flat());
  double stress = 0;
  potentials::mtp::MtpPotential potential(p.parameters);
  for (const Structure& s : p.structures)
    if (s.labels.stress) stress += (*evaluate(potential, s).stress - *s.labels.stress).squaredNorm() / (9 * 2);
  const double expected = options.energy_weight * std::pow(n.errors.energy.rmse(), 2) +
                          options.force_weight * std::pow(n.errors.force.rmse(), 2) +
                          options.stress_weight * stress * std::pow(units::eV_per_A3_in_GPa, 2);
  EXPECT_NEAR(n.loss, expected, 1e-9 * expected);
}

TEST(Loss, HuberEqualsTheSquareForWideKinksAndIsSmallerForNarrowOnes) {
  Problem p;
  const potentials::mtp::Scheme scheme(p.parameters);
  LossOptions huber = LossOptions::defaults(LossKind::huber);
  LossOptions square = huber;
  square.kind = LossKind::per_atom_mse;
  const double reference = FitProblem(scheme, p.set, square).evaluate(p.parameters.flat()).loss;
  huber.energy_delta = huber.force_delta = huber.stress_delta = 1e9;
  EXPECT_NEAR(FitProblem(scheme, p.set, huber).evaluate(p.parameters.flat()).loss, reference, 1e-12 * reference);
  huber.energy_delta = huber.force_delta = huber.stress_delta = 1e-3;
  EXPECT_LT(FitProblem(scheme, p.set, huber).evaluate(p.parameters.flat()).loss, 0.1 * reference);
}

class LossGradient : public ::testing::TestWithParam<LossKind> {};

TEST_P(LossGradient, EqualsFiniteDifferences) {
  Problem p;
  const potentials::mtp::Scheme scheme(p.parameters);
  LossOptions options = LossOptions::defaults(GetParam());
  options.force_delta = 0.5;  // residuals on both sides of the kink
  FitProblem problem(scheme, p.set, options);
  std::vector<double> theta = p.parameters.flat();
  const Eigen::VectorXd gradient = 2 * problem.linearise(theta, potentials::mtp::Columns::all).gradient;
  for (std::size_t q = 0; q < theta.size(); ++q) {
    const double value = theta[q], h = 1e-5 * std::max(0.01, std::abs(value));
    theta[q] = value + h;
    const double above = problem.evaluate(theta).loss;
    theta[q] = value - h;
    const double below = problem.evaluate(theta).loss;
    theta[q] = value;
    EXPECT_NEAR(gradient[static_cast<Eigen::Index>(q)], (above - below) / (2 * h),
                2e-6 * gradient.cwiseAbs().maxCoeff())
        << "parameter " << q;
  }
}

INSTANTIATE_TEST_SUITE_P(AllLosses, LossGradient,
                         ::testing::Values(LossKind::mlip, LossKind::per_atom_mse, LossKind::huber),
                         [](const auto& test) { return name_of(test.param); });

TEST(Loss, HasNames) {
  for (const std::string& name : loss_names()) EXPECT_EQ(name_of(parse_loss(name)), name);
  EXPECT_THROW(parse_loss("mse"), InputError);
}

}  // namespace
}  // namespace vitrion::train::mtp
