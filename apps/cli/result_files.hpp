// What every analysis leaves on disk beside what it prints: result.json, section.json, figures.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/options.hpp"
#include "vitrion/core/result.hpp"
#include "vitrion/report/report.hpp"

namespace vitrion::cli {

/// --result FOLDER and --plots FOLDER.
struct ResultFiles {
  std::string folder, plots;

  void add_to(CLI::App& command);
  /// Writes FOLDER/result.json (typed), FOLDER/section.json (blocks of a report), the figures of the section as SVG and
  /// JSON into the folder of --plots, and the result where --json says; each where it was asked for.
  void write(const ResultKind& kind, const nlohmann::json& result, const report::Section& section,
             const RunOptions& run) const;
};

}  // namespace vitrion::cli
