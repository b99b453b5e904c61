// What windows of long runs say about the intervals of `vitrion transport`.
#pragma once

#include <vector>

#include "vitrion/report/report.hpp"
#include "vitrion/transport/windows.hpp"

namespace vitrion::present {

/// The runs with their own D*, how often windows of each length covered it (every run, and all together), and the
/// spread between the runs.
report::Section windows_section(const std::vector<transport::WindowedResult>& runs);

}  // namespace vitrion::present
