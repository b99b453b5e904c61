// Do the intervals hold? Simulated motion of known diffusion coefficients, analysed as any trajectory is.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/transport/motions.hpp"

namespace vitrion::transport {

/// How often a 95 % interval held.
struct CoverageCount {
  int n = 0, covered = 0, above = 0, below = 0;  ///< above: the whole interval lies above the truth
  double percent() const { return n ? 100.0 * covered / n : 0; }
};

/// What the runs of one motion said about one quantity. Ratios are to the truth; they mean nothing where that is 0.
struct QuantityCalibration {
  CoverageCount every;              ///< the interval, whether called resolved or not
  CoverageCount resolved;           ///< of those called resolved, with a value
  int bounds = 0, bounds_held = 0;  ///< upper bounds given for the others
  int unbounded = 0;                ///< of the others, those without one
  double mean_ratio = 0;            ///< mean of all estimates
  double spread = 0;                ///< standard deviation of the resolved estimates
  double stated = 0;                ///< root mean square of their stated standard errors
  double width = 0;                 ///< mean width of the resolved intervals
  double worst_resolved = 0;        ///< largest |estimate - 1| among the resolved

  /// Width of the resolved intervals over that of a normal interval of their true spread.
  double width_over_required() const { return width / (2 * 1.96 * spread); }
};

struct CalibrationReport {
  Motion motion;
  int walks = 0;
  QuantityCalibration tracer, jump, haven, conductivity_jump;
};

/// Analyses `walks` walks of a motion. Runs on all threads; the result does not depend on their number. `progress` is
/// called now and then with the number of walks done.
CalibrationReport measure_calibration(const Motion& motion, int walks, std::uint64_t seed,
                                      const std::function<void(int)>& progress = {}, const Session& session = {});

/// The published set: free walks of 1, 8, 47 ions x 100, 1,000, 10,000 frames, walks with vibration, hops, ions that
/// share steps; then motion of ions that get in each other's way, hop back, hop together, are trapped, do not diffuse
/// at all, or move in a cell that drifts, breathes or holds another mobile species.
std::vector<Motion> published_motions();
inline constexpr std::uint64_t published_seed = 20241112;
inline constexpr int published_number_of_walks = 2000;

}  // namespace vitrion::transport
