// What melt-quench and molecular dynamics have to say: stages, notes, whether the potential knew what it met.
#pragma once

#include <filesystem>

#include "vitrion/core/result.hpp"
#include "vitrion/md/run.hpp"
#include "vitrion/report/report.hpp"

namespace vitrion::present {

/// What `vitrion quench --json` writes; docs/schemas/quench.json describes it.
inline constexpr ResultKind quench_kind{"quench", 1};

/// The stages of one run, its notes, and why it stopped. A replica: runs of one study are shown as one section.
/// `folder` is where it ran; its name stands for the run.
report::Section md_section(const md::RunOutcome& outcome, const std::filesystem::path& folder);

/// The same of every replica, with temperature and energy over time from the thermo tables in their folders.
report::Section quench_section(const md::QuenchOutcome& outcome);

}  // namespace vitrion::present
