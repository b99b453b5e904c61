// vitrion report: the report of a study, drawn anew from what its stages left.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/commands.hpp"
#include "vitrion/core/config.hpp"
#include "vitrion/report/report.hpp"
#include "vitrion/study/study_report.hpp"

namespace vitrion::cli {

void add_report(CLI::App& app) {
  struct ReportCommand {
    std::string settings, output;
  };
  auto command = std::make_shared<ReportCommand>();
  CLI::App* sub = app.add_subcommand("report", "One offline HTML report of a study, drawn from its results");
  sub->add_option("settings", command->settings, "report/report.yaml in the study's folder, as vitrion run wrote it")
      ->required();
  sub->add_option("--output", command->output, "Folder to write to (default: the folder of the settings)");
  sub->footer(
      "Examples:\n"
      "  vitrion report lipon/report/report.yaml\n"
      "  vitrion report lipon/report/report.yaml --output talk\n"
      "Writes report.html (one file, opens without a network), report.json and figures/*.svg.");
  sub->callback([command] {
    Config config = Config::load(command->settings);
    const study::ReportOptions options = study::read_report_options(config);
    const std::filesystem::path folder = std::filesystem::absolute(command->settings).parent_path();
    const std::filesystem::path output = command->output.empty() ? folder : std::filesystem::path(command->output);
    for (const std::filesystem::path& file :
         report::write_report(study::assemble_report(options, folder.parent_path()), output))
      fmt::print("{}\n", file.string());
  });
}

}  // namespace vitrion::cli
