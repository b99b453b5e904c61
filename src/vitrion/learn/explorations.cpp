#include "vitrion/learn/explorations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "vitrion/core/error.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/md/options.hpp"

namespace vitrion::learn {
namespace {

constexpr std::int64_t most_replicas = 10'000;

/// A setting that takes one value in the run and may be a list here.
struct Choice {
  std::vector<std::string> path;  ///< of the key: {"packed", "composition"}; empty: the temperature of the stages
  std::vector<std::string> values;
};

std::vector<std::string> frames_of(Config& entry) {
  std::vector<std::string> given = entry.texts("frame", {});
  if (given != std::vector<std::string>{"all"}) return given;
  const std::size_t n = io::read_frames(entry.path("structure")).size();
  std::vector<std::string> all;
  for (std::size_t i = 0; i < n; ++i) all.push_back(std::to_string(i));
  return all;
}

// The lists of an entry. A composition is one scalar ("Li12 P4 O16"), so that a sequence is a list of them.
std::vector<Choice> choices_of(Config& entry) {
  std::vector<Choice> list;
  Config packed = entry.part("packed");
  for (const char* key : {"composition", "density_g_per_cm3"})
    if (packed.has(key)) list.push_back({{"packed", key}, packed.texts(key)});
  if (entry.has("frame")) list.push_back({{"frame"}, frames_of(entry)});
  if (entry.has("temperatures_K")) {
    entry.numbers("temperatures_K");
    list.push_back({{}, entry.texts("temperatures_K")});
  }
  for (const Choice& choice : list)
    if (choice.values.empty())
      throw entry.error(choice.path.empty() ? "temperatures_K" : choice.path.front(), "the list is empty");
  return list;
}

void choose(YAML::Node settings, const Choice& choice, const std::string& value) {
  if (choice.path.size() == 1) settings[choice.path[0]] = value;
  if (choice.path.size() == 2) settings[choice.path[0]][choice.path[1]] = value;
  if (!choice.path.empty()) return;
  for (YAML::Node stage : settings["stages"]) {
    const bool minimizes = stage["ensemble"] && stage["ensemble"].Scalar() == "minimize";
    if (!minimizes && !stage["temperature_K"]) stage["temperature_K"] = value;
  }
}

// The same in the user's own entry, whose keys know their lines.
void choose(Config& entry, const Choice& choice, const std::string& value) {
  if (choice.path.size() == 1) entry.set(choice.path[0], value);
  if (choice.path.size() == 2) {
    Config section = entry.part(choice.path[0]);
    section.set(choice.path[1], value);
  }
  if (!choice.path.empty()) return;
  for (Config& stage : entry.parts("stages"))
    if (!stage.has("temperature_K") && stage.text("ensemble", "nvt") != "minimize") stage.set("temperature_K", value);
}

// Every combination of one value from each list.
std::vector<std::vector<std::string>> combinations(const std::vector<Choice>& choices) {
  std::vector<std::vector<std::string>> list{{}};
  for (const Choice& choice : choices) {
    std::vector<std::vector<std::string>> longer;
    for (const std::vector<std::string>& base : list)
      for (const std::string& value : choice.values) {
        longer.push_back(base);
        longer.back().push_back(value);
      }
    list = std::move(longer);
  }
  return list;
}

double length_of(const std::vector<md::Stage>& stages) {
  double sum = 0;
  for (const md::Stage& s : stages)
    if (s.ensemble != md::Ensemble::minimize) sum += static_cast<double>(s.steps) * s.timestep;
  return sum / units::ps_in_fs;
}

void demand_grades(const md::GuardOptions& guard, const Config& entry) {
  if (guard.grade_every == 0)
    throw entry.error("guard", "the guard never looks at grades", "Set grade_every_steps above 0.");
}

// Reads the entry as its command will; returns the length of the run, ps.
double read_as_command(Config& entry, bool quench) {
  if (!quench) {
    const md::MdOptions o = md::read_md_options(entry);
    demand_grades(o.guard, entry);
    return length_of(o.stages);
  }
  const md::QuenchOptions o = md::read_quench_options(entry);
  demand_grades(o.run.guard, entry);
  return length_of({o.melt, o.quench}) + (o.equilibrate.steps > 0 ? length_of({o.equilibrate}) : 0);
}

Exploration read_entry(Config& entry, const std::string& potential, study::Imports& imports) {
  Exploration e;
  e.name = entry.text("name");
  if (e.name.empty() ||
      e.name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != std::string::npos)
    throw entry.error("name", "a name consists of letters, digits, - and _ (it names folders)");
  const bool quench = entry.choice("kind", {"md", "quench"}, entry.has("melt") ? "quench" : "md") == "quench";
  const std::int64_t replicas = entry.integer("replicas", 1);
  if (replicas < 1 || replicas > most_replicas)
    throw entry.error("replicas", fmt::format("\"replicas\" must be 1 to {}", most_replicas));
  const std::int64_t per_round = entry.integer("runs_per_round", 0);
  if (entry.has("runs_per_round") && per_round < 1)
    throw entry.error("runs_per_round", "\"runs_per_round\" must be at least 1");
  if (!quench) entry.parts("stages");
  if (quench && entry.has("stages"))
    throw entry.error("stages", "a quench has no \"stages\"", "Its stages are melt, quench and equilibrate.");
  YAML::Node yaml = study::editable(entry);
  const std::vector<Choice> choices = choices_of(entry);
  entry.accept("temperatures_K");
  std::vector<std::string> inputs;
  if (yaml["structure"]) {
    inputs.push_back(imports.add(entry.path("structure"), entry.where("structure")));
    yaml["structure"] = "../" + inputs.back();
    // Velocities of the file would make runs with the same settings copies of each other.
    if (entry.text("velocities", "auto") == "auto") yaml["velocities"] = "draw";
  }
  for (const char* key : {"name", "kind", "replicas", "runs_per_round", "temperatures_K"}) yaml.remove(key);
  study::fill_in(entry, {{"potential", potential}, {"output", "."}, {"seed", "1"}});
  for (const std::vector<std::string>& values : combinations(choices)) {
    YAML::Node settings = YAML::Clone(yaml);
    for (std::size_t k = 0; k < choices.size(); ++k) {
      choose(settings, choices[k], values[k]);
      choose(entry, choices[k], values[k]);
    }
    const double length = read_as_command(entry, quench);
    for (std::int64_t r = 0; r < replicas; ++r)
      e.runs.push_back({fmt::format("{}-{}", e.name, e.runs.size() + 1), e.name, quench, settings, inputs, length});
  }
  e.per_round = per_round == 0 ? e.runs.size() : std::min(static_cast<std::size_t>(per_round), e.runs.size());
  return e;
}

}  // namespace

std::vector<Exploration> read_explorations(Config& config, const std::string& potential, study::Imports& imports) {
  std::vector<Exploration> list;
  std::set<std::string> names;
  for (Config& entry : config.sections("explore")) {
    list.push_back(read_entry(entry, potential, imports));
    if (!names.insert(list.back().name).second) throw entry.error("name", "two explorations have this name");
  }
  if (list.empty())
    throw InputError(config.where("explore"), "\"explore\" lists no molecular dynamics to explore with",
                     "For instance explore: [{name: md, structure: start.extxyz, stages: [...]}].");
  return list;
}

}  // namespace vitrion::learn
