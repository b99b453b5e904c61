// What `vitrion md` and `vitrion quench` say when a guard stopped them.
#pragma once

#include <filesystem>
#include <string>

#include "vitrion/md/run.hpp"

namespace vitrion::cli {

/// Why the run in `folder` was stopped, and the remedy. `outcome.guard` holds an event.
std::string stop_message(const md::RunOutcome& outcome, const std::filesystem::path& folder);

}  // namespace vitrion::cli
