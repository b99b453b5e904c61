// vitrion submit: a command as a job of Slurm, waited for.
#include <filesystem>
#include <memory>

#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/jobs/submitted.hpp"

namespace vitrion::cli {
namespace {

struct SubmitCommand {
  std::string executor;
  std::vector<std::string> command;
  int cpus = 0;

  void execute() const;
};

void SubmitCommand::execute() const {
  if (!std::filesystem::exists(executor)) throw InputError(Location{executor}, "does not exist");
  jobs::Executor settings = jobs::read_executor_file(executor);
  if (!settings.slurm)
    throw InputError(Location{executor}, "names no executor", "It holds slurm: {partition: ..., minutes: ...}.");
  if (cpus > 0) settings.slurm->cpus_per_task = std::max(cpus, settings.slurm->cpus_per_task);
  jobs::run_as_job(command, ".", *settings.slurm, terminal_session());
}

}  // namespace

void add_submit(CLI::App& app) {
  auto command = std::make_shared<SubmitCommand>();
  CLI::App* sub = app.add_subcommand("submit", "Run a command as a job of Slurm, and wait for its end");
  sub->add_option("executor", command->executor, "File (YAML) with slurm: {...}; docs/study.md lists the keys")
      ->required();
  sub->add_option("command", command->command, "The command, behind --")->required();
  sub->add_option("--cpus", command->cpus, "Processors it needs, where the file asks for fewer");
  sub->footer(
      "Examples:\n"
      "  echo 'slurm: {minutes: 30}' > executor.yaml\n"
      "  vitrion submit executor.yaml -- vitrion md md.yaml\n"
      "The job runs in this folder and appends its output to log.txt. Killed and started again here, this command "
      "waits "
      "for the same\n"
      "job; stopped (Ctrl-C), it cancels it. This is what a study does with its long stages where it has an executor.");
  sub->callback([command] { command->execute(); });
}

}  // namespace vitrion::cli
