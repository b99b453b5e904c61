// Lists of frames that may be empty, which files of frames usually are not.
#pragma once

#include <filesystem>
#include <vector>

#include "vitrion/core/structure.hpp"

namespace vitrion::learn {

/// The frames of a file; none when it has no bytes.
std::vector<Structure> read_frames_or_none(const std::filesystem::path& file);
/// Extended XYZ; a file without bytes where there is no frame.
void write_frames_or_none(const std::filesystem::path& file, const std::vector<Structure>& frames);

}  // namespace vitrion::learn
