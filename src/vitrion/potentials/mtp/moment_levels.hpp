// Moment tables of a given level, and untrained potentials made of them.
#pragma once

#include <vector>

#include "vitrion/potentials/mtp/mtp_parameters.hpp"

namespace vitrion::potentials::mtp {

inline constexpr int highest_level = 28;

/// The basis of a level: every scalar contraction of at most four moments M_{mu,nu} with total level <= `level`, where
/// lev(M_{mu,nu}) = 2 + 4 mu + nu (Novikov et al. 2021, doi 10.1088/2632-2153/abc9fe).
///
/// Basic moments and scalars are those of MLIP's templates of the level; the products that lead to them are chosen by
/// Vitrion so that few are needed. Every scalar is a full contraction with integer weights. Four vectors in space obey
/// one identity (their Gram determinant vanishes), so that from level 16 on a few scalars depend linearly on others.
/// Throws InputError unless `level` is 2, 4, ..., 28.
MomentTables make_moment_tables(int level);

/// A potential of the level without coefficients.
///
/// `min_dist` and `max_dist` in Å. Throws InputError for an impossible level, range or size.
MtpParameters untrained_mtp(int level, const std::vector<Species>& species, double min_dist, double max_dist,
                            int radial_basis_size = 8);

}  // namespace vitrion::potentials::mtp
