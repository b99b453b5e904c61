// Trajectories whose atoms move continuously: the only kind displacement analysis accepts.
#pragma once

#include <string>
#include <vector>

#include "vitrion/core/structure.hpp"

namespace vitrion::inline core {

/// Unwrapped positions of every atom in every frame, uniform in species and ids.
///
/// Only `Unwrapper` makes one, so an analysis of displacements cannot be handed wrapped positions by mistake.
class UnwrappedTrajectory {
 public:
  std::size_t n_frames() const { return times_.size(); }
  std::size_t n_atoms() const { return species_.size(); }
  const std::vector<Species>& species() const { return species_; }
  /// fs, shape (n_frames), increasing.
  const std::vector<double>& times() const { return times_; }
  /// Å, shape (n_atoms, 3).
  const Positions& positions(std::size_t frame) const { return positions_[frame]; }
  const Cell& cell(std::size_t frame) const { return cells_[frame]; }
  /// True when the cell is the same in every frame.
  bool fixed_cell() const { return fixed_cell_; }
  /// How positions were made continuous, for the report: "unwrapped coordinates of the file", "image flags", "minimum
  /// image".
  const std::string& method() const { return method_; }

 private:
  friend class Unwrapper;
  std::vector<Species> species_;
  std::vector<double> times_;
  std::vector<Positions> positions_;
  std::vector<Cell> cells_;
  bool fixed_cell_ = true;
  std::string method_;
};

/// Makes the positions of one frame after the other continuous, holding no more than the last frame.
///
/// Frames are put in order of id; unwrapped coordinates are taken as they are, else image flags are applied, else each
/// atom takes the periodic image nearest to where it was one frame before (in fractional coordinates, the cell of the
/// new frame: Kulke and Vermaas 2022, doi 10.1021/acs.jctc.2c00327, scheme for a varying cell).
class FrameUnwrapper {
 public:
  /// `file` names the trajectory in error messages.
  explicit FrameUnwrapper(std::string file = {}) : file_(std::move(file)) {}

  /// Unwrapped positions of the next frame in order of id, Å, shape (n_atoms, 3). Throws InputError when atoms appear,
  /// vanish or change species, when time does not increase or is absent, or when (minimum image only) an atom moved
  /// more than 0.45 of the cell in one frame.
  Positions next(const Structure& frame);

  std::size_t n_frames() const { return n_frames_; }
  /// In order of id, shape (n_atoms).
  const std::vector<Species>& species() const { return species_; }
  const std::string& method() const { return method_; }
  const std::string& file() const { return file_; }

 private:
  std::string file_, method_;
  std::size_t n_frames_ = 0;
  double last_time_ = 0;
  std::vector<std::int64_t> ids_;
  std::vector<Species> species_;
  Positions last_fractional_;
};

/// Builds an UnwrappedTrajectory frame by frame.
class Unwrapper {
 public:
  /// `file` names the trajectory in error messages.
  explicit Unwrapper(std::string file = {}) : frames_(std::move(file)) {}

  /// Adds the next frame at its own time. Throws InputError as FrameUnwrapper does.
  void add(const Structure& frame);

  /// Hands over what was added. Throws InputError when there is no frame.
  UnwrappedTrajectory finish();

 private:
  FrameUnwrapper frames_;
  UnwrappedTrajectory run_;
};

/// Row numbers of `frame` in increasing order of id.
std::vector<std::size_t> rows_by_id(const Structure& frame);

}  // namespace vitrion::inline core
