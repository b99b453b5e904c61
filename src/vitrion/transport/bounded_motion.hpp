// Does the motion go on, or has it bounds that it reaches late? An MSD rises along a line in both until then.
#pragma once

#include "vitrion/transport/msd.hpp"
#include "vitrion/transport/slope.hpp"

namespace vitrion::transport {

/// Probability that a walk along the line of `fit` has an MSD at the longest lag that is no larger than the one seen.
/// Small where the motion is bounded: its MSD stays behind by more than a walk's does.
double probability_of_end(const Displacements& displacements, const SlopeFit& fit);

/// Logarithm of how much likelier the MSD from the onset on is as that of a walk, intercept + slope t, than as that of
/// bounded motion, intercept + amplitude (1 - exp(-t/tau)) with the best tau up to an eighth of the run; negative where
/// bounded motion explains it better. Each with the covariance it would have: at long lags the MSD of a walk scatters,
/// that of bounded motion does not. Infinite where there are fewer than three octaves of lags.
///
/// Of few ions the MSD of a walk scatters so much that neither the log-log slope nor its end tell the two apart: three
/// ions in cages that relax in a tenth of the run looked like a walk in one run of six.
double evidence_of_walk(const Displacements& displacements, const SlopeFit& fit);

}  // namespace vitrion::transport
