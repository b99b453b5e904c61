// Rows come in frame by frame and go out ion by ion: a matrix transposed in memory or through a scratch file.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace vitrion::transport {

/// Coordinates of n ions, appended per frame as (n_ions, 3), read back per ion as (3, n_frames).
///
/// Frames are collected in tiles; a full tile is transposed at once, so that memory and disk see long runs of each ion.
/// Tiles stay in memory in double precision until they would exceed the budget; then all of them, and those to come, go
/// to one scratch file in single precision. The file has no name any more once it is open: it cannot be left behind.
class TrackStore {
 public:
  /// `memory` in bytes; `scratch` is the folder for the file (empty: the system's temporary folder).
  TrackStore(std::size_t n_ions, std::size_t memory, std::filesystem::path scratch);
  ~TrackStore();
  TrackStore(const TrackStore&) = delete;
  TrackStore& operator=(const TrackStore&) = delete;

  /// Adds a frame, shape (n_ions, 3). Throws std::runtime_error when the disk is full.
  void append(const double* row);
  /// To be called once after the last frame, before `read`.
  void finish();

  std::size_t n_ions() const { return n_ions_; }
  std::size_t n_frames() const { return n_frames_; }
  bool on_disk() const { return file_ >= 0; }
  /// Ions first .. first + count - 1 as (count, 3, n_frames). Safe to call from several threads.
  void read(std::size_t first, std::size_t count, double* out) const;

 private:
  void flush();
  void spill();
  void write(const std::vector<double>& tile);
  std::size_t frames_in(std::size_t tile) const;

  std::size_t n_ions_, tile_frames_, memory_, n_frames_ = 0;
  std::filesystem::path scratch_;
  std::vector<double> rows_;                // the tile being filled, shape (frames, n_ions, 3)
  std::vector<std::vector<double>> tiles_;  // full ones in memory, shape (n_ions, 3, frames)
  int file_ = -1;
};

}  // namespace vitrion::transport
