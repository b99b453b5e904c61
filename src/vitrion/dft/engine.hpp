// What a program that computes labels is to the rest: inputs written, commands named, a label read or refused.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::dft {

/// Energy, forces and stress of one structure, in its order of atoms.
struct Label {
  Labels labels;
  std::map<std::string, std::string> provenance;  ///< keys of the frame: how it was computed and how well it converged
};

/// Why a calculation gave no label that can be trusted.
class NoLabel : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One program to run in the folder of a calculation.
struct Invocation {
  std::vector<std::string> command;
  std::map<std::string, std::string> environment;
};

/// A DFT program with its settings. One file in src/dft and one line in registry.cpp make another.
///
/// A label is computed in tries: the first is the usual way, each further one converges harder cases at a higher price.
/// The settings that a label's numbers follow from are the same in all of them.
class Engine {
 public:
  virtual ~Engine() = default;

  /// "cp2k", "vasp", "potential".
  virtual std::string name() const = 0;
  /// All that the numbers of a converged label follow from, as text; labels of equal text may be mixed in one dataset.
  virtual std::string fingerprint() const = 0;
  /// The names of the tries, in order; at least one.
  virtual std::vector<std::string> tries() const = 0;
  /// Throws InputError when this structure cannot be computed with these settings.
  virtual void check(const Structure& structure) const = 0;
  /// Throws InputError, with how to install it, when the program is not there.
  virtual void require_program() const = 0;
  /// Writes the inputs of a try into an empty folder; returns what to run there, in order.
  virtual std::vector<Invocation> prepare(const Structure& structure, std::size_t number,
                                          const std::filesystem::path& folder) const = 0;
  /// The label of what ran there. Throws NoLabel when there is none or its self-consistency was not reached.
  virtual Label read(const Structure& structure, std::size_t number, const std::filesystem::path& folder) const = 0;
  /// The largest files, of no use once a calculation ended: names in its folder.
  virtual std::vector<std::string> scratch_files() const = 0;
};

/// The settings of an engine as the user gave them.
struct Settings {
  std::string yaml;
  std::string file;  ///< absolute; relative paths in the text are meant relative to its folder
};

/// Reads settings from a file (overrides as in Config::load); an empty name means the defaults.
Settings load_settings(const std::string& file, const std::vector<std::string>& overrides = {});

/// The engine that the settings name (`engine: cp2k`, the default). Throws InputError at a key that is not understood.
std::unique_ptr<Engine> make_engine(const Settings& settings);

/// Names of all engines.
std::vector<std::string> engine_names();

/// Seconds after which a single run is ended: `timeout_minutes` of the settings.
double time_limit_seconds(const Settings& settings);

/// XXH3-128 of what a label follows from: the fingerprint, species, cell and positions to 1e-8 Å. Two jobs of equal
/// hash are the same calculation. Equal structures whose atoms are moved by cell vectors or stand in another order
/// have another hash.
std::string calculation_hash(const Structure& structure, const Engine& engine);

/// The structure with this label in place of any it had, and the provenance among its keys.
Structure labelled(Structure structure, const Label& label);

}  // namespace vitrion::dft
