// A study while it is planned: the stages so far, and what they hand to the ones after them.
#pragma once

#include <any>
#include <cstdint>
#include <string>
#include <typeindex>
#include <utility>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/study/plan.hpp"
#include "vitrion/study/settings.hpp"
#include "vitrion/study/stage.hpp"

namespace vitrion::study {

/// The potential of the study, ready to run. One.
struct PotentialHandle {
  std::string stage;               ///< after which it may be used: it trains it, or finds its errors
  std::vector<std::string> files;  ///< the potential, and its card where it has one, in the study's folder
};

/// One glass, made by a quench.
struct GlassHandle {
  std::string stage;
  int replica = 1;
  std::string structure;   ///< last structure, in the study's folder
  std::string trajectory;  ///< of the equilibration; empty: none was kept
};

/// One run of molecular dynamics to measure on.
struct RunHandle {
  std::string stage;
  int replica = 1;
  double temperature = 0;  ///< K
  std::string trajectory;  ///< in the study's folder
};

/// A section.json for the report. Lower places come first; the chain's own: structure 10, transport 20, quench 30,
/// production 40, potential 50.
struct SectionHandle {
  std::string stage;
  int place = 0;
};

/// Stages are added in order; each names what it gives to others by handing over a value of a type of its own
/// (PotentialHandle, ...), and asks for what it needs by that type.
class Graph {
 public:
  /// `program` is what the stages start; `check` (may be empty) is asked about the flags of commands.
  Graph(std::string program, std::int64_t seed, Study& study, Imports& imports, CommandCheck check)
      : program_(std::move(program)), seed_(seed), study_(study), imports_(imports), check_(std::move(check)) {}

  const std::string& program() const { return program_; }
  std::int64_t seed() const { return seed_; }
  /// Title, slots and the stages so far.
  const Study& study() const { return study_; }
  Imports& imports() { return imports_; }

  void add(Stage stage) { study_.stages.push_back(std::move(stage)); }
  /// Adds a stage whose command is given --result "." here: it leaves result.json and section.json.
  void add_analysis(Stage stage, int place);
  /// Something to tell the user before anything runs.
  void note(std::string text) { study_.notes.push_back(std::move(text)); }

  template <class Handle>
  void give(Handle handle) {
    handles_.emplace_back(std::type_index(typeid(Handle)), std::move(handle));
  }
  /// Everything of one type, in the order it was given.
  template <class Handle>
  std::vector<Handle> all() const {
    std::vector<Handle> list;
    for (const auto& [type, handle] : handles_)
      if (type == std::type_index(typeid(Handle))) list.push_back(std::any_cast<Handle>(handle));
    return list;
  }
  /// Hands over the potential that the section `key` of `study` makes. Throws InputError when another section made one.
  void give_potential(const Config& study, const std::string& key, PotentialHandle potential);
  /// The first of one type. Throws InputError, naming `what`, when no stage gave one.
  template <class Handle>
  Handle need(const char* what) const {
    const std::vector<Handle> list = all<Handle>();
    if (list.empty()) refuse(what);
    return list.front();
  }

  /// Flags of a command from a section: {rmax: 8} -> --rmax 8, as the command names them. Throws InputError at the line
  /// of a flag the command would refuse.
  void add_flags(Config section, std::vector<std::string>& command) const;

 private:
  [[noreturn]] static void refuse(const char* what);

  std::string program_;
  std::int64_t seed_;
  Study& study_;
  Imports& imports_;
  CommandCheck check_;
  std::vector<std::pair<std::type_index, std::any>> handles_;
};

}  // namespace vitrion::study
