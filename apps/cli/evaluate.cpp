// vitrion evaluate: predictions, error tables and parity plots of a potential on labelled data.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/result_files.hpp"
#include "cli/terminal.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/present/training.hpp"
#include "vitrion/report/text.hpp"
#include "vitrion/train/calibration.hpp"
#include "vitrion/train/metrics.hpp"
#include "vitrion/train/slopes.hpp"

namespace vitrion::cli {
namespace {

struct EvaluateCommand {
  std::string potential, output, by;
  ResultFiles files;
  PrecisionOptions precision;
  bool tabulated = false, grades = false, held_out = false;
  std::vector<std::string> data;
  InputOptions input;
  RunOptions run;

  void execute() const;
  void check_unlabelled() const;
};

bool is_labelled(const Structure& s) {
  return s.labels.energy || s.labels.has_forces() || s.labels.stress;
}

// Before hours of work: a name that tells no format, or one that has no place for what is asked for.
void check_output(const std::string& file) {
  const io::FormatInfo& format = io::format_to_write(file);
  const std::pair<bool, const char*> parts[] = {
      {format.content.energy, "energies"}, {format.content.forces, "forces"}, {format.content.stress, "stresses"}};
  std::vector<std::string> lost;
  for (const auto& [held, name] : parts)
    if (!held) lost.emplace_back(name);
  if (lost.size() == std::size(parts))
    throw InputError(Location{file}, fmt::format("format {} has no place for predictions", format.name),
                     "Extended XYZ (.extxyz) and MLIP's .cfg hold energies, forces and stresses.");
  if (!lost.empty())
    terminal_session().say(fmt::format("note: format {} holds no {}; left out", format.name, fmt::join(lost, ", ")));
}

void write_predictions(const std::string& file, std::vector<Structure> frames, const std::vector<Labels>& predictions) {
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].labels.energy) frames[i].info["energy_of_data"] = fmt::format("{:.10f}", *frames[i].labels.energy);
    frames[i].labels = predictions[i];
    // What stood beside the labels that were read would be taken for predictions of the same name.
    frames[i].info.erase("energy");
    frames[i].columns.erase("forces");
  }
  io::write_frames(file, frames);
  fmt::print("wrote {}: {} frames with predicted energy, forces and stress\n", file, frames.size());
}

// Without any label there is nothing to compare: predictions are all that can be given.
void EvaluateCommand::check_unlabelled() const {
  if (output.empty())
    throw InputError("no configuration holds an energy, forces or a stress to compare with",
                     "--output FILE writes what the potential predicts for them.");
  if (grades)
    throw InputError("--grades compares grades with force errors, and no configuration holds forces",
                     "`vitrion select grade` gives grades alone.");
}

void EvaluateCommand::execute() const {
  run.apply();
  if (!output.empty()) check_output(output);
  const io::ReadOptions options = input.read_options();
  const std::unique_ptr<potentials::Potential> loaded =
      potentials::load_potential(potential, {options.species, precision.value(), tabulated});
  std::vector<Structure> frames;
  for (const std::string& file : data) {
    std::vector<Structure> more = io::read_frames(file, options);
    frames.insert(frames.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  const auto n_labelled = static_cast<std::size_t>(std::count_if(frames.begin(), frames.end(), is_labelled));
  if (n_labelled == 0) check_unlabelled();
  const std::vector<Labels> predictions = train::predict(*loaded, frames, terminal_session());
  if (!output.empty()) write_predictions(output, frames, predictions);
  present::Evaluation result{.potential = std::filesystem::path(potential).filename().string(),
                             .held_out = held_out,
                             .by = by,
                             .n_unlabelled = frames.size() - n_labelled};
  if (n_labelled > 0) {
    result.errors = train::compare(frames, predictions, by);
    result.parity = train::parity(frames, predictions, by);
  }
  nlohmann::json json = train::to_json(result.errors);
  json["warnings"] = train::implausible_slopes(result.parity, result.errors.overall);
  if (grades) {
    result.graded = train::graded_errors(*loaded, frames, predictions, terminal_session());
    json["grades"] = train::to_json(result.graded);
  }
  const report::Section section = present::evaluation_section(result);
  fmt::print("{}", report::to_text(section));
  files.write(present::evaluation_kind, json, section, run);
}

}  // namespace

void add_evaluate(CLI::App& app) {
  auto command = std::make_shared<EvaluateCommand>();
  CLI::App* sub = app.add_subcommand(
      "evaluate", "Errors of a potential on labelled data, by subset and species; predictions for any");
  sub->add_option("potential", command->potential,
                  "Potential file (.mtp, .almtp, .safetensors; .yaml: sum, zbl, lammps)")
      ->required();
  sub->add_option("data", command->data, "Configurations, one or more files; what is labelled is compared")->required();
  command->input.add_to(*sub, false);
  command->precision.add_to(*sub);
  sub->add_flag("--tabulated", command->tabulated, "Radial networks of NequIP from splines, as in MD; else exactly");
  sub->add_option("--by", command->by, "Also by subsets: the values of this key of the frames (config_type)");
  sub->add_flag("--grades", command->grades,
                "Also force errors by extrapolation grade: what a grade means on these data");
  sub->add_option("--output", command->output,
                  "Write all frames, labelled or not, with predicted energy, forces, stress to this file");
  sub->add_flag("--held-out", command->held_out,
                "The potential was not trained on these data: what is said of its errors relies on you");
  command->files.add_to(*sub);
  command->run.add_to(*sub);
  sub->footer(
      "Examples:\n"
      "  vitrion evaluate lipon.mtp test.extxyz --by config_type\n"
      "      errors of energy, forces and stress, for every value of config_type and every species\n"
      "  vitrion evaluate pot.mtp test.cfg --species Mg,V,O --json errors.json --plots plots\n"
      "      a potential and data that hold only type numbers: type 0 is Mg, 1 is V, 2 is O\n"
      "  vitrion evaluate lipon.almtp new.extxyz --grades --plots plots\n"
      "      does the potential know where it is wrong? Force errors by extrapolation grade, and a plot of them\n"
      "  vitrion evaluate pot.mtp run.extxyz --frames ::10 --output predicted.extxyz\n"
      "      every tenth frame, predictions kept\n"
      "  vitrion evaluate pot.mtp POSCAR --output predicted.extxyz\n"
      "      structures without labels: energy, forces and stress of the potential, and no errors\n"
      "  vitrion evaluate cu.yaml test.extxyz\n"
      "      a pair style of LAMMPS: kind: lammps, species: [Cu], pair_style: eam/alloy, pair_coeff: [...]\n"
      "  vitrion evaluate lipon.safetensors test.extxyz --precision float --tabulated\n"
      "      a NequIP model in the arithmetic that MD may use: what is lost by it?");
  sub->callback([command] { command->execute(); });
}

}  // namespace vitrion::cli
