// The kinds of potentials there are: how each is recognized, opened and written.
#pragma once

#include <concepts>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/potentials/model_card.hpp"
#include "vitrion/potentials/potential.hpp"

namespace vitrion::potentials {

/// What the file itself may not say.
struct LoadOptions {
  std::vector<Species> species{};  ///< element of each type 0, 1, ...; ignored by files that name their elements
  /// Arithmetic of the potential; single precision is refused where nothing in it has it.
  Precision precision = Precision::double_precision;
  /// Tabulate what may be tabulated (the radial networks of NequIP): fast, for MD. Errors: docs/nequip.md.
  bool tabulated = false;
  /// Whether a potential whose model card says that it was trained on top of a repulsion opens as the sum with it.
  bool with_card = true;
  /// A part of a sum: computes in double precision where it has no other.
  bool is_part = false;
  std::vector<std::filesystem::path> within{};  ///< files of the sums this is a part of: it may be none of them
};

/// Where a potential comes from: a file, or settings that stand inside a file of settings.
struct PotentialSource {
  std::filesystem::path file;  ///< the potential; for settings, the file they stand in: names in them count from there
  std::string settings;        ///< YAML as a file of its own would hold it ("kind: lammps ..."); empty: read `file`

  PotentialSource() = default;
  template <class Name>
  requires std::convertible_to<const Name&, std::filesystem::path> PotentialSource(const Name& name) : file(name) {}
  PotentialSource(std::filesystem::path from, std::string yaml) : file(std::move(from)), settings(std::move(yaml)) {}

  bool empty() const { return file.empty() && settings.empty(); }
  /// For people: the name of the file, or "potential".
  std::string name() const { return settings.empty() ? file.filename().string() : "potential"; }
};

/// What a kind opens a potential from.
struct Opening {
  std::string_view bytes;             ///< of the file, or the settings
  const std::filesystem::path& file;  ///< names it in messages; relative names in it count from its folder
  const LoadOptions& options;
};

/// One kind of potential.
///
/// To add one: a class that implements `Potential` in a folder of its own, a function that returns its Kind, and that
/// function's name in kinds.hpp and in the list of catalogue.cpp. A kind that needs rooms above this one (LAMMPS) is
/// handed to `add_kind` where a program starts. Then list it in tests/conformance/cases.cpp, which tests it.
struct Kind {
  std::string name{};                                            ///< Potential::kind() of what it opens
  std::string description{};                                     ///< for people: what it is, and how its files are told
  std::vector<std::string> suffixes{};                           ///< of the names of its files: ".mtp"
  bool single_precision = false;                                 ///< whether LoadOptions::precision may be single
  bool trained = false;                                          ///< whether a model card may lie beside its files
  std::function<bool(std::string_view beginning)> recognizes{};  ///< by the first 4096 bytes of a file, or all of them
  std::function<std::unique_ptr<Potential>(const Opening&)> open{};
  /// Writes one of this kind, atomically; empty: there is no such file.
  std::function<void(const std::filesystem::path&, const Potential&)> write{};
  /// Files that `open` reads beside the one it is given; empty: none.
  std::function<std::vector<std::filesystem::path>(const Opening&)> further_files{};
};

/// Makes a kind known to the whole program, from any thread; one whose name is known already stays as it is. The kinds
/// of this room are known from the beginning.
void add_kind(Kind kind);

/// All kinds, in the order in which files are shown to them.
std::vector<Kind> kinds();

/// Reads a potential; its kind is told from the content. Throws InputError (file:line) when the content is no
/// potential, is malformed, is an untrained template, or has another number of species than `options` names.
std::unique_ptr<Potential> load_potential(const PotentialSource& source, const LoadOptions& options = {});

/// Several potentials as one (`Sum`); of a single one that one. A ZBL repulsion that stands in the list and is also one
/// that a part was trained on top of counts once. Throws InputError as load_potential and Sum do, and where parts bring
/// different ZBL repulsions.
std::unique_ptr<Potential> load_sum(const std::vector<PotentialSource>& parts, const LoadOptions& options = {});

/// True when the file begins like a potential of any kind. Throws InputError when it cannot be read.
bool is_potential(const std::filesystem::path& file);

/// Writes the potential in Vitrion's format for its kind (MTP: `.mtp`, NequIP: safetensors, others: YAML), atomically.
/// Throws InputError for kinds that have none.
void write_potential(const std::filesystem::path& file, const Potential& potential);

/// The source's file and all that opening it reads beside it: the parts of a sum, a model card that tells of a
/// repulsion, tables. Throws InputError as load_potential does.
std::vector<std::filesystem::path> files_of(const PotentialSource& source, const LoadOptions& options = {});

/// Changes when anything does that the source is made of: hash of its settings and of its files' contents.
std::string content_hash_of(const PotentialSource& source);

/// The model card beside the source's file; empty for settings, and where there is none.
ModelCard read_card_beside(const PotentialSource& source);

/// `key` of settings: the name of a file, or a mapping as a potential's own YAML file holds it. For LAMMPS also
/// {lammps: {pair_style: ..., pair_coeff: [...]}, species: [...]}. Opens nothing. Throws InputError (file:line).
PotentialSource read_source(Config& config, const std::string& key);
/// The mapping of the second case by itself. With {lammps: ...} other keys are left to others.
PotentialSource source_in(Config& section);

/// True for text with a line "kind: `kind`".
bool says_kind(std::string_view text, std::string_view kind);

}  // namespace vitrion::potentials
