// vitrion report: one report of studies, or of any set of analyses.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/json.hpp"
#include "vitrion/report/report.hpp"
#include "vitrion/study/study_report.hpp"

namespace vitrion::cli {
namespace {

namespace fs = std::filesystem;

struct ReportCommand {
  std::vector<std::string> sources;
  std::string output, title;
  StrictOption strict;

  fs::path target() const {
    if (!output.empty()) return output;
    // As a study's last stage: beside its settings.
    if (sources.size() == 1 && fs::is_regular_file(sources.front())) return fs::absolute(sources.front()).parent_path();
    return "report.html";
  }
  void execute() const;
};

void ReportCommand::execute() const {
  const report::Report page = study::assemble_report(std::vector<fs::path>(sources.begin(), sources.end()), title);
  const fs::path to = target();
  if (to.extension() != ".html") {
    for (const fs::path& file : report::write_report(page, to)) fmt::print("{}\n", file.string());
    return strict.heed(report::warnings_of(page));
  }
  const fs::path json = fs::path(to).replace_extension(".json");
  write_file_atomically(json, json_text(report::to_json(page), 1) + "\n");
  write_file_atomically(to, report::to_html(page));
  fmt::print("{}\n{}\n", to.string(), json.string());
  strict.heed(report::warnings_of(page));
}

}  // namespace

void add_report(CLI::App& app) {
  auto command = std::make_shared<ReportCommand>();
  CLI::App* sub = app.add_subcommand("report", "One offline HTML report of studies, or of any set of analyses");
  sub->add_option(
         "sources", command->sources,
         "Folders of studies, or of single analyses (any with a section.json); or a study's report/report.yaml")
      ->required();
  sub->add_option("--output", command->output,
                  "NAME.html for the page (and NAME.json), or a folder, which also gets the figures [report.html]");
  sub->add_option("--title", command->title, "Stands over the report (default: the titles of the studies)");
  command->strict.add_to(*sub);
  sub->footer(
      "Examples:\n"
      "  vitrion report lipon --output lipon.html\n"
      "  vitrion report lipon lipon-nequip --output both.html      two studies side by side\n"
      "  vitrion report glass-a/structure glass-b/structure run/transport --title \"Two glasses\"\n"
      "  vitrion report lipon/report/report.yaml --output talk     report.html, report.json, figures/*.svg\n"
      "Every analysis leaves its section where --result says: vitrion structure glass.extxyz --result "
      "glass-a/structure.");
  sub->callback([command] { command->execute(); });
}

}  // namespace vitrion::cli
