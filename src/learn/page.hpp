// The page of a loop: where it stands, how it converges, what it cost, what failed.
#pragma once

#include <filesystem>
#include <string>

#include "learn/history.hpp"
#include "learn/options.hpp"
#include "report/report.hpp"

namespace vitrion::learn {

/// The page as a report. `now` says what is being done; empty when the loop has ended.
report::Report make_page(const LearnOptions& options, const History& history, const std::filesystem::path& folder,
                         const std::string& now);

/// Writes `folder`/learn.html.
void write_page(const LearnOptions& options, const History& history, const std::filesystem::path& folder,
                const std::string& now);

}  // namespace vitrion::learn
