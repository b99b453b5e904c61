// vitrion build: structures, from one builder or from a recipe of many.
#include <fmt/format.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "vitrion/build/builder.hpp"
#include "vitrion/build/recipe.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::cli {
namespace {

using build::Builder;
using build::Form;
using build::Setting;
using build::StepResult;

/// Where structures go, and the same for machines.
struct BuildOutput {
  std::string output;
  RunOptions run;

  void add_to(CLI::App& command, bool required) {
    auto* option = command.add_option("--output", output, "File to write; its name tells the format");
    if (required) option->required();
    command.add_option("--json", run.json, "Also write what was built to this file, for machines");
  }
  void finish(const std::vector<StepResult>& steps) const;
};

std::string structures(std::size_t n) {
  return fmt::format("{} structure{}", n, n == 1 ? "" : "s");
}

void print_step(const StepResult& step) {
  if (step.skipped) {
    fmt::print("{:<24} {:<11} skipped: its files are not there\n", step.name, step.kind);
    return;
  }
  fmt::print("{:<24} {:<11} {}{}{}\n", step.name, step.kind, structures(step.structures.size()),
             step.structures.size() < step.n_made ? fmt::format(" of {}", step.n_made) : "",
             step.write ? "" : ", for later steps only");
  constexpr std::size_t most = 8;
  for (std::size_t k = 0; k < step.notes.size() && k < most; ++k) fmt::print("    {}\n", step.notes[k]);
  if (step.notes.size() > most) fmt::print("    ... and {} notes more (--json)\n", step.notes.size() - most);
}

void BuildOutput::finish(const std::vector<StepResult>& steps) const {
  std::vector<Structure> all;
  nlohmann::json list = nlohmann::json::array();
  for (const StepResult& step : steps) {
    list.push_back({{"name", step.name},
                    {"kind", step.kind},
                    {"made", step.n_made},
                    {"structures", step.structures.size()},
                    {"written", step.write},
                    {"skipped", step.skipped},
                    {"notes", step.notes}});
    if (step.write) all.insert(all.end(), step.structures.begin(), step.structures.end());
  }
  if (all.empty()) throw InputError("nothing was built, so nothing is written");
  io::write_frames(output, all);
  std::size_t atoms = 0;
  for (const Structure& s : all) atoms += s.size();
  run.write_json({{"output", output}, {"n_structures", all.size()}, {"n_atoms", atoms}, {"steps", list}});
  fmt::print("wrote {}: {}, {} atoms\n", output, structures(all.size()), atoms);
}

// One builder: its flags, as the user wrote them.
struct BuildCommand {
  std::vector<std::string> input;
  std::string frames, species, name;
  std::optional<std::int64_t> seed, count;
  std::map<std::string, std::vector<std::string>> words;  // by key
  std::map<std::string, bool> flags;
  BuildOutput output;
};

// density_g_per_cm3 -> --density: units stand in the help.
std::string flag_of(const Setting& setting) {
  std::string flag = setting.key;
  for (const std::string unit : {"_g_per_cm3", "_deg", "_A2", "_A"})
    if (flag.ends_with(unit)) {
      flag.resize(flag.size() - unit.size());
      break;
    }
  std::replace(flag.begin(), flag.end(), '_', '-');
  return "--" + flag;
}

std::string as_scalar(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::vector<std::string> split_at_commas(const std::vector<std::string>& words) {
  std::vector<std::string> list;
  for (const std::string& word : words) {
    std::istringstream in(word);
    for (std::string part; std::getline(in, part, ',');)
      if (!trim(part).empty()) list.emplace_back(trim(part));
  }
  return list;
}

std::string as_list(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + as_scalar(word);
  return "[" + text + "]";
}

std::string as_map(const Setting& setting, const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : split_at_commas(words)) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos)
      throw InputError(flag_of(setting) + ": \"" + word + "\" lacks a value", "Write it as NAME=VALUE,NAME=VALUE.");
    text += (text.empty() ? "" : ", ") + as_scalar(trim(std::string_view(word).substr(0, equals))) + ": " +
            as_scalar(trim(std::string_view(word).substr(equals + 1)));
  }
  return "{" + text + "}";
}

// The same step as in a recipe.
std::string as_yaml(const Builder& builder, const BuildCommand& command) {
  std::string text = "{kind: " + builder.name;
  const auto add = [&](const std::string& key, const std::string& value) { text += ", " + key + ": " + value; };
  if (!command.name.empty()) add("name", as_scalar(command.name));
  if (!command.input.empty()) add("input", as_list(command.input));
  if (!command.frames.empty()) add("frames", as_scalar(command.frames));
  if (!command.species.empty()) add("species", as_list(split_at_commas({command.species})));
  if (command.seed) add("seed", std::to_string(*command.seed));
  if (command.count) add("count", std::to_string(*command.count));
  for (const Setting& setting : builder.settings) {
    const auto found = command.words.find(setting.key);
    const auto flag = command.flags.find(setting.key);
    if (flag != command.flags.end() && flag->second) add(setting.key, "true");
    if (found == command.words.end() || found->second.empty()) continue;
    switch (setting.form) {
      case Form::word:
        add(setting.key, as_scalar(found->second.front()));
        break;
      case Form::list:
        add(setting.key, as_list(split_at_commas(found->second)));
        break;
      case Form::texts:
        add(setting.key, as_list(found->second));
        break;
      case Form::map:
        add(setting.key, as_map(setting, found->second));
        break;
      case Form::flag:
        break;
    }
  }
  return text + "}";
}

