// Diffusion along an interface: the conditional MSD of the ions that stay in a region.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/transport/diffusivity.hpp"

namespace vitrion::interface {

/// Which region every ion is in, frame by frame.
struct RegionPaths {
  std::size_t n_ions = 0, n_frames = 0;
  std::vector<std::uint8_t> region;  ///< shape (n_ions, n_frames)

  const std::uint8_t* of(std::size_t ion) const { return region.data() + ion * n_frames; }
};

/// Both coordinates of one ion in the plane, Å, shape (2, n_frames); safe to call from several threads.
using PlanePaths = std::function<void(std::size_t ion, double* xy)>;

/// D parallel of a region.
struct Along {
  transport::Diffusivity diffusivity;  ///< Å^2/fs, in two dimensions
  bool measured = false;               ///< there were stays to measure
  std::size_t walkers = 0;             ///< stays
  double window = 0;                   ///< fs, their length
  transport::Displacements displacements;
};

/// MSD of the ions that stay: <dr^2 [stays]>/P(stays) = 4 D t (Liu, Harder, Berne 2004, doi 10.1021/jp0375057).
///
/// The run is cut into windows of one length; an ion that is in the region from the first to the last frame of a window
/// is one walker, and all walkers are handed to `transport::diffusivity`. Dividing by survival and averaging over
/// those that survive is the same. Staying says nothing of the motion in the plane as long as D parallel is even inside
/// the region. The windows are the longest that hold at least `least_share` of the time ions spend in the region.
/// `timestep` fs between frames.
Along measure_along(const RegionPaths& regions, std::size_t region, const PlanePaths& paths, double timestep,
                    transport::DiffusivityOptions options, const Session& session = {});

}  // namespace vitrion::interface
