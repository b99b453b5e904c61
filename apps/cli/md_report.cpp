#include "cli/md_report.hpp"

#include <fmt/format.h>

namespace vitrion::cli {

std::string stop_message(const md::RunOutcome& outcome, const std::filesystem::path& folder) {
  return fmt::format("the guard stopped the run in {}: {}\n  {}", folder.string(), outcome.guard->message,
                     outcome.guard->remedy);
}

}  // namespace vitrion::cli
