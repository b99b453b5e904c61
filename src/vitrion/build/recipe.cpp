#include "vitrion/build/recipe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "vitrion/build/builder.hpp"
#include "vitrion/build/geometry.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::build {
namespace {

// A number of its own for every name, so that a new step leaves the others as they were (FNV-1a, then mixed).
std::uint64_t seed_of(std::uint64_t seed, const std::string& name) {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return Random(seed, hash)() >> 32;  // short enough to be read and typed
}

const StepResult* step_named(const std::vector<StepResult>& steps, const std::string& name) {
  const auto found = std::find_if(steps.begin(), steps.end(), [&](const StepResult& s) { return s.name == name; });
  return found == steps.end() ? nullptr : &*found;
}

io::ReadOptions read_options(Config& step) {
  io::ReadOptions options;
  const std::string frames = step.text("frames", "");
  if (!frames.empty()) options.frames = io::FrameRange::parse(frames);
  options.species = step.elements("species");
  return options;
}

// Structures of earlier steps and files that `key` names.
std::vector<Structure> find(Config& step, const std::string& key, const std::vector<StepResult>& earlier) {
  const std::vector<std::string> names = step.texts(key), files = step.paths(key);
  const io::ReadOptions options = read_options(step);
  std::vector<Structure> all;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const StepResult* known = step_named(earlier, names[k]);
    if (!known && !std::filesystem::exists(files[k]))
      throw step.error(key, "\"" + names[k] + "\" is neither an earlier builder nor a file",
                       "A builder must stand above those that use it.");
    const std::vector<Structure> more = known ? known->structures : io::read_frames(files[k], options);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

bool is_missing(Config& step, const std::vector<StepResult>& earlier) {
  const std::vector<std::string> names = step.paragraphs("input"), files = step.paths("input");
  for (std::size_t k = 0; k < names.size(); ++k) {
    const StepResult* known = step_named(earlier, names[k]);
    if (known ? known->skipped : !std::filesystem::exists(files[k])) return true;
  }
  return false;
}

void add_provenance(Structure& s, const StepResult& result, std::size_t source, const std::string& parameters,
                    std::uint64_t seed) {
  s.info["config_type"] = result.name;
  s.info["traj"] = fmt::format("{}-{}", result.name, source);
  s.info["builder"] = result.kind;
  s.info["parameters"] = parameters;
  s.info.try_emplace("seed", std::to_string(seed));  // a builder that counts its seeds up has written its own
}

// `count` of them, drawn at random, in their order.
void pick(std::vector<Structure>& list, std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> order(list.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  Random random(seed, 1);
  shuffle(order, random);
  order.resize(count);
  std::sort(order.begin(), order.end());
  std::vector<Structure> picked;
  for (const std::size_t k : order) picked.push_back(std::move(list[k]));
  list = std::move(picked);
}

// What a builder finds wrong, said at the line of its step.
template <class Work>
auto at_step(const Config& step, const Work& work) {
  try {
    return work();
  } catch (const InputError& e) {
    if (!e.where().file.empty()) throw;
    std::string what = e.what();
    if (!e.remedy().empty()) what = what.substr(0, what.size() - e.remedy().size() - 3);  // "\n  remedy"
    throw InputError(step.where(), what, e.remedy());
  }
}

void build_all(Config& step, const std::vector<StepResult>& earlier, std::uint64_t seed, const Session& session,
               StepResult& result) {
  const Builder& builder = builder_named(result.kind);
  const std::string parameters = step.one_line();
  BuildContext context{.seed = seed,
                       .session = session,
                       .find = [&](Config& settings, const std::string& key) { return find(settings, key, earlier); },
                       .notes = {}};
  const auto build = [&](const Structure* input, std::size_t source) {
    session.check_stop();
    context.seed = seed + source;
    for (Structure& s : builder.build(input, step, context)) {
      add_provenance(s, result, source, parameters, context.seed);
      result.structures.push_back(std::move(s));
    }
  };
  if (builder.takes_structure) {
    const std::vector<Structure> inputs = find(step, "input", earlier);
    for (std::size_t k = 0; k < inputs.size(); ++k) build(&inputs[k], k);
  } else {
    build(nullptr, 0);
  }
  result.notes = std::move(context.notes);
}

}  // namespace

StepResult run_step(Config step, const std::vector<StepResult>& earlier, std::uint64_t recipe_seed,
                    const Session& session) {
  StepResult result;
  result.kind = step.text("kind");
  result.name = step.text("name", result.kind);
  result.write = step.flag("write", true);
  if (step_named(earlier, result.name)) throw step.error("name", "the name \"" + result.name + "\" is taken");
  const std::int64_t given = step.integer("seed", -1);
  if (step.has("seed") && given < 0) throw step.error("seed", "a seed is 0 or more");
  const std::uint64_t seed = given < 0 ? seed_of(recipe_seed, result.name) : static_cast<std::uint64_t>(given);
  const std::int64_t count = step.integer("count", 0);
  if (step.has("count") && count < 1) throw step.error("count", "\"count\" must be 1 or more");
  result.skipped = step.flag("skip_if_missing", false) && is_missing(step, earlier);
  if (result.skipped) return result;
  at_step(step, [&] { build_all(step, earlier, seed, session, result); });
  step.finish();
  result.n_made = result.structures.size();
  if (static_cast<std::size_t>(count) > result.n_made)
    throw step.error("count",
                     fmt::format("{} makes {} structures, {} are asked for", result.name, result.n_made, count),
                     "Let it make more (copies, steps, keep, more input), or ask for fewer.");
  if (count > 0) pick(result.structures, static_cast<std::size_t>(count), seed);
  return result;
}

std::vector<StepResult> run_recipe(Config& recipe, const std::function<void(const StepResult&)>& done,
                                   const Session& session) {
  const auto seed = recipe.integer<std::uint64_t>("seed", 1);
  std::vector<StepResult> results;
  const std::vector<Config> steps = recipe.sections("builders");
  if (steps.empty())
    throw InputError(recipe.where(), "a recipe needs builders", "builders: a list of steps, each with a kind.");
  for (const Config& step : steps) {
    results.push_back(run_step(step, results, seed, session));
    done(results.back());
  }
  return results;
}

}  // namespace vitrion::build
