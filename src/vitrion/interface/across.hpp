// Diffusion across an interface: D perpendicular of each region, D and free energy along the normal, the resistance.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/interface/regions.hpp"
#include "vitrion/interface/transitions.hpp"

namespace vitrion::interface {

/// Ions as they move along the normal: continuous positions, one ion after the other.
struct NormalPaths {
  std::size_t n_ions = 0, n_frames = 0;
  /// Positions of one ion, Å, shape (n_frames); safe to call from several threads.
  std::function<void(std::size_t ion, double* z)> read;
};

struct AcrossOptions {
  double spacing = 3;            ///< Å, least distance of nodes: no less than that of layers, and a hop
  double fewest_events = 10;     ///< effective passes that make a number
  std::size_t shortest_lag = 1;  ///< frames; beyond the vibrations
};

/// A value, or a bound where it is not resolved. Units of whoever holds it.
struct Measured {
  bool resolved = false;
  double value = 0;
  transport::Interval ci95 = {};
  double upper_bound = 0;   ///< what it stays below (95 % of such runs); infinite where nothing is known
  double events = 0;        ///< effective number of independent events behind it
  std::string reason = {};  ///< why it is not resolved
};

/// What one lag says of a quantity.
struct AtLag {
  std::size_t lag = 0;  ///< frames
  double value = 0;
  transport::Interval ci95 = {};
};

/// D across one region (or one range of it), Å^2/frame: A/r with A the integral of dz/rho and r that of dz/(rho D).
struct Across {
  Measured diffusivity;   ///< Å^2 a frame
  double resistance = 0;  ///< r, frames per ion: the sum of 1/flux over the gaps
  double passes = 0;      ///< over the gap where fewest ions passed, both ways together
  std::size_t lag = 0;    ///< frames; the shortest that all later ones agree with
  bool settled = false;   ///< later lags agree
  std::vector<AtLag> lags;
};

struct AcrossResult {
  RegionNodes nodes;
  std::vector<double> occupation;           ///< mean number of ions in every gap
  std::vector<Across> gaps;                 ///< the profile, shape (n_gaps)
  std::vector<Across> regions;              ///< shape (n_regions)
  std::vector<std::vector<Across>> ranges;  ///< of each region
  double coarsest_step = 0;  ///< largest root mean square step of the walk between frames over a gap's width
};

AcrossResult measure_across(const NormalPaths& paths, const Partition& partition, const AcrossOptions& options,
                            const Session& session = {});

}  // namespace vitrion::interface
