// vitrion select: active sets, extrapolation grades, and which configurations are worth labelling.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <sstream>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/progress.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/learn/distances.hpp"
#include "vitrion/learn/options.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/potentials/model_card.hpp"
#include "vitrion/present/training.hpp"
#include "vitrion/report/text.hpp"
#include "vitrion/select/active_set_file.hpp"
#include "vitrion/select/cut.hpp"
#include "vitrion/select/selection.hpp"
#include "vitrion/train/calibration.hpp"
#include "vitrion/train/metrics.hpp"

namespace vitrion::cli {
namespace {

struct SelectCommand {
  std::string potential, output, mode = "neighbourhood";
  std::vector<std::string> data, held_out;
  double threshold = 0;
  select::SelectOptions choice;
  std::optional<double> max_force, distance_factor;
  bool no_limits = false;
  double side = 9;
  std::string charges;
  InputOptions input;
  RunOptions run;

  void active() const;
  void grade() const;
  void choose() const;
  void cut() const;

 private:
  std::vector<std::size_t> keeping_distance(const std::vector<Structure>& candidates, double factor) const;
  std::unique_ptr<potentials::Potential> load() const;
  potentials::SelectionState state_of(const potentials::Potential& loaded) const;
  std::vector<Structure> frames(const std::vector<std::string>& files) const;
  potentials::Calibration calibration_of(const std::filesystem::path& graded) const;
};

std::unique_ptr<potentials::Potential> SelectCommand::load() const {
  return potentials::load_potential(potential, {.species = input.read_options().species});
}

potentials::SelectionState SelectCommand::state_of(const potentials::Potential& loaded) const {
  if (std::optional<potentials::SelectionState> state = loaded.selection_state()) return std::move(*state);
  throw InputError(Location{potential}, "holds nothing to grade by",
                   "Make it from its training set: vitrion select active POTENTIAL DATA --output NEW");
}

std::vector<Structure> SelectCommand::frames(const std::vector<std::string>& files) const {
  std::vector<Structure> all;
  for (const std::string& file : files) {
    std::vector<Structure> more = io::read_frames(file, input.read_options());
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  return all;
}

// What the grades by a potential that has just been written mean, by configurations it was not trained on.
potentials::Calibration SelectCommand::calibration_of(const std::filesystem::path& graded) const {
  const std::unique_ptr<potentials::Potential> loaded =
      potentials::load_potential(graded, {.species = input.read_options().species});
  const std::vector<Structure> labelled = frames(held_out);
  return train::calibrate(train::graded_errors(*loaded, labelled, train::predict(*loaded, labelled, terminal_session()),
                                               terminal_session()));
}

void SelectCommand::active() const {
  run.apply();
  const std::unique_ptr<potentials::Potential> loaded = load();
  const std::vector<Structure> training = frames(data);
  select::ActiveSetOptions options;
  if (mode != "neighbourhood" && mode != "configuration")
    throw InputError("--mode: \"" + mode + "\" is not known", "Known: neighbourhood, configuration.");
  options.mode = mode == "neighbourhood" ? potentials::GradeMode::neighbourhood : potentials::GradeMode::configuration;
  if (threshold > 0) options.threshold = threshold;
  Progress progress(terminal_session(), "active set", static_cast<std::int64_t>(training.size()), "configurations");
  const potentials::SelectionState state = select::make_active_set(
      *loaded, training, options, [&](std::size_t done) { progress.update(static_cast<std::int64_t>(done)); },
      terminal_session());
  potentials::copy_model_card(potential, output);
  select::write_with_active_set(output, *loaded, state, training);
  nlohmann::json json = {{"mode", name_of(state.mode)}, {"parameters", state.size()}};
  if (state.kind == potentials::ReferenceKind::active_set) {
    const auto filled =
        std::count_if(state.origins.begin(), state.origins.end(), [](const auto& o) { return o[0] >= 0; });
    json["rows_filled"] = filled;
    fmt::print("{} of {} directions are spanned by the {} configurations; the others nothing in them constrains.\n",
               filled, state.size(), training.size());
  } else {
    fmt::print("Every species has its ellipsoid around the sites of the {} configurations.\n", training.size());
  }
  fmt::print("Wrote {}: grades by {}.\n", output, name_of(state.mode));
  if (!held_out.empty()) {
    const potentials::Calibration calibration = calibration_of(output);
    select::write_with_active_set(output, *loaded, state, training, calibration);
    json["calibration"] = to_json(calibration);
    fmt::print("\n{}", report::to_text(present::calibration_table(calibration, "")));
  }
  run.write_json(json);
}

void SelectCommand::grade() const {
  run.apply();
  const std::unique_ptr<potentials::Potential> loaded = load();
  const potentials::SelectionState state = state_of(*loaded);
  std::vector<Structure> all = frames(data);
  Progress progress(terminal_session(), "grades", static_cast<std::int64_t>(all.size()), "configurations");
  const std::vector<std::vector<double>> grades = select::grade_frames(
      *loaded, state, all, [&](std::size_t done) { progress.update(static_cast<std::int64_t>(done)); },
      terminal_session());
  std::vector<double> largest;
  for (std::size_t f = 0; f < all.size(); ++f) {
    largest.push_back(*std::max_element(grades[f].begin(), grades[f].end()));
    all[f].info["MV_grade"] = fmt::format("{:.6f}", largest.back());
  }
  if (!output.empty()) io::write_frames(output, all);
  run.write_json({{"mode", name_of(state.mode)}, {"grades", largest}});
  std::vector<double> sorted = largest;
  std::sort(sorted.begin(), sorted.end());
  const auto above = [&](double limit) {
    return std::count_if(sorted.begin(), sorted.end(), [&](double g) { return g > limit; });
  };
  fmt::print("{} configurations, grades by {}: median {:.3g}, largest {:.3g}; {} above 2, {} above 10\n", sorted.size(),
             name_of(state.mode), sorted[sorted.size() / 2], sorted.back(), above(2), above(10));
}

std::vector<std::size_t> all_of(const std::vector<Structure>& frames) {
  std::vector<std::size_t> all(frames.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

// Where atoms are nearer than anything trained on, DFT would be spent on what a run in ruins passes through.
std::vector<std::size_t> SelectCommand::keeping_distance(const std::vector<Structure>& candidates,
                                                         double factor) const {
  const std::map<std::string, double> trained = potentials::read_model_card(potential).min_distances;
  if (trained.empty())
    terminal_session().say("note: no model card beside " + potential + " tells distances: none is too short");
  const learn::Distances distances(trained, factor);
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    terminal_session().check_stop();
    if (distances.too_near(candidates[i]).empty()) kept.push_back(i);
  }
  return kept;
}

void SelectCommand::choose() const {
  run.apply();
  const std::unique_ptr<potentials::Potential> loaded = load();
  const potentials::SelectionState state = state_of(*loaded);
  const std::vector<Structure> read = frames(data);
  select::SelectOptions options = choice;
  if (no_limits && (max_force || distance_factor))
    throw InputError(
        fmt::format("--no-limits and {} contradict each other", max_force ? "--max-force" : "--distance-factor"),
        "Leave one out.");
  const learn::SelectSettings usual;  // those of the loop
  if (!no_limits) options.max_force = max_force.value_or(usual.max_force);
  const std::vector<std::size_t> places =
      no_limits ? all_of(read) : keeping_distance(read, distance_factor.value_or(usual.distance_factor));
  std::vector<Structure> candidates;
  for (const std::size_t i : places) candidates.push_back(read[i]);
  if (threshold > 0) options.threshold = threshold;
  if (!(options.threshold > 1)) throw InputError("--threshold must be above 1");
  Progress progress(terminal_session(), "selection", static_cast<std::int64_t>(candidates.size()), "configurations");
  const select::Selection selection = select::select_frames(
      *loaded, state, candidates, options, [&](std::size_t done) { progress.update(static_cast<std::int64_t>(done)); },
      terminal_session());
  const std::size_t n_refused = selection.n_refused + read.size() - places.size();
  std::vector<Structure> chosen;
  nlohmann::json list = nlohmann::json::array();
  for (const select::Selected& s : selection.chosen) {
    chosen.push_back(candidates[s.frame]);
    chosen.back().info["MV_grade"] = fmt::format("{:.6f}", s.grade);
    list.push_back({{"frame", places[s.frame]}, {"grade", s.grade}});
  }
  if (chosen.empty())
    fmt::print("No candidate enlarges the active set: nothing written.\n");
  else
    io::write_frames(output, chosen);
  run.write_json({{"chosen", list},
                  {"n_below", selection.n_below},
                  {"n_redundant", selection.n_redundant},
                  {"n_over", selection.n_over},
                  {"n_refused", n_refused}});
  fmt::print(
      "{} candidates: {} chosen{}, {} within the range (grade below {:g}), {} covered by those chosen, {} refused "
      "(grade, force or a distance beyond the limits{})\n",
      read.size(), chosen.size(), selection.n_over > 0 ? fmt::format(" ({} more left out)", selection.n_over) : "",
      selection.n_below, options.threshold, selection.n_redundant, n_refused,
      no_limits ? "" : "; --no-limits lifts them");
}

// "Li=1,P=5,O=-2"
std::map<Species, double> parse_charges(const std::string& text) {
  std::map<Species, double> charges;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, ',');) {
    const std::size_t sign = word.find('=');
    const auto value = sign == std::string::npos ? std::nullopt : parse_double(word.substr(sign + 1));
    if (!value) throw InputError("--charges: \"" + word + "\" is no oxidation state", "As in --charges Li=1,P=5,O=-2.");
    charges[Species::element(trim(std::string_view(word).substr(0, sign)))] = *value;
  }
  return charges;
}

void SelectCommand::cut() const {
  run.apply();
  const std::unique_ptr<potentials::Potential> loaded = load();
  const potentials::SelectionState state = state_of(*loaded);
  if (state.mode != potentials::GradeMode::neighbourhood)
    throw InputError(Location{potential}, "grades whole configurations: there is no worst atom to cut around",
                     "Make the active set with --mode neighbourhood.");
  select::CutOptions options;
  options.side = side;
  options.charges = parse_charges(charges);
  std::vector<Structure> pieces;
  for (const Structure& frame : frames(data)) {
    const std::vector<double> grades = select::grade_frames(*loaded, state, {frame}).front();
    const auto worst = static_cast<std::size_t>(std::max_element(grades.begin(), grades.end()) - grades.begin());
    const select::Cut cut = select::cut_neighbourhood(frame, worst, options);
    const double now = select::grade_frames(*loaded, state, {cut.structure}).front().front();
    fmt::print(
        "atom {} ({}), grade {:.3g}: {} atoms in a cube of {:g} Å, grade of the same atom {:.3g}; left out {} for "
        "distance, {} for charge{}\n",
        cut.structure.info.at("cut_from_atom"), frame.species[worst].name(), grades[worst], cut.structure.size(), side,
        now, cut.n_clashing, cut.n_charged, cut.charge != 0 ? fmt::format(", charge {:+g} e left", cut.charge) : "");
    pieces.push_back(cut.structure);
    pieces.back().info["MV_grade"] = fmt::format("{:.6f}", now);
  }
  io::write_frames(output, pieces);
}

CLI::App* add_part(CLI::App& parent, const std::shared_ptr<SelectCommand>& command, const char* name,
                   const char* description, const char* data) {
  CLI::App* sub = parent.add_subcommand(name, description);
  sub->add_option("potential", command->potential,
                  "Potential (.mtp, .almtp, .safetensors; .yaml: a sum with one of them)")
      ->required();
  sub->add_option("data", command->data, data)->required();
  command->input.add_to(*sub, false);
  command->run.add_to(*sub);
  return sub;
}

}  // namespace

void add_select(CLI::App& app) {
  auto command = std::make_shared<SelectCommand>();
  CLI::App* select = app.add_subcommand("select", "Extrapolation grades, and which configurations to label next");
  select->require_subcommand(1);

  CLI::App* active = add_part(*select, command, "active", "Learn from a training set what to grade by", "Training set");
  active->add_option("--mode", command->mode, "neighbourhood (a grade per atom) or, MTP only, configuration")
      ->capture_default_str();
  active->add_option("--threshold", command->threshold, "Swap rows in while a grade is above this [1.001]");
  active->add_option("--held-out", command->held_out,
                     "Labelled configurations that were not trained on: force errors by grade, kept with NequIP");
  active
      ->add_option("--output", command->output,
                   "Potential with what it is graded by: MTP .almtp, as MLIP-3 reads it; NequIP .safetensors")
      ->required();
  active->callback([command] { command->active(); });

  CLI::App* grade = add_part(*select, command, "grade", "Grade configurations", "Configurations to grade");
  grade->add_option("--output", command->output, "Write the configurations with their MV_grade to this file");
  grade->callback([command] { command->grade(); });

  CLI::App* choose = add_part(*select, command, "choose", "Choose what to label (MaxVol)", "Candidates");
  choose->add_option("--threshold", command->threshold, "Grades below are within the range [2]");
  choose->add_option("--max-grade", command->choice.max_grade, "Refuse configurations with a higher grade");
  choose
      ->add_option("--max-force", command->max_force,
                   "Refuse configurations with a larger force (eV/Å, by the potential) [50]")
      ->check(CLI::PositiveNumber);
  choose
      ->add_option("--distance-factor", command->distance_factor,
                   "Refuse configurations with atoms nearer than this share of the shortest distance in the training "
                   "set, pair by pair, where the model card tells it [0.75]")
      ->check(CLI::NonNegativeNumber);
  choose->add_flag("--no-limits", command->no_limits, "Refuse nothing for its forces and distances");
  choose->add_option("--most", command->choice.most, "Choose at most so many")->check(CLI::PositiveNumber);
  choose->add_option("--output", command->output, "Write the chosen configurations to this file")->required();
  choose->callback([command] { command->choose(); });

  CLI::App* cut = add_part(*select, command, "cut",
                           "Cut the worst neighbourhood of each configuration into a small cell", "Configurations");
  cut->add_option("--side", command->side, "Side of the cube (Å)")->capture_default_str()->check(CLI::PositiveNumber);
  cut->add_option("--charges", command->charges, "Oxidation states; atoms are left out until it is neutral: Li=1,O=-2");
  cut->add_option("--output", command->output, "Write the small cells to this file")->required();
  cut->callback([command] { command->cut(); });

  select->footer(
      "Examples:\n"
      "  vitrion select active lipon.mtp train.extxyz --output lipon.almtp\n"
      "      the active set of the training set, kept with the potential\n"
      "  vitrion select active lipon.safetensors train.extxyz --held-out valid.extxyz --output lipon.safetensors\n"
      "      the same for NequIP, and the force errors that grades stand for; vitrion train does both by itself\n"
      "  vitrion select grade lipon.almtp run.lammpstrj.gz --frames ::10 --json grades.json\n"
      "      1 or less: within what the potential was shown; above 2 it extrapolates, above 10 it guesses\n"
      "  vitrion select choose lipon.almtp run-*.extxyz --most 50 --max-force 30 --output label-these.extxyz\n"
      "  vitrion select cut lipon.almtp label-these.extxyz --side 9 --charges Li=1,P=5,O=-2,N=-3 --output "
      "small.extxyz\n"
      "      the worst atom of each with what surrounds it, in cells DFT can afford");
}

}  // namespace vitrion::cli
