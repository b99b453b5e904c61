#include "vitrion/transport/track_store.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

namespace vitrion::transport {
namespace {

constexpr std::size_t largest_tile = 4096;   // frames
constexpr std::size_t tile_share = 8;        // a tile takes at most this part of the memory
constexpr std::size_t transpose_block = 32;  // rows and columns that fit into the first cache together
constexpr std::size_t io_values = std::size_t{1} << 20;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("scratch file of the ion paths: " + what + ": " + std::strerror(errno) +
                           ". Choose a folder with room with --scratch.");
}

int open_scratch(std::filesystem::path folder) {
  if (folder.empty()) folder = std::filesystem::temp_directory_path();
  std::string name = (folder / "vitrion-paths-XXXXXX").string();
  const int file = ::mkstemp(name.data());
  if (file < 0) fail("cannot make one in " + folder.string());
  ::unlink(name.c_str());
  return file;
}

/// (rows, columns) -> (columns, rows)
void transpose(const double* in, std::size_t rows, std::size_t columns, double* out) {
  for (std::size_t r0 = 0; r0 < rows; r0 += transpose_block)
    for (std::size_t c0 = 0; c0 < columns; c0 += transpose_block)
      for (std::size_t c = c0; c < std::min(columns, c0 + transpose_block); ++c)
        for (std::size_t r = r0; r < std::min(rows, r0 + transpose_block); ++r) out[c * rows + r] = in[r * columns + c];
}

}  // namespace

TrackStore::TrackStore(std::size_t n_ions, std::size_t memory, std::filesystem::path scratch)
    : n_ions_(n_ions), memory_(memory), scratch_(std::move(scratch)) {
  const std::size_t frame_bytes = 3 * n_ions * sizeof(double);
  tile_frames_ = std::clamp<std::size_t>(memory / tile_share / frame_bytes, 1, largest_tile);
}

TrackStore::~TrackStore() {
  if (file_ >= 0) ::close(file_);
}

void TrackStore::append(const double* row) {
  rows_.insert(rows_.end(), row, row + 3 * n_ions_);
  ++n_frames_;
  if (n_frames_ % tile_frames_ == 0) flush();
}

void TrackStore::finish() {
  if (!rows_.empty()) flush();
  rows_ = {};
}

void TrackStore::flush() {
  std::vector<double> tile(rows_.size());
  transpose(rows_.data(), rows_.size() / (3 * n_ions_), 3 * n_ions_, tile.data());
  rows_.clear();
  const std::size_t held = n_frames_ * 3 * n_ions_ * sizeof(double);
  if (file_ < 0 && held > memory_) spill();
  if (file_ >= 0) {
    write(tile);
  } else {
    tiles_.push_back(std::move(tile));
  }
}

void TrackStore::spill() {
  file_ = open_scratch(scratch_);
  for (const std::vector<double>& tile : tiles_) write(tile);
  tiles_ = {};
}

void TrackStore::write(const std::vector<double>& tile) {
  std::vector<float> part;
  for (std::size_t start = 0; start < tile.size(); start += io_values) {
    const std::size_t end = std::min(tile.size(), start + io_values);
    part.assign(tile.begin() + static_cast<std::ptrdiff_t>(start), tile.begin() + static_cast<std::ptrdiff_t>(end));
    const char* bytes = reinterpret_cast<const char*>(part.data());
    for (std::size_t left = part.size() * sizeof(float); left > 0;) {
      const ssize_t n = ::write(file_, bytes, left);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) fail("cannot write");
      bytes += n;
      left -= static_cast<std::size_t>(n);
    }
  }
}

std::size_t TrackStore::frames_in(std::size_t tile) const {
  return std::min(tile_frames_, n_frames_ - tile * tile_frames_);
}

void TrackStore::read(std::size_t first, std::size_t count, double* out) const {
  const std::size_t n_tiles = (n_frames_ + tile_frames_ - 1) / tile_frames_;
  std::vector<float> part;
  for (std::size_t tile = 0; tile < n_tiles; ++tile) {
    const std::size_t frames = frames_in(tile), rows = 3 * count;
    const auto place = [&](const auto* in) {
      for (std::size_t r = 0; r < rows; ++r)
        std::copy(in + r * frames, in + (r + 1) * frames, out + r * n_frames_ + tile * tile_frames_);
    };
    if (file_ < 0) {
      place(tiles_[tile].data() + 3 * first * frames);
      continue;
    }
    part.resize(rows * frames);
    const std::size_t start = (tile * tile_frames_ * n_ions_ + first * frames) * 3 * sizeof(float);
    char* bytes = reinterpret_cast<char*>(part.data());
    for (std::size_t got = 0; got < part.size() * sizeof(float);) {
      const ssize_t n = ::pread(file_, bytes + got, part.size() * sizeof(float) - got, static_cast<off_t>(start + got));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) fail("cannot read");
      got += static_cast<std::size_t>(n);
    }
    place(part.data());
  }
}

}  // namespace vitrion::transport
