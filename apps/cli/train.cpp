// vitrion train: fits a potential to labelled data as a YAML file says.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/parity_plots.hpp"
#include "cli/terminal.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/train/training.hpp"

namespace vitrion::cli {
namespace {

struct TrainCommand {
  std::string config, plots;
  std::vector<std::string> overrides;
  RunOptions run;

  void execute() const;
};

// Parity of all sets in one picture, by set.
std::map<std::string, train::ParityData> parity_by_set(const train::TrainResult& result) {
  std::map<std::string, train::ParityData> sets;
  const std::pair<const char*, const train::TrainedSet*> all[] = {
      {"training", &result.training}, {"validation", &result.validation}, {"test", &result.test}};
  for (const auto& [name, set] : all)
    if (!set->structures.empty()) sets[name] = train::parity(set->structures, set->predictions)[""];
  return sets;
}

std::map<std::string, train::GradedErrors> grades_by_set(const train::TrainResult& result) {
  return {{"training", result.training.graded}, {"validation", result.validation.graded}, {"test", result.test.graded}};
}

void TrainCommand::execute() const {
  run.apply();
  Config yaml = Config::load(config, overrides);
  const train::TrainOptions options = train::read_train_options(yaml);
  const train::TrainResult result = train::train(options, terminal_session());
  if (!plots.empty()) {
    write_parity_plots(plots, parity_by_set(result));
    write_grade_plot(plots, grades_by_set(result));
  }
  run.write_json(train::to_json(result));
  fmt::print("{}\n{} {} in {:.1f} s ({}). Wrote {}, {}, {}.\n", train::format_result(result, options.subset_key),
             result.log.size(), options.kind == train::PotentialKind::nequip ? "epochs" : "iterations", result.seconds,
             result.stopped_because, result.files.potential.string(), result.files.card.filename().string(),
             result.files.log.filename().string());
  if (!result.pairs_never_met.empty())
    fmt::print(
        "warning: no two atoms of {} are within the cutoff of each other anywhere in the training set. The potential\n"
        "  learns nothing of how such atoms repel: label configurations in which they meet before running MD.\n",
        fmt::join(result.pairs_never_met, ", "));
}

}  // namespace

void add_train(CLI::App& app) {
  auto command = std::make_shared<TrainCommand>();
  CLI::App* sub = app.add_subcommand("train", "Fit a potential to energies, forces and stresses");
  sub->add_option("config", command->config, "YAML file: potential, data, loss, optimizer, output")->required();
  sub->add_option("overrides", command->overrides, "Settings that replace those of the file: section.key=value");
  sub->add_option("--plots", command->plots,
                  "Write parity plots, and force errors over grades (SVG), into this folder");
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
