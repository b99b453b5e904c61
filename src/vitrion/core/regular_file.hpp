// Files that end: no devices, no folders, none beyond what is expected.
#pragma once

#include <cstddef>
#include <filesystem>

namespace vitrion::inline core {

/// Bytes beyond which no file is read as a whole (trajectories are read line by line).
inline constexpr double largest_whole_file = 4e9;

/// Throws InputError when the path is a folder, a device or a socket.
void demand_file(const std::filesystem::path& path);

/// Throws InputError when the file is larger than `most` bytes, or than the memory that is free.
void demand_size(const std::filesystem::path& path, double most);

}  // namespace vitrion::inline core
