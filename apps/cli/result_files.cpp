#include "cli/result_files.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "vitrion/core/file.hpp"
#include "vitrion/core/json.hpp"

namespace vitrion::cli {
namespace {

namespace fs = std::filesystem;

void write_figures(const fs::path& folder, const report::Section& section) {
  for (const report::Block& block : section.blocks)
    if (const auto* figure = std::get_if<report::Figure>(&block)) {
      write_file_atomically(folder / (figure->id + ".svg"), report::to_svg(*figure));
      write_file_atomically(folder / (figure->id + ".json"), json_text(report::to_json(*figure)) + "\n");
      fmt::print("wrote {} and .json\n", (folder / (figure->id + ".svg")).string());
    }
}

}  // namespace

void ResultFiles::add_to(CLI::App& command) {
  command.add_option("--result", folder,
                     "Write result.json (for machines) and section.json (for vitrion report) into this folder");
  command.add_option("--plots", plots, "Write the figures (SVG, and JSON) into this folder");
}

void ResultFiles::write(const ResultKind& kind, const nlohmann::json& result, const report::Section& section,
                        const RunOptions& run) const {
  const nlohmann::json typed = with_header(kind, result);
  run.write_json(typed);
  if (!folder.empty()) {
    write_file_atomically(fs::path(folder) / "result.json", json_text(typed, 1) + "\n");
    write_file_atomically(fs::path(folder) / "section.json",
                          json_text(with_header(report::section_kind, report::to_json(section))) + "\n");
  }
  if (!plots.empty()) write_figures(plots, section);
}

}  // namespace vitrion::cli
