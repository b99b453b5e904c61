// Builders by name: what the command line and a recipe file can ask for, with the same settings.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/core/session.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::build {

/// How a setting is written on the command line.
enum class Form {
  word,   ///< --strain hydrostatic
  list,   ///< --repeat 2 2 2, or 2,2,2
  texts,  ///< --substitute "2 O -> N" "1 O -> vacancy"
  map,    ///< --charges Li=1,O=-2
  flag    ///< --allow-charged
};

struct Setting {
  std::string key;  ///< in YAML, with its unit: density_g_per_cm3
  Form form = Form::word;
  std::string help;
};

/// What a builder gets beside its settings.
struct BuildContext {
  std::uint64_t seed = 1;
  Session session = {};
  /// Structures under a name that a setting holds: those of an earlier step of the recipe, or a file.
  std::function<std::vector<Structure>(Config& settings, const std::string& key)> find;
  /// What the user should know: what was left out, how much was drawn.
  std::vector<std::string> notes;
};

/// One kind of builder. What sets a structure apart from its siblings (strain, energy, ...) stands in its info keys.
struct Builder {
  std::string name, summary;
  bool takes_structure = true;  ///< is called once for each input structure; else once, with none
  std::vector<Setting> settings;
  std::string example;  ///< of the command line, with what it does
  std::vector<Structure> (*build)(const Structure* input, Config& settings, BuildContext& context);
};

/// All of them, in the order of the documentation.
const std::vector<Builder>& builders();

/// Throws InputError with the nearest name.
const Builder& builder_named(const std::string& name);

}  // namespace vitrion::build
