#include "vitrion/learn/options.hpp"

#include <fmt/format.h>

#include "vitrion/core/error.hpp"
#include "vitrion/learn/explorations.hpp"
#include "vitrion/train/options.hpp"

namespace vitrion::learn {
namespace {

namespace fs = std::filesystem;

void demand(const Config& config, const std::string& key, bool holds, const std::string& rule) {
  if (!holds) throw config.error(key, "\"" + key + "\" " + rule);
}

constexpr const char* file_name_letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

void read_train(Config& config, LearnOptions& o) {
  if (!config.has("train")) throw InputError(config.where(), "the section \"train\" is missing");
  Config section = config.section("train");
  YAML::Node yaml = study::editable(section);
  Config data = section.section("data");
  study::accept_all(data);
  for (const char* key : {"test", "test_fraction"})
    if (data.has(key))
      throw data.error(key, std::string("\"") + key + "\" cannot be given here",
                       "What is kept out of training stands in the section \"validation\" of the loop.");
  o.potential = train::usual_output(section);
  study::fill_in(section, {{"output", o.potential}});
  const train::TrainOptions options = train::read_train_options(section);
  o.imports.add_all(yaml["data"], "train", data, o.seeds);
  o.validation.group_key = options.group_key;
  o.reading = YAML::Node(YAML::NodeType::Map);
  for (const char* key : {"format", "species", "frames"})
    if (yaml["data"][key]) {
      o.reading[key] = yaml["data"][key];
      yaml["data"].remove(key);
    }
  if (!yaml["seed"]) yaml["seed"] = o.seed;
  yaml["output"] = o.potential;
  o.train = yaml;
}

void read_validation(Config config, LearnOptions& o) {
  ValidationSet& v = o.validation;
  if (config.has("files")) {
    demand(config, "fraction", !config.has("fraction"), "and \"files\" cannot both be given");
    for (const std::string& path : config.paths("files")) v.files.push_back(o.imports.add(path, config.where("files")));
  }
  config.accept("files");
  v.fraction = config.number("fraction", v.fraction);
  demand(config, "fraction", v.fraction > 0 && v.fraction < 1, "must lie between 0 and 1");
  v.group_key = config.text("group_key", v.group_key);
}

void read_select(Config config, LearnOptions& o) {
  SelectSettings& s = o.select;
  s.most = config.integer("most", s.most);
  demand(config, "most", s.most > 0, "must be at least 1");
  s.threshold = config.number("threshold", s.threshold);
  demand(config, "threshold", s.threshold > 1, "must be above 1");
  s.max_force = config.number("max_force_eV_per_A", s.max_force);
  demand(config, "max_force_eV_per_A", s.max_force > 0, "must be positive");
  s.distance_factor = config.number("distance_factor", s.distance_factor);
  demand(config, "distance_factor", s.distance_factor >= 0, "cannot be negative");
  s.max_atoms = config.integer("max_atoms", s.max_atoms);
  demand(config, "max_atoms", s.max_atoms > 0, "must be at least 1");
  Config cut = config.section("cut");
  s.cut_side = cut.number("side_A", s.cut_side);
  demand(cut, "side_A", s.cut_side >= 0, "must be positive, or 0: larger frames are not labelled at all");
  Config charges = cut.section("charges");
  for (const std::string& element : charges.keys()) {
    try {
      Species::element(element);
    } catch (const InputError& e) {
      throw charges.error(element, e.what());
    }
    s.charges[element] = charges.number(element);
  }
}

void read_label(Config& config, LearnOptions& o) {
  if (!config.has("label")) throw InputError(config.where(), "the section \"label\" is missing");
  Config section = config.section("label");
  LabelSettings& l = o.label;
  l.slots = static_cast<int>(section.integer("slots", 1));
  demand(section, "slots", l.slots >= 1, "must be at least 1");
  l.background = section.flag("background", false);
  l.slurm = section.flag("slurm", false);
  // The name of a file of settings, or the settings themselves.
  const YAML::Node yaml = study::editable(section)["settings"];
  if (yaml && yaml.IsMap()) {
    study::accept_all(section.section("settings"));
    l.settings = {study::text_of(yaml), fs::absolute(config.where().file).string()};
  } else {
    l.settings = dft::load_settings(yaml ? section.path("settings") : std::string{});
  }
  section.accept("settings");
  try {
    dft::make_engine(l.settings);
  } catch (const InputError& e) {
    if (!yaml || !yaml.IsMap()) throw;
    // Settings that stand in this file were numbered from their own first line.
    const std::string what = e.what();
    const std::size_t prefix = e.where().text().size();
    throw section.error("settings", prefix > 0 ? what.substr(prefix + 2) : what);
  }
}

void read_goal(Config config, Goal& goal) {
  goal.no_extrapolation = config.choice("goal", {"no_break", "no_extrapolation"}, "no_break") == "no_extrapolation";
  goal.rounds_in_a_row = static_cast<int>(config.integer("rounds_in_a_row", 1));
  demand(config, "rounds_in_a_row", goal.rounds_in_a_row >= 1, "must be at least 1");
}

void read_budget(Config config, Budget& budget) {
  if (config.has("labels")) {
    budget.labels = config.integer("labels");
    demand(config, "labels", *budget.labels >= 1, "must be at least 1");
  }
  if (config.has("hours")) {
    budget.hours = config.number("hours");
    demand(config, "hours", *budget.hours > 0, "must be positive");
  }
  budget.rounds = static_cast<int>(config.integer("rounds", budget.rounds));
  demand(config, "rounds", budget.rounds >= 1 && budget.rounds < 100, "must be 1 to 99");
  config.accept("labels");
  config.accept("hours");
}

}  // namespace

LearnOptions read_learn_options(Config& config) {
  LearnOptions o;
  o.title = config.text("title", "Active learning");
  o.name = config.text("name", fs::path(config.where().file).stem().string());
  demand(config, "name", !o.name.empty() && o.name.find_first_not_of(file_name_letters) == std::string::npos,
         "consists of letters, digits, - and _");
  o.seed = static_cast<std::uint64_t>(config.integer("seed", 1));
  o.slots = static_cast<int>(config.integer("slots", 1));
  demand(config, "slots", o.slots >= 1, "must be at least 1");
  o.seeds_are_free_energies = config.choice("seed_energy", {"as_given", "free"}, "as_given") == "free";
  read_train(config, o);
  read_validation(config.section("validation"), o);
  o.explorations = read_explorations(config, o.potential, o.imports);
  read_select(config.section("select"), o);
  read_label(config, o);
  read_goal(config.section("until"), o.goal);
  read_budget(config.section("budget"), o.budget);
  config.finish();
  return o;
}

}  // namespace vitrion::learn
