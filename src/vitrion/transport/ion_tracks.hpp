// The paths of the mobile ions against a reference frame, one ion after the other, in memory or in a scratch file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/core/trajectory.hpp"  // for UnwrappedTrajectory, FrameUnwrapper
#include "vitrion/transport/run_checks.hpp"

namespace vitrion::transport {

/// What displacements are measured against. The displacement of the reference since the first frame is subtracted from
/// every ion once.
enum class ReferenceFrame {
  lab,             ///< nothing is subtracted
  centre_of_mass,  ///< mass-weighted mean of all atoms
  host,            ///< plain (number) mean of all atoms of the host
  host_mass,       ///< mass-weighted mean of all atoms of the host
};

/// "lab", "centre_of_mass" (or "com"), "host", "host_mass". Throws InputError on another word.
ReferenceFrame parse_reference_frame(std::string_view name);
std::string_view name_of(ReferenceFrame frame);
/// For a reader: "host (number mean of all other atoms)".
std::string_view describe(ReferenceFrame frame);

/// Which atoms to follow, and how much memory their paths may take.
struct TrackOptions {
  Species species;                              ///< the mobile species
  ReferenceFrame frame = ReferenceFrame::host;  ///< drift removed
  std::vector<Species> host = {};               ///< what the host consists of; empty: all other species
  std::string file = {};                        ///< names the trajectory in messages
  std::size_t memory = std::size_t{1} << 30;    ///< bytes of paths kept in memory; beyond it they go to a scratch file
  std::filesystem::path scratch = {};           ///< folder of the scratch file; empty: the system's temporary folder
  std::vector<std::int64_t> ids = {};           ///< only these ions of the species; empty: all
};

/// Displacements of every ion of one species since the first frame, Å, drift removed, uniform in time.
///
/// Stored ion by ion, so that a run of any length is analysed one ion at a time: in double precision while it fits into
/// TrackOptions::memory, else in single precision (relative rounding 6e-8) in a scratch file that vanishes with this
/// object, however the program ends.
class IonTracks {
 public:
  IonTracks(IonTracks&&) noexcept;
  IonTracks& operator=(IonTracks&&) noexcept;
  ~IonTracks();

  std::size_t n_ions() const;
  std::size_t n_frames() const;
  double timestep() const { return timestep_; }  ///< fs between frames
  Species species() const { return options_.species; }
  ReferenceFrame frame() const { return options_.frame; }
  const std::string& file() const { return options_.file; }
  /// How positions were made continuous (FrameUnwrapper::method).
  const std::string& unwrapping() const { return unwrapping_; }
  /// What the times of the frames were taken from.
  TimeSource time_source() const { return time_source_; }
  /// Mean over frames, Å^3; absent for a cell without volume.
  std::optional<double> volume() const { return volume_; }
  /// Steps, vacuum, and how the host moves.
  const RunChecks& checks() const { return checks_; }
  /// The host by name: "O", or "all other atoms".
  const std::vector<Species>& host() const { return options_.host; }
  /// Whether every atom is a mobile one.
  bool nothing_else() const { return nothing_else_; }
  /// Largest distance any atom of the host ended from where it began, the reference's own drift removed, Å:
  /// large values tell that the host is not a solid. 0 without such atoms.
  double host_displacement() const { return host_displacement_; }
  /// Largest excursion of the reference itself, Å: the drift that was removed.
  double drift() const { return drift_; }
  bool on_disk() const;

  /// Paths of ions first .. first + count - 1 into `out`, shape (count, 3, n_frames). Safe to call from several
  /// threads.
  void read(std::size_t first, std::size_t count, double* out) const;
  /// Sum of the displacements of all ions, Å, shape (3, n_frames).
  const std::vector<double>& collective() const { return collective_; }

 private:
  friend class TrackBuilder;
  class Store;
  explicit IonTracks(TrackOptions options);
  TrackOptions options_;
  std::unique_ptr<Store> store_;
  std::vector<double> collective_;
  std::optional<double> volume_;
  std::string unwrapping_;
  TimeSource time_source_ = TimeSource::none;
  double timestep_ = 0, host_displacement_ = 0, drift_ = 0;
  RunChecks checks_;
  bool nothing_else_ = false;
};

/// Builds IonTracks frame by frame; holds one frame and the tracks (bounded by TrackOptions::memory).
class TrackBuilder {
 public:
  explicit TrackBuilder(TrackOptions options);
  ~TrackBuilder();

  /// Adds the next frame, as read. Throws InputError where FrameUnwrapper does, when the time between frames changes,
  /// when there are fewer than one mobile ion or one of TrackOptions::ids is none, or when the host frame is asked for
  /// and there are no atoms of the host.
  void add(const Structure& frame);
  /// The same of unwrapped positions (Å, shape (n_atoms, 3), same atoms in the same order in every call).
  void add(const Positions& positions, const std::vector<Species>& species, double time, const Cell& cell);
  /// How those positions were made continuous, for the report.
  void set_unwrapping(std::string method) { tracks_.unwrapping_ = std::move(method); }
  /// Hands over what was added. Throws InputError when there are fewer than 2 frames.
  IonTracks finish();

 private:
  void start(const Positions& positions, const std::vector<Species>& species);
  void choose_host(const std::vector<Species>& species);
  void choose_ions(const Structure& first);
  FrameUnwrapper unwrapper_;
  IonTracks tracks_;
  RunChecker checker_;
  std::vector<std::size_t> mobile_, reference_, host_;
  std::vector<bool> chosen_;     // rows that TrackOptions::ids names; empty: all
  std::vector<double> weights_;  // of `reference_`, sum 1
  Positions origin_, last_;
  std::vector<double> row_;
  std::vector<std::array<double, 3>> sums_;
  double first_time_ = 0, last_time_ = 0, volume_sum_ = 0;
  std::size_t n_frames_ = 0;
  Vector3 last_drift_ = Vector3::Zero();
};

/// Frames, one at a time, until there are no more.
using FrameSource = std::function<std::optional<Structure>()>;

/// Tracks of a trajectory that is read as it goes; never holds more than one frame and the tracks.
IonTracks follow_ions(const FrameSource& next, const TrackOptions& options, const Session& session = {});
/// Tracks of a trajectory in memory.
IonTracks follow_ions(const UnwrappedTrajectory& run, const TrackOptions& options);

}  // namespace vitrion::transport
