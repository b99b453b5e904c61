// Estimators of other programs, by name: to reproduce published numbers, not to make new ones.
#pragma once

#include <cstddef>
#include <vector>

namespace vitrion::transport {

/// Which origins and lags pymatgen's DiffusionAnalyzer averages over ("smoothed").
enum class Smoothing {
  max,      ///< every lag from 1 ps to n_ions * n_frames / min_obs frames in about 200 steps, all origins
  constant  ///< lags 0 .. n_frames - n_origins - 1, the first n_origins origins for each
};

struct PymatgenOptions {
  Smoothing smoothing = Smoothing::max;
  bool weighted = true;         ///< residuals times lag^-1/2; only with `max`
  std::size_t n_origins = 100;  ///< only with `constant` (avg_nsteps)
  std::size_t min_obs = 30;     ///< only with `max`
};

/// A straight line with intercept through MSD and MSCD: no error bars that mean anything, see docs/transport.md.
struct PymatgenEstimate {
  std::vector<std::size_t> lags;  ///< frames
  std::vector<double> msd, mscd;  ///< Å^2, shape (n_lags)
  double diffusivity = 0;         ///< Å^2/fs
  double charge_diffusivity = 0;  ///< Å^2/fs
  double haven_ratio() const { return diffusivity / charge_diffusivity; }
};

/// The estimate pymatgen-analysis-diffusion would give (class DiffusionAnalyzer) for drift-free `paths`, Å, shape
/// (n_ions, 3, n_frames), `timestep` fs between frames. Throws InputError when the run is too short.
PymatgenEstimate pymatgen_estimate(const std::vector<double>& paths, std::size_t n_ions, double timestep,
                                   const PymatgenOptions& options);

}  // namespace vitrion::transport
