// A dataset as figures and tables.
#pragma once

#include <vector>

#include "vitrion/dataset/coverage.hpp"
#include "vitrion/report/report.hpp"

namespace vitrion::present {

/// The report of a dataset: its answers, what it covers, energies over volumes, forces, pairs. `sources` are the names
/// of its files.
report::Report dataset_report(const std::vector<Structure>& frames, const dataset::Coverage& coverage,
                              const std::vector<std::string>& sources);

}  // namespace vitrion::present
