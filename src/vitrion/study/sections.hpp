// The sections of a study's report, one per link of the chain. Each reads the results of its stages.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "vitrion/report/report.hpp"
#include "vitrion/study/study_report.hpp"

namespace vitrion::study {

report::Section glass_section(const ReportOptions& options, const std::filesystem::path& study);
report::Section transport_section(const ReportOptions& options, const std::filesystem::path& study);
/// Errors of the potential by set ("training", "validation", "test"), whichever stage found them.
nlohmann::json errors_of_potential(const ReportOptions& options, const std::filesystem::path& study);
report::Section potential_section(const ReportOptions& options, const std::filesystem::path& study);
report::Section quench_section(const ReportOptions& options, const std::filesystem::path& study);

}  // namespace vitrion::study
