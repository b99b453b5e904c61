// Mean-square displacement over all origins, with the moments that its error bars need.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "vitrion/core/linalg.hpp"
#include "vitrion/core/session.hpp"
#include "vitrion/transport/ion_tracks.hpp"

namespace vitrion::transport {

/// How the rise of the mean square from one lag to twice the lag scatters, without a model of the motion.
struct RiseScatter {
  /// Squared standard error of the rise as the scatter between walkers tells it: whatever a walker's own time is
  /// correlated by is in it; walkers are taken as independent. Å^4; 0 for one walker.
  double error_squared = 0;
  /// Variance of the rise from one part of the run to the next, all walkers together, over what it would be if they
  /// were independent: 1 for independent walkers, n for groups of n.
  double together = 1;
  double parts = 1;  ///< parts of the run that `together` rests on
};

/// Moments of the displacement over one lag, mean over ions and origins.
struct DisplacementMoments {
  std::size_t lag = 0;                    ///< frames
  Matrix3 second = Matrix3::Zero();       ///< <x_a x_b>, Å^2
  double fourth = 0;                      ///< <r^4>, Å^4
  Vector3 fourth_axis = Vector3::Zero();  ///< <x_a^4>, Å^4
  std::array<RiseScatter, 4> rise = {};   ///< along x, y, z, and of the whole square
};

/// What a set of walkers did: the mean-square displacement at every lag. Lags beyond half the run rest on
/// few origins that see almost the same steps: fits stop at `longest_lag`.
struct Displacements {
  std::size_t n_walkers = 0;
  std::size_t n_frames = 0;
  double timestep = 0;                          ///< fs between frames
  std::array<std::vector<double>, 3> per_axis;  ///< Å^2, shape (n_lags) each
  std::vector<double> total;                    ///< Å^2, sum of the axes, shape (n_lags)
  std::vector<DisplacementMoments> moments;     ///< at lags 1, 2, 4, 8, ... frames

  std::size_t n_lags() const { return total.size(); }
  /// Half the run, at least 1 frame.
  std::size_t longest_lag() const { return n_frames < 4 ? 1 : n_frames / 2; }
  /// Number of displacements over `lag` that share no time: n_walkers * (n_frames - 1) / lag.
  double independent(std::size_t lag) const;
  /// The same walkers seen along one axis only.
  Displacements along(int axis) const;
};

/// Each ion on its own (the tracer, self part).
///
/// All origins by fast Fourier transform, O(n_ions n_frames log n_frames) time and O(n_frames) memory beyond the tracks
/// (Kneller, Keiner, Kneller, Schiller 1995, doi 10.1016/0010-4655(95)00048-K): the power spectra of all ions are
/// summed before one inverse transform.
Displacements tracer_displacements(const IonTracks& tracks, const Session& session = {});

/// The same of frames `first` .. `first + count - 1` only: a block of the run as a run of its own.
Displacements tracer_displacements(const IonTracks& tracks, std::size_t first, std::size_t count,
                                   const Session& session = {});

/// All ions as one walker: sum of displacements / sqrt(n_ions), so that independent ions give the tracer's values.
Displacements collective_displacements(const IonTracks& tracks, const Session& session = {});

/// The same for paths in memory, shape (n_walkers, 3, n_frames), `timestep` in fs.
Displacements displacements_of(const std::vector<double>& paths, std::size_t n_walkers, double timestep,
                               const Session& session = {});

}  // namespace vitrion::transport
