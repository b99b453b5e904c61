// Stages and how they stand, for people: what --dry-run of run and learn shows.
#pragma once

#include <filesystem>
#include <vector>

#include "vitrion/study/stage.hpp"

namespace vitrion::cli {

/// One line for every stage with its state on disk, and the command it is.
void print_stages(const std::vector<study::Stage>& stages, const std::filesystem::path& folder);

}  // namespace vitrion::cli
