// vitrion run: a whole study from one YAML file.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/stage_table.hpp"
#include "cli/terminal.hpp"
#include "vitrion/core/config.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/study/plan.hpp"
#include "vitrion/study/runner.hpp"
#include "vitrion/study/settings.hpp"

namespace vitrion::cli {
namespace {

namespace fs = std::filesystem;

struct RunCommand {
  std::string file, output;
  std::vector<std::string> overrides;
  bool dry_run = false;
  StrictOption strict;

  fs::path folder() const {
    return output.empty() ? fs::path(fs::path(file).stem().string() + "-output") : fs::path(output);
  }
  void execute() const;
};

void print_plan(const study::Study& study, const fs::path& folder) {
  fmt::print("{}: {} stages in {}, {} side by side\n\n", study.title, study.stages.size(), folder.string(),
             study.slots);
  print_stages(study.stages, folder);
}

// Reads a command line as the program does, up to where the command would begin.
void check_command(const std::vector<std::string>& command) {
  CLI::App app;
  add_commands(app);
  for (CLI::App* sub : app.get_subcommands(nullptr)) sub->callback([] {});
  std::vector<std::string> words(command.begin() + 1, command.end());
  std::reverse(words.begin(), words.end());  // CLI11 takes the last first
  try {
    app.parse(words);
  } catch (const CLI::ParseError& e) {
    throw InputError(e.what(), "vitrion " + command[1] + " --help lists the flags.");
  }
}

void RunCommand::execute() const {
  Config config = Config::load(file, overrides);
  const std::string program = fs::read_symlink("/proc/self/exe").string();
  const study::Study study = study::plan_study(config, program, check_command);
  for (const std::string& note : study.notes) fmt::print(stderr, "vitrion: note: {}\n", note);
  study::import_files(study.imports, folder());
  if (dry_run) return print_plan(study, folder());
  study::run_stages(study.stages, folder(),
                    {.slots = study.slots, .submit = study::submission(study.executor, folder(), program)},
                    terminal_session());
  fs::copy_file(folder() / "report" / "report.html", folder() / "report.html", fs::copy_options::overwrite_existing);
  fmt::print("Report: {}\n", (folder() / "report.html").string());
  strict.heed(read_json(folder() / "report" / "report.json").at("warnings").get<std::vector<std::string>>());
}

}  // namespace

void add_run(CLI::App& app) {
  auto command = std::make_shared<RunCommand>();
  CLI::App* sub = app.add_subcommand("run", "A whole study from one YAML file, resumable, ending in one HTML report");
  sub->add_option("study", command->file, "YAML file; docs/study.md lists the keys")->required();
  sub->add_option("overrides", command->overrides,
                  "key=value, for single settings: production.temperatures_K=[900,1200]");
  sub->add_option("--output", command->output, "Folder of the study (default: the file's name with -output)");
  sub->add_flag("--dry-run", command->dry_run, "Show the stages, what is done and what would run; run nothing");
  command->strict.add_to(*sub);
  sub->footer(
      "Examples:\n"
      "  vitrion run examples/lipon/study.yaml --dry-run\n"
      "  vitrion run examples/lipon/study.yaml --output lipon\n"
      "  vitrion run examples/lipon/study.yaml --output lipon --strict      exit code 3 where the results hold "
      "warnings\n"
      "  vitrion run examples/learn/study.yaml --output learned      learns its potential from labels it makes itself\n"
      "With executor: {slurm: {...}} long stages are jobs of Slurm (docs/study.md).\n"
      "Killed or stopped at any moment, the same command goes on where it was. A stage whose inputs and settings did "
      "not\n"
      "change is not run again. Every stage is a command of this program in a folder of its own, with its settings and "
      "its\n"
      "log.txt: it can be run by hand there.");
  sub->callback([command] { command->execute(); });
}

}  // namespace vitrion::cli
