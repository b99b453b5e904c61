// Do the intervals hold? Simulated motion of known diffusion coefficient, analysed as any trajectory is.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vitrion/core/session.hpp"

namespace vitrion::transport {

/// Motion of ions whose D* and D_J are known.
struct WalkModel {
  std::string name = {};
  std::size_t n_ions = 1, n_frames = 100;
  double msd_per_frame = 1;  ///< Å^2, 6 D* times the time between frames
  double hop_length =
      0;  ///< Å; 0: a Gaussian step every frame; else hops of this length at random times, any direction
  double vibration = 0;       ///< Å^2, what bounded motion adds to the MSD in the long run
  double vibration_time = 0;  ///< frames, its relaxation time (Ornstein-Uhlenbeck); 0: new in every frame
  double haven_ratio = 1;     ///< D*/D_J; below 1 all ions share a part of their steps (Gaussian steps only)
};

/// Paths of one walk, Å, shape (n_ions, 3, n_frames). `seed` and `walk` name it: the same on every machine.
std::vector<double> simulate(const WalkModel& model, std::uint64_t seed, std::uint64_t walk);

/// How often a 95 % interval held.
struct CoverageCount {
  int n = 0, covered = 0, above = 0, below = 0;  ///< above: the whole interval lies above the truth
  double percent() const { return n ? 100.0 * covered / n : 0; }
};

struct CalibrationReport {
  WalkModel model;
  int walks = 0;
  int resolved = 0;
  CoverageCount tracer;           ///< interval of D*, all walks, resolved or not
  CoverageCount resolved_tracer;  ///< of those called resolved
  CoverageCount jump;             ///< interval of D_J, all walks
  CoverageCount haven;            ///< where both are resolved
  int bounds_held = 0;            ///< of the walks - resolved upper bounds
  double mean_ratio = 0;          ///< mean of D* / truth
  double spread = 0;              ///< standard deviation of D* / truth
  double stated = 0;              ///< root mean square of the stated standard error / truth
  double worst_resolved = 0;      ///< largest |D*/truth - 1| among the resolved
};

/// Analyses `walks` walks of a model. Runs on all threads; the result does not depend on their number. `progress` is
/// called now and then with the number of walks done.
CalibrationReport measure_calibration(const WalkModel& model, int walks, std::uint64_t seed,
                                      const std::function<void(int)>& progress = {}, const Session& session = {});

/// The published set: free walks of 1, 8, 47 ions x 100, 1,000, 10,000 frames, then walks with vibration, hops, and
/// correlated ions of known Haven ratio.
std::vector<WalkModel> published_walks();
inline constexpr std::uint64_t published_seed = 20241112;
inline constexpr int published_number_of_walks = 2000;

}  // namespace vitrion::transport
