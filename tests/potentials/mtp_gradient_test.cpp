// The adjoint gradient against the design matrix, which finite differences have checked.
#include "vitrion/potentials/mtp/gradient.hpp"

#include <gtest/gtest.h>

#include "train/samples.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/potentials/mtp/jacobian.hpp"

namespace vitrion::potentials::mtp {
namespace {

class MtpGradient : public ::testing::TestWithParam<std::tuple<int, int, double, int>> {};

TEST_P(MtpGradient, AndPredictionsEqualThoseOfTheDesignMatrix) {
  const auto [level, n_per_axis, cutoff, basis_size] = GetParam();
  const std::vector<Species> species = parse_species_list("Mg,V,O");
  MtpParameters p = untrained_mtp(level, species, 1.3, cutoff, basis_size);
  test::randomise(p, 7);
  const Scheme scheme(p);
  Gradient kernel(scheme);
  Jacobian jacobian(scheme);
  const std::vector<double> theta = p.flat();
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {  // twice: scratch of one configuration must not leak into the next
    const Structure s = test::random_structure(species, n_per_axis, seed);
    std::vector<int> types;
    for (const Species& one : s.species)
      types.push_back(static_cast<int>(std::find(species.begin(), species.end(), one) - species.begin()));
    const Configuration c = make_configuration(s, types, 3, cutoff);
    Eigen::MatrixXd j(c.n_rows(), scheme.n_parameters());
    jacobian.rows(theta, c, Columns::all, j.data(), static_cast<std::size_t>(c.n_rows()));
    const Eigen::Map<const Eigen::VectorXd> linear(theta.data() + scheme.n_radial(), scheme.n_linear());
    const Eigen::VectorXd expected = j.rightCols(scheme.n_linear()) * linear;
    Eigen::VectorXd rows(c.n_rows());
    kernel.predict(theta, c, rows.data());
    EXPECT_LT((rows - expected).cwiseAbs().maxCoeff(), 1e-11 * expected.cwiseAbs().maxCoeff());

    Random random(seed);
    const Eigen::VectorXd weight = Eigen::VectorXd::NullaryExpr(c.n_rows(), [&] { return random.normal(); });
    Eigen::VectorXd gradient = Eigen::VectorXd::Zero(scheme.n_parameters());
    kernel.add_gradient(theta, c, weight.data(), gradient.data());
    const Eigen::VectorXd reference = j.transpose() * weight;
    for (Eigen::Index q = 0; q < gradient.size(); ++q)
      EXPECT_NEAR(gradient[q], reference[q], 1e-10 * reference.cwiseAbs().maxCoeff()) << "parameter " << q;
  }
}

// Small cells, groups that are not full (27 atoms), a basis larger than one vector.
INSTANTIATE_TEST_SUITE_P(LevelsAndCells, MtpGradient,
                         ::testing::Values(std::tuple{6, 1, 4.0, 8}, std::tuple{8, 2, 5.0, 12},
                                           std::tuple{16, 3, 3.5, 8}));

}  // namespace
}  // namespace vitrion::potentials::mtp
