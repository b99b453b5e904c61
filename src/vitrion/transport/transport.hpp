// Ion transport at one temperature: tracer and jump diffusion, Haven ratio, conductivity.
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/transport/diffusivity.hpp"
#include "vitrion/transport/ion_tracks.hpp"
#include "vitrion/transport/msd.hpp"

namespace vitrion::transport {

/// What one run contributes; small, the paths are no longer needed.
struct RunMotion {
  std::string file;
  Displacements tracer, collective;
  std::size_t n_ions = 0;
  Species species = Species::type(0);
  ReferenceFrame frame = ReferenceFrame::host;
  std::string unwrapping;
  TimeSource time_source = TimeSource::none;
  std::optional<double> volume;    ///< Å^3
  double host_displacement = 0;    ///< Å, see IonTracks
  double drift = 0;                ///< Å, see IonTracks
  std::vector<Species> host = {};  ///< of the reference frame `host`; empty: all other species
  bool nothing_else = false;       ///< every atom is a mobile one
  RunChecks checks = {};
  std::vector<std::string> warnings = {};  ///< what the run itself warns of: where it comes from, not how it moves
  std::vector<Displacements> halves = {};  ///< tracer in the first and the second half; empty for a short run
};
RunMotion measure_motion(const IonTracks& tracks, const Session& session = {});

/// A value that may be unknown, with its 95 % interval or at least an upper bound.
struct Estimate {
  std::optional<double> value;
  std::optional<Interval> ci95;
  std::optional<double> upper_bound;
};

struct TransportOptions {
  DiffusivityOptions diffusivity = {};
  std::optional<double> temperature = {};  ///< K, needed for the conductivity
  std::optional<double> charge = {};       ///< e per ion, not 0; absent: `default_charge`
  std::optional<double> volume = {};       ///< Å^3 of the material; absent: of the cell, mean over frames
  bool diffusing_host = false;             ///< accept a host that diffuses so much that D_J is wrong
};

/// The usual oxidation state of a mobile ion (Li, Na, K +1; Mg, Ca, Zn +2; Al +3; F, Cl -1; O -2; ...); nothing for an
/// element that has no single one.
std::optional<double> default_charge(const Species& species);

/// sigma / D of Nernst and Einstein, (S/cm) / (Å^2/fs): N q^2 / (V k T), charge in e, volume in Å^3, temperature in K.
double conductivity_per_diffusivity(std::size_t n_ions, double charge, double volume, double temperature);

/// D* taken apart: what differs beyond the stated errors tells of glasses that are not alike, or of a run that changes.
struct Spread {
  std::vector<Diffusivity> by_run;   ///< of each run alone, in their order; empty for a single run
  std::vector<Diffusivity> by_half;  ///< of the first and the second half of all runs; empty where one is short
  double deviation_of_runs = 0;      ///< standard deviation of the estimates in `by_run`, Å^2/fs
  double error_of_runs = 0;          ///< what their own errors alone would make of it, Å^2/fs
};

/// Everything `vitrion transport` says about one temperature.
///
/// D* from the ions one by one, D_J from the sum of their displacements, Haven ratio D*/D_J, and the Nernst-Einstein
/// conductivity sigma = N q^2 D / (V k T) from D* (no correlation between ions) and from D_J (with correlation: what a
/// measurement sees, in the chosen reference frame). What is not resolved is a bound and enters no ratio.
struct TransportResult {
  std::vector<RunMotion> runs;        ///< replicas
  std::optional<double> temperature;  ///< K
  double hop_length = 3;              ///< Å, see DiffusivityOptions
  std::optional<double> charge;       ///< e
  std::optional<double> volume;       ///< Å^3, as in the conductivity
  bool volume_given = false;          ///< it is the caller's, not the cell's
  Diffusivity tracer, jump;           ///< Å^2/fs
  std::array<Diffusivity, 3> axes;    ///< tracer along x, y, z, Å^2/fs
  Spread spread;                      ///< of the tracer
  Estimate haven_ratio;
  Estimate conductivity;       ///< S/cm, from D*
  Estimate conductivity_jump;  ///< S/cm, from D_J
  std::vector<std::string> warnings;
  std::vector<std::string> notes;  ///< what a reader should know: motion in a plane, what a frame leaves undefined
};

/// Replicas: runs of the same system at the same temperature. Throws InputError when they differ in species or frame,
/// and, unless `diffusing_host`, when the host that displacements are measured against diffuses: the mean of its atoms
/// then wanders, which adds sum w^2 D_host to D* and as much times the number of ions to D_J.
TransportResult analyse_transport(std::vector<RunMotion> runs, const TransportOptions& options);

/// The stable keys of `vitrion transport --json` (D in cm^2/s, conductivity in S/cm, MSD in Å^2, time in fs).
nlohmann::json to_json(const TransportResult& result);

/// MSD of the replicas together: mean weighted by the number of origins. Å^2, shape (n_lags) of the shortest run.
std::vector<double> mean_msd(const std::vector<RunMotion>& runs, bool collective);

/// Indices of at most `n` lags, evenly on a logarithmic scale above the first hundred: what a plot or a report needs.
std::vector<std::size_t> lags_to_show(std::size_t n_lags, std::size_t n = 1000);

}  // namespace vitrion::transport
