// vitrion train: fits a potential to labelled data as a YAML file says.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/result_files.hpp"
#include "cli/terminal.hpp"
#include "vitrion/present/training.hpp"
#include "vitrion/report/text.hpp"
#include "vitrion/train/catalogue.hpp"
#include "vitrion/train/training.hpp"

namespace vitrion::cli {
namespace {

struct TrainCommand {
  std::string config;
  ResultFiles files;
  std::vector<std::string> overrides;
  RunOptions run;

  void execute() const;
};

void TrainCommand::execute() const {
  run.apply();
  Config yaml = Config::load(config, overrides);
  const train::TrainOptions options = train::read_train_options(yaml);
  const train::TrainResult result = train::train(options, terminal_session());
  const report::Section section = present::training_section(result, options.subset_key);
  fmt::print("{}\n{} {} in {:.1f} s ({}). Wrote {}, {}, {}.\n", report::to_text(section), result.log.size(),
             train::trainer_of(options.kind).steps, result.seconds, result.stopped_because,
             result.files.potential.string(), result.files.card.filename().string(),
             result.files.log.filename().string());
  files.write(present::training_kind, train::to_json(result), section, run);
}

}  // namespace

void add_train(CLI::App& app) {
  auto command = std::make_shared<TrainCommand>();
  CLI::App* sub = app.add_subcommand("train", "Fit a potential to energies, forces and stresses");
  sub->add_option("config", command->config, "YAML file: potential, data, loss, optimizer, output")->required();
  sub->add_option("overrides", command->overrides, "Settings that replace those of the file: section.key=value");
  command->files.add_to(*sub);
  command->run.add_to(*sub);
  sub->footer(
      "Examples:\n"
      "  vitrion train lipon.yaml --plots plots\n"
      "      where lipon.yaml holds\n"
      "        potential: {level: 16, r_max: 5.0}\n"
      "        data: {train: [lipon.extxyz], group_key: traj, test_fraction: 0.15}\n"
      "        output: lipon.mtp\n"
      "  vitrion train lipon.yaml potential.level=12 output=small.mtp\n"
      "  vitrion train lipon.yaml potential='{type: nequip, r_max: 5.0, l_max: 2}' output=lipon.safetensors\n"
      "Stopped (Ctrl-C, a killed job), the same command goes on from the last checkpoint.\n"
      "docs/train.md explains every key.");
  sub->callback([command] { command->execute(); });
}

}  // namespace vitrion::cli
