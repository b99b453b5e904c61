// A trajectory read once: paths of the ions in the frame of the interface, and profiles along the normal.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/core/trajectory.hpp"
#include "vitrion/interface/interface.hpp"
#include "vitrion/transport/ion_tracks.hpp"

namespace vitrion::interface {

struct RecorderOptions {
  ProfileOptions profile;          ///< its `ion` is the mobile one
  std::vector<Species> host = {};  ///< at rest in the mean; empty: all that is not the ion
  int normal = 2;                  ///< the interface lies between planes of this cell vector: 0, 1, 2 = a, b, c
  std::string file = {};           ///< names the trajectory in messages
  std::size_t memory = std::size_t{512} << 20;  ///< bytes of paths in memory, see TrackOptions
  std::filesystem::path scratch = {};
};

struct Recording {
  IonPaths paths;
  Profiles profiles;
  std::optional<Profiles> early, late;  ///< of the first and the last third; nothing for a short run
  double length = 0;                    ///< Å along the normal, mean; the cell begins at 0
  double area = 0;                      ///< Å^2, mean
  bool periodic = true;                 ///< along the normal
  double drift = 0;                     ///< Å, how far the host went at most; taken off
  std::string unwrapping;
  std::vector<std::string> warnings;
};

/// Takes frame after frame; holds one, the paths and the samples of the profiles.
class Recorder {
 public:
  explicit Recorder(RecorderOptions options);
  /// Throws InputError as FrameUnwrapper and TrackBuilder do, and where the normal tilts by more than half a degree or
  /// the cell changes by more than 2 % along it.
  void add(const Structure& frame);
  Recording finish();

 private:
  void begin(const Structure& frame);
  void look_at_cell(const Cell& cell);

  RecorderOptions options_;
  FrameUnwrapper unwrapper_;
  transport::TrackBuilder builder_;
  Profiler profiler_;
  std::vector<std::size_t> host_;
  std::vector<double> start_;  // of the ions along the normal, Å
  Positions origin_;
  Vector3 normal_ = Vector3::Zero();
  double first_height_ = 0, height_sum_ = 0, area_sum_ = 0, drift_ = 0, largest_change_ = 0;
  bool periodic_ = true;
  std::size_t n_frames_ = 0;
};

/// Throws InputError where a border found in the first third of the run lies elsewhere in the last third by more than
/// `spacing`; a sentence where it moved by more than 1 Å. Nothing where regions are not found in both.
std::optional<std::string> moved_borders(const Recording& recording, const Species& ion, double spacing,
                                         const std::string& file);

}  // namespace vitrion::interface
