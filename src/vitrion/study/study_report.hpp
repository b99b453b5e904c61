// Reports joined from the sections that analyses left on disk.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/report/report.hpp"
#include "vitrion/study/comparison.hpp"
#include "vitrion/study/methods.hpp"

namespace vitrion::study {

/// What `vitrion run` writes for its last stage as report.yaml.
struct ReportOptions {
  std::string title;
  std::vector<std::filesystem::path> sections;  ///< folders with a section.json, in the order of the report
  std::vector<LiteratureValue> literature;
  MethodNotes methods;
};

/// The section "methods" of a study's settings.
MethodNotes read_methods(Config& config);

/// Reads the settings strictly.
ReportOptions read_report_options(Config& config);

/// One report of everything in `sources`. Each is the folder of a study, its report.yaml, or the folder of one analysis
/// (any with a section.json). Several studies stand side by side, each under its title. An empty `title` is that of the
/// studies. The report holds no date and no wall time: the same results give the same bytes.
///
/// Throws InputError when a source is none of these, or a section cannot be read.
report::Report assemble_report(const std::vector<std::filesystem::path>& sources, const std::string& title = {});

}  // namespace vitrion::study
