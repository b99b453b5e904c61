// The design matrix against the potential itself and against finite differences by every parameter.
#include <gtest/gtest.h>

#include "train/samples.hpp"
#include "vitrion/potentials/mtp/jacobian.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"

namespace vitrion::potentials::mtp {
namespace {

const std::vector<Species> magnesium_vanadate = parse_species_list("Mg,V,O");

// Energy, forces and virial in the order of the rows of the design matrix, from the potential.
Eigen::VectorXd predictions(const MtpParameters& p, const Structure& s) {
  MtpPotential potential(p);
  const Labels labels = evaluate(potential, s);
  const auto n = static_cast<Eigen::Index>(s.size());
  Eigen::VectorXd rows(3 * n + 7);
  for (Eigen::Index a = 0; a < 3; ++a) rows.segment(a * n, n) = labels.forces.col(a);
  for (Eigen::Index v = 0; v < 6; ++v)
    rows[3 * n + v] = -s.cell.volume() *
                      (*labels.stress)(voigt[static_cast<std::size_t>(v)][0], voigt[static_cast<std::size_t>(v)][1]);
  rows[3 * n + 6] = *labels.energy;
  return rows;
}

struct Sample {
  MtpParameters parameters;
  Structure structure;
  Eigen::MatrixXd jacobian;
};

Sample make_sample(int level, int n_per_axis, double cutoff) {
  Sample sample;
  sample.parameters = untrained_mtp(level, magnesium_vanadate, 1.3, cutoff);
  test::randomise(sample.parameters, 7);
  sample.structure = test::random_structure(magnesium_vanadate, n_per_axis, 11);
  const Scheme scheme(sample.parameters);
  const Configuration c = make_configuration(
      sample.structure, types_for(MtpPotential(sample.parameters), sample.structure), scheme.n_types, cutoff);
  sample.jacobian.resize(c.n_rows(), scheme.n_parameters());
  Jacobian(scheme).rows(sample.parameters.flat(), c, Columns::all, sample.jacobian.data(),
                        static_cast<std::size_t>(c.n_rows()));
  return sample;
}

class MtpJacobian : public ::testing::TestWithParam<std::tuple<int, int, double>> {};

TEST_P(MtpJacobian, LinearColumnsGiveThePotentialsOwnPrediction) {
  const auto [level, n, cutoff] = GetParam();
  const Sample s = make_sample(level, n, cutoff);
  const std::vector<double> theta = s.parameters.flat();
  const auto n_linear = static_cast<Eigen::Index>(theta.size() - s.parameters.n_radial());
  const Eigen::Map<const Eigen::VectorXd> linear(theta.data() + s.parameters.n_radial(), n_linear);
  const Eigen::VectorXd expected = predictions(s.parameters, s.structure);
  const double scale = expected.cwiseAbs().maxCoeff();
  EXPECT_GT(scale, 1e-3);
  EXPECT_LT((s.jacobian.rightCols(n_linear) * linear - expected).cwiseAbs().maxCoeff(), 1e-11 * scale);
}

TEST_P(MtpJacobian, EqualsFiniteDifferencesByEveryParameter) {
  const auto [level, n, cutoff] = GetParam();
  const Sample s = make_sample(level, n, cutoff);
  const std::vector<double> theta = s.parameters.flat();
  for (std::size_t q = 0; q < theta.size(); ++q) {
    const double h = 1e-4 * std::max(0.01, std::abs(theta[q]));
    MtpParameters moved = s.parameters;
    std::vector<double> changed = theta;
    changed[q] = theta[q] + h;
    moved.set_flat(changed);
    Eigen::VectorXd difference = predictions(moved, s.structure);
    changed[q] = theta[q] - h;
    moved.set_flat(changed);
    difference = (difference - predictions(moved, s.structure)) / (2 * h);
    const auto column = static_cast<Eigen::Index>(q);
    EXPECT_LT((s.jacobian.col(column) - difference).cwiseAbs().maxCoeff(),
              1e-6 * std::max(1.0, difference.cwiseAbs().maxCoeff()))
        << "parameter " << q;
  }
}

// Cells smaller than the cutoff (an atom sees its own images), larger ones, one with neighbours of few species.
INSTANTIATE_TEST_SUITE_P(LevelsAndCells, MtpJacobian,
                         ::testing::Values(std::tuple{6, 1, 4.0}, std::tuple{8, 2, 5.0}, std::tuple{10, 3, 3.2}));

}  // namespace
}  // namespace vitrion::potentials::mtp
