// Do the intervals hold? Simulated interfaces of known diffusion, analysed as any trajectory is.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/interface/models.hpp"

namespace vitrion::interface {

/// What the runs of one motion said of one quantity of one region.
struct CoverageRow {
  std::string quantity, region;
  double truth = 0;
  int resolved = 0, covered = 0, above = 0, below = 0;  ///< above: the whole interval lies above the truth
  int bounds = 0, held = 0, unbounded = 0;              ///< of those not resolved
  double mean_ratio = 0;                                ///< of the resolved, to the truth
  double width_over_required = 0;  ///< mean width over that of a normal interval of the estimates' true spread
};

struct CoverageReport {
  std::string motion;
  int runs = 0;
  std::vector<CoverageRow> rows;
};

/// Analyses `runs` runs of a motion, on all threads; the result does not depend on their number.
CoverageReport measure_coverage(const LayeredMotion& motion, int runs, std::uint64_t seed,
                                const std::function<void(int)>& progress = {}, const Session& session = {});

/// Layered Brownian motion, the same with a step of the free energy, with vibration; hopping across a barrier; both so
/// slow that much is a bound; two frozen regions.
std::vector<LayeredMotion> published_layers();
inline constexpr std::uint64_t coverage_seed = 20261128;
inline constexpr int published_runs = 500;

}  // namespace vitrion::interface
