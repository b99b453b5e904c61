// Simulated motion whose diffusion coefficients are known: what the intervals are calibrated with.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vitrion/core/linalg.hpp"

namespace vitrion::transport {

/// A kind of motion with its parameters chosen. Lengths in Å, times in frames.
struct Motion {
  std::string name = {};
  std::size_t n_ions = 1, n_frames = 100;
  double msd_per_frame = 0;  ///< Å^2, 6 D* times the time between frames; 0: bounded motion
  double haven_ratio = 1;    ///< D*/D_J
  /// Paths of one run, Å, shape (n_ions, 3, n_frames). `seed` and `walk` name it: the same on every machine.
  std::function<std::vector<double>(std::uint64_t seed, std::uint64_t walk)> simulate = {};
};

/// Vibration about a site: an Ornstein-Uhlenbeck coordinate of `msd`/6 variance an axis, which adds
/// msd (1 - exp(-t/time)) to the MSD.
struct Vibration {
  double msd = 0;   ///< Å^2
  double time = 0;  ///< frames, its relaxation time; 0: new in every frame
};

/// Steps without memory: Gaussian ones in every frame, or hops in any direction at random frames.
/// MSD = msd_per_frame t + vibration. D_J = D* / haven_ratio where the ions share a part of their steps.
struct WalkModel {
  std::string name = {};
  std::size_t n_ions = 1, n_frames = 100;
  double msd_per_frame = 1;  ///< Å^2
  double hop_length = 0;     ///< Å; 0: a Gaussian step every frame; else hops of this length, any direction, at random
  double vibration = 0;      ///< Å^2, see Vibration
  double vibration_time = 0;
  double haven_ratio = 1;          ///< D*/D_J; below 1 all ions share a part of their steps (Gaussian steps only)
  Vector3 axes = Vector3::Ones();  ///< share of the MSD of each axis, their sum 3 (Gaussian steps only)
};
Motion walk_motion(const WalkModel& model);

/// Ions on a simple cubic lattice of edge^3 sites with periodic boundaries, some of them empty; an ion exchanges with
/// an empty neighbor at `rate` a frame and bond (the symmetric exclusion process).
///
/// D_J is exact: the sum of all hops has no memory, because the mean drift of the lattice gas is a difference between
/// neighboring sites, which sums to zero on a torus; so MSCD = 6 rate a^2 v/(sites - 1) t, v vacancies
/// (Spohn 1991, doi 10.1007/978-3-642-84371-6, II.2). D* = f D_J: an ion that left a site behind empty is likely to go
/// back. `tracer_factor` f has no closed form at finite size; it is measured by `vacancy_tracer_factor`.
struct VacancyModel {
  std::size_t edge = 4, vacancies = 6, n_frames = 500;
  double rate = 0.05;
  double tracer_factor = 1;
  double hop_length = 3;
  Vibration vibration = {0.3, 3};
};
Motion vacancy_motion(const VacancyModel& model);

/// A tracer factor and its standard error.
struct TracerFactor {
  double value = 0, deviation = 0;
};
/// f of `model` by kinetic Monte Carlo: `runs` runs of n_frames, slope of the MSD between lags `first` and 2 `first`
/// over that of D_J, and its standard error from the scatter between runs.
TracerFactor vacancy_tracer_factor(const VacancyModel& model, std::size_t first, std::size_t runs, std::uint64_t seed);

/// Hops that are undone with probability p within a memory time m (mean of an exponential); only then may the ion hop
/// on, at `rate`. The hops that last are independent: D* = D_J = (1 - p) a^2/6 / (1/rate + m), exactly (renewal
/// reward).
struct BackJumpModel {
  std::size_t n_ions = 24, n_frames = 1000;
  double rate = 0.05, back = 0.7, memory = 5;
  double hop_length = 3;
  Vibration vibration = {0.3, 3};
};
Motion back_jump_motion(const BackJumpModel& model);

/// Fixed groups of ions that hop together, `rate` times a frame and group, in a random direction.
/// D* = rate a^2/6, D_J = size D*.
struct GroupModel {
  std::size_t groups = 6, size = 4, n_frames = 600;
  double rate = 0.005;
  double hop_length = 3;
  Vibration vibration = {0.4, 0};
};
Motion group_motion(const GroupModel& model);

/// Strings: `rate` times a frame a chain of ions drawn by chance hops in one random direction. Its length L is 1, 2,
/// ... with P(L) ~ (1 - 1/mean)^(L-1), at most all ions. D* = rate E[L] a^2/(6 N), D*/D_J = E[L]/E[L^2].
struct StringModel {
  std::size_t n_ions = 24, n_frames = 600;
  double rate = 0.06, mean_length = 3;
  double hop_length = 3;
  Vibration vibration = {0.3, 3};
};
Motion string_motion(const StringModel& model);

/// Ions that are mobile a `mobile_share` of the time and at rest else, with independent exchange of rate 1/`exchange`
/// (relaxation time of the state). Increments are uncorrelated: MSD is linear, D* = D_J = share msd_when_mobile/6.
struct TrapModel {
  std::size_t n_ions = 24, n_frames = 1000;
  double mobile_share = 0.3, exchange = 20, msd_when_mobile = 1;
  Vibration vibration = {0.3, 3};
};
Motion trap_motion(const TrapModel& model);

/// Two sites a hop apart, left at `rate` each: MSD = a^2/2 (1 - exp(-2 rate t)), D = 0.
struct DoubleWellModel {
  std::size_t n_ions = 24, n_frames = 1000;
  double rate = 0.01;
  double hop_length = 3;
  Vibration vibration = {0.3, 3};
};
Motion double_well_motion(const DoubleWellModel& model);

/// Ornstein-Uhlenbeck motion about a fixed site, D = 0.
Motion cage_motion(std::size_t n_ions, std::size_t n_frames, const Vibration& cage);

/// Memoryless hops of the ions of a cell whose other atoms vibrate, seen against these through IonTracks: with a host
/// that drifts, a cell that breathes (isotropically, relative edge an Ornstein-Uhlenbeck coordinate), and a second
/// mobile species with which every other hop is an exchange (the two hop in opposite directions at once; the frame is
/// then the lab, for the host frame would count that species in). D* = D_J = rate a^2/6 for each.
struct CellModel {
  std::string name = {};
  std::size_t n_ions = 24, n_frames = 600;
  double rate = 0.03;
  double hop_length = 3;
  double edge = 12;             ///< Å
  double drift = 0;             ///< Å a frame, of every atom, along (1, 1, 1)
  double breathing = 0;         ///< standard deviation of the relative edge
  double breathing_time = 20;   ///< frames, its relaxation time
  bool second_species = false;  ///< as many ions of another element that hop three times as often
};
Motion cell_motion(const CellModel& model);

}  // namespace vitrion::transport