void run_builder(const Builder& builder, const BuildCommand& command) {
  static const std::string source = "command line";
  std::vector<StepResult> steps;
  try {
    steps.push_back(build::run_step(Config::parse(as_yaml(builder, command), source), {}, 1, terminal_session()));
  } catch (const InputError& e) {
    if (e.where().file != source) throw;
    // A line of the command line says nothing.
    throw InputError(std::string(e.what()).substr(e.where().text().size() + 2));
  }
  print_step(steps.front());
  command.output.finish(steps);
}

void add_builder(CLI::App& parent, const Builder& builder) {
  auto command = std::make_shared<BuildCommand>();
  CLI::App* sub = parent.add_subcommand(builder.name, builder.summary);
  if (builder.takes_structure) {
    sub->add_option("input", command->input, "Structures to build from, in any format")->required();
    sub->add_option("--frames", command->frames, "Frames a:b:c of each file, or one number");
    sub->add_option("--species", command->species, "Elements of types 0, 1, ... where the file names none");
  }
  for (const Setting& setting : builder.settings) {
    if (setting.form == Form::flag) {
      sub->add_flag(flag_of(setting), command->flags[setting.key], setting.help);
      continue;
    }
    auto* option = sub->add_option(flag_of(setting), command->words[setting.key], setting.help);
    if (setting.form == Form::word) option->expected(1);
  }
  sub->add_option("--name", command->name, "config_type of the structures [" + builder.name + "]");
  sub->add_option("--count", command->count, "Write so many of them, drawn at random")->check(CLI::PositiveNumber);
  sub->add_option("--seed", command->seed, "Seed of everything random");
  command->output.add_to(*sub, true);
  sub->footer("Examples:\n" + builder.example);
  sub->callback([command, &builder] { run_builder(builder, *command); });
}

void run_recipe(const std::string& file, const std::vector<std::string>& overrides, BuildOutput output) {
  Config recipe = Config::load(file, overrides);
  if (output.output.empty()) {
    output.output = recipe.path("output");
  } else {
    recipe.accept("output");
  }
  recipe.accept("builders");
  recipe.accept("seed");
  recipe.finish();
  output.finish(build::run_recipe(recipe, print_step, terminal_session()));
}

}  // namespace

void add_build(CLI::App& app) {
  CLI::App* sub = app.add_subcommand("build", "Structures: crystals, strains, defects, slabs, glasses, interfaces");
  auto file = std::make_shared<std::string>();
  auto overrides = std::make_shared<std::vector<std::string>>();
  auto output = std::make_shared<BuildOutput>();
  sub->add_option("recipe", *file, "Recipe (YAML): many builders, each with its number of structures");
  sub->add_option("--set", *overrides, "Overrides of single settings of the recipe: --set seed=7");
  output->add_to(*sub, false);
  for (const Builder& builder : build::builders()) add_builder(*sub, builder);
  sub->require_subcommand(0, 1);
  sub->footer(
      "A recipe holds the same settings as the flags, with their units (--density is density_g_per_cm3):\n"
      "  seed: 2026\n"
      "  output: dataset.extxyz\n"
      "  builders:\n"
      "    - {name: lithium, kind: crystal, lengths_A: [3.51, 3.51, 3.51], space_group: Im-3m, sites: [Li 0 0 0], "
      "write: "
      "false}\n"
      "    - {name: strained, kind: strain, input: lithium, range: [-0.1, 0.09], steps: 20}\n"
      "    - {name: rattled, kind: displace, input: strained, sigma_A: 0.1, count: 15}\n\n"
      "Examples:\n"
      "  vitrion build examples/lipon/dataset-recipe.yaml --output candidates.extxyz\n"
      "  vitrion build supercell crystal.extxyz --repeat 2,2,2 --output big.extxyz\n"
      "  vitrion build KIND --help      settings and examples of a builder\n"
      "  vitrion label candidates.extxyz --queue labels      what to do next");
  sub->callback([sub, file, overrides, output] {
    if (!sub->get_subcommands().empty()) return;
    if (file->empty())
      throw InputError("vitrion build needs a recipe or the name of a builder",
                       "vitrion build --help lists the builders.");
    run_recipe(*file, *overrides, *output);
  });
}

}  // namespace vitrion::cli
