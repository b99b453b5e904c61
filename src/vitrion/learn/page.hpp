// The page of a loop: where it stands, how it converges, what it cost, what failed.
#pragma once

#include <filesystem>
#include <string>

#include "vitrion/learn/history.hpp"
#include "vitrion/learn/options.hpp"
#include "vitrion/report/report.hpp"

namespace vitrion::learn {

/// The page as a report.
report::Report make_page(const LearnOptions& options, const History& history, const std::filesystem::path& folder);

/// Writes `folder`/learn.html.
void write_page(const LearnOptions& options, const History& history, const std::filesystem::path& folder);

}  // namespace vitrion::learn
