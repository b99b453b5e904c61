// The radial functions a fit starts from.
#pragma once

#include <cstdint>
#include <vector>

#include "vitrion/potentials/mtp/scheme.hpp"
#include "vitrion/train/mtp/labelled.hpp"

namespace vitrion::train::mtp {

/// `scaling` for which moments are of order 1 on these data: 1/scaling^2 = mean over atoms of sum_j (r_ij - r_max)^4 /
/// 2, the mean square of a Chebyshev polynomial being 1/2. It changes no potential, only the size of numbers.
double choose_scaling(const std::vector<LabelledConfiguration>& set, double r_max);

/// Radial function mu starts as Chebyshev polynomial mu for every pair of species, plus noise that lets pairs differ;
/// linear coefficients 0. Shape (n_parameters).
std::vector<double> initial_parameters(const potentials::mtp::Scheme& scheme, std::uint64_t seed, double noise = 0.3);

}  // namespace vitrion::train::mtp
