#include "vitrion/learn/options.hpp"

#include <fmt/format.h>

#include "vitrion/build/builder.hpp"
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

// Whether a word of a recipe is the name of one of the first `n` steps.
bool is_a_step(const YAML::Node& steps, std::size_t n, const std::string& word) {
  for (std::size_t k = 0; k < n; ++k)
    if ((steps[k]["name"] ? steps[k]["name"] : steps[k]["kind"]).Scalar() == word) return true;
  return false;
}

// Files that a step reads become ../inputs/NAME in `yaml`.
void import_of_step(Config& step, YAML::Node steps, std::size_t number, LearnOptions& o) {
  for (const char* key : {"input", "film"}) {
    if (!step.has(key)) continue;
    const std::vector<std::string> words = step.paragraphs(key), paths = step.paths(key);
    YAML::Node list(YAML::NodeType::Sequence);
    for (std::size_t k = 0; k < words.size(); ++k) {
      if (is_a_step(steps, number, words[k])) {
        list.push_back(words[k]);
        continue;
      }
      o.recipe_inputs.push_back(o.imports.add(paths[k], step.where(key)));
      list.push_back("../" + o.recipe_inputs.back());
    }
    steps[number][key] = list;
  }
}

// Nothing is built yet: only that builders and their keys are known.
void check_step(Config& step) {
  const build::Builder& builder = build::builder_named(step.text("kind"));
  for (const char* key : {"name", "input", "frames", "species", "count", "seed", "write", "skip_if_missing"})
    step.accept(key);
  for (const build::Setting& setting : builder.settings) step.accept(setting.key);
  step.finish();
}

void read_recipe(Config& config, LearnOptions& o) {
  if (!config.has("build")) return;
  Config section = config.section("build");
  YAML::Node yaml = study::editable(section);
  section.integer<std::uint64_t>("seed", 1);
  std::vector<Config> steps = section.sections("builders");
  for (Config& step : steps)
    if (step.has("name")) step.text("name");
  demand(section, "builders", !steps.empty(), "is missing: a list of steps, each with a kind");
  for (std::size_t k = 0; k < steps.size(); ++k) {
    try {
      check_step(steps[k]);
    } catch (const InputError& e) {
      if (!e.where().file.empty()) throw;
      throw steps[k].error("kind", e.what());
    }
    import_of_step(steps[k], yaml["builders"], k, o);
  }
  if (!yaml["seed"]) yaml["seed"] = o.seed;
  o.recipe = yaml;
}

void read_train(Config& config, LearnOptions& o) {
  if (!config.has("train")) throw InputError(config.where(), "the section \"train\" is missing");
  Config section = config.section("train");
  Config data = section.part("data");
  YAML::Node yaml = study::editable(section);
  for (const char* key : {"test", "test_fraction"})
    if (data.has(key))
      throw data.error(key, std::string("\"") + key + "\" cannot be given here",
                       "What is kept out of training stands in the section \"validation\" of the loop.");
  o.potential = train::usual_output(section);
  study::fill_in(section, {{"output", o.potential}});
  if (o.recipe.IsMap() && !section.has("data"))
    throw InputError(section.where(), "the section \"data\" is missing",
                     "Where all seed data are built, write data: {}.");
  if (o.recipe.IsMap() && !data.has("train")) data.set("train", "built.extxyz");  // the reader of training wants one
  data.accept("train");
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
  l.slots = section.integer<int>("slots", 1);
  demand(section, "slots", l.slots >= 1, "must be at least 1");
  l.background = section.flag("background", false);
  l.slurm = section.flag("slurm", false);
  // The name of a file of settings, or the settings themselves.
  const YAML::Node yaml = study::editable(section)["settings"];
  const fs::path here = config.where().file;
  const fs::path folder = section.has("relative_to") ? fs::path(section.path("relative_to")) : here.parent_path();
  section.accept("relative_to");
  if (yaml && yaml.IsMap()) {
    section.part("settings");
    l.settings = {study::text_of(yaml), fs::absolute(folder / here.filename()).lexically_normal().string()};
  } else {
    demand(section, "relative_to", !section.has("relative_to"), "is for settings that stand here, not in a file");
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
  goal.rounds_in_a_row = config.integer<int>("rounds_in_a_row", 1);
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
  budget.rounds = config.integer<int>("rounds", budget.rounds);
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
  o.seed = config.integer<std::uint64_t>("seed", 1);
  o.slots = config.integer<int>("slots", 1);
  demand(config, "slots", o.slots >= 1, "must be at least 1");
  o.seeds_are_free_energies = config.choice("seed_energy", {"as_given", "free"}, "as_given") == "free";
  read_recipe(config, o);
  read_train(config, o);
  read_validation(config.section("validation"), o);
  o.explorations = read_explorations(config, o.potential, o.imports);
  read_select(config.section("select"), o);
  read_label(config, o);
  read_goal(config.section("until"), o.goal);
  read_budget(config.section("budget"), o.budget);
  o.executor = jobs::read_executor(config);
  config.finish();
  return o;
}

}  // namespace vitrion::learn
