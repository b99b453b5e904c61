// An interface as a section of a report, and the table of how often its intervals hold.
#pragma once

#include <string>
#include <vector>

#include "vitrion/interface/coverage.hpp"
#include "vitrion/interface/interface.hpp"
#include "vitrion/report/report.hpp"

namespace vitrion::present {

/// Answers, regions, exchanges, the resistance, the profile of D and of the free energy, profiles of the structure.
report::Section interface_section(const interface::InterfaceResult& result);

/// One row a quantity and region.
report::Table coverage_table(const std::vector<interface::CoverageReport>& reports, int runs);

}  // namespace vitrion::present
