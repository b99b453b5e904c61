// Simulated motion through an interface whose diffusion is known: what the intervals are calibrated with.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vitrion/interface/regions.hpp"

namespace vitrion::interface {

/// One run: ions of a cell that repeats along the normal.
struct SimulatedRun {
  std::size_t n_ions = 0, n_frames = 0;
  std::vector<double> paths;  ///< Å, shape (n_ions, 3, n_frames); the third coordinate is along the normal
};

/// A cell with known answers. Lengths in Å, times in frames.
struct LayeredMotion {
  std::string name;
  std::size_t n_ions = 48, n_frames = 4000;
  Partition partition;
  std::vector<double> across;         ///< D perpendicular of every region, Å^2/frame; 0: frozen
  std::vector<double> along;          ///< D parallel, Å^2/frame
  std::vector<double> density_ratio;  ///< rho of every region over that of the first
  double spacing = 3;                 ///< Å, of nodes
  bool mixes = true;                  ///< ions get from one region to the other
  std::function<SimulatedRun(std::uint64_t seed, std::uint64_t run)> simulate;
};

/// Brownian motion with D(z) and steps of the free energy between the regions, by a random walk on a lattice much finer
/// than any bin (detailed balance; the resistance of a bond between two regions is half of each): the truth is exact.
struct BrownianModel {
  std::string name = "layered Brownian";
  std::size_t n_ions = 48, n_frames = 4000;
  std::vector<double> across{0.03, 0.012, 0.02};  ///< metal, transition, glass
  std::vector<double> along{0.03, 0.012, 0.02};
  std::vector<double> free_energy{0, 0, 0};  ///< kT
  double vibration = 0;                      ///< Å, standard deviation along each axis
  double vibration_time = 3;                 ///< frames
};
LayeredMotion brownian_motion(const BrownianModel& model);

/// Hops between planes of sites 3 Å apart at `rate` a frame and direction in each region, vibration about the sites;
/// the rate is that of the barrier in the transition region. D = rate (3 Å)^2. A rate of 0: frozen.
struct HoppingModel {
  std::string name = "hopping";
  std::size_t n_ions = 48, n_frames = 4000;
  std::vector<double> rate{0.004, 0.001, 0.003};  ///< metal, transition, glass
  double vibration = 0.3, vibration_time = 3;     ///< Å, frames
};
LayeredMotion hopping_motion(const HoppingModel& model);

}  // namespace vitrion::interface
