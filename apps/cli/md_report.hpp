// What `vitrion md` and `vitrion quench` say at their end.
#pragma once

#include <filesystem>

#include "vitrion/md/run.hpp"

namespace vitrion::cli {

/// Prints the table of stages and the notes. Throws std::runtime_error when the guard stopped the run.
void print_outcome(const md::RunOutcome& outcome, const std::filesystem::path& folder);
/// The same for every replica; throws, after all are printed, when the guard stopped one.
void print_outcomes(const md::QuenchOutcome& outcome);

}  // namespace vitrion::cli
