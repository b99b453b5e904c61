#include "vitrion/learn/frames.hpp"

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::learn {

std::vector<Structure> read_frames_or_none(const std::filesystem::path& file) {
  if (std::filesystem::exists(file) && std::filesystem::file_size(file) == 0) return {};
  io::ReadOptions options;
  options.format = "extxyz";
  return io::read_frames(file, options);
}

void write_frames_or_none(const std::filesystem::path& file, const std::vector<Structure>& frames) {
  if (frames.empty()) return write_file_atomically(file, "");
  io::write_frames(file, frames, {.format = "extxyz", .species = {}});
}

}  // namespace vitrion::learn
