#include "vitrion/train/mtp/initial.hpp"

#include <cmath>

#include "vitrion/core/random.hpp"

namespace vitrion::train::mtp {

double choose_scaling(const std::vector<LabelledConfiguration>& set, double r_max) {
  double sum = 0, atoms = 0;
  for (const LabelledConfiguration& c : set) {
    atoms += c.n_atoms;
    for (const double r : c.r) sum += std::pow(r - r_max, 4);
  }
  return sum > 0 ? std::sqrt(2 * atoms / sum) : 1.0;
}

std::vector<double> initial_parameters(const potentials::mtp::Scheme& s, std::uint64_t seed, double noise) {
  std::vector<double> theta(static_cast<std::size_t>(s.n_parameters()), 0.0);
  Random random(seed);
  for (int a = 0; a < s.n_types; ++a)
    for (int b = 0; b < s.n_types; ++b)
      for (int mu = 0; mu < s.n_mu; ++mu)
        for (int k = 0; k < s.n_k; ++k)
          theta[static_cast<std::size_t>(s.radial_index(a, b, mu, k))] =
              (k == mu ? 1.0 : 0.0) + noise * random.normal();
  return theta;
}

}  // namespace vitrion::train::mtp
