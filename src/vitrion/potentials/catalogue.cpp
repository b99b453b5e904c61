#include "vitrion/potentials/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <mutex>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/memory.hpp"
#include "vitrion/potentials/foreign.hpp"
#include "vitrion/potentials/kinds.hpp"
#include "vitrion/potentials/sum/sum.hpp"
#include "vitrion/potentials/zbl/zbl.hpp"

namespace vitrion::potentials {
namespace {

namespace fs = std::filesystem;

constexpr double largest_cutoff = 100;   // Å, ten times that of any potential of this kind
constexpr std::size_t beginning = 4096;  // bytes by which a file is recognized: it may be a trajectory of any size

struct Catalogue {
  std::mutex mutex;
  std::vector<Kind> kinds{zbl_kind(), sum_kind(), nequip::nequip_kind(), mtp::mtp_kind()};
};

// Made at the first use, whichever that is: no order in which parts of a program are initialized matters.
Catalogue& catalogue() {
  static Catalogue all;
  return all;
}

std::optional<Kind> kind_of(std::string_view bytes) {
  for (const Kind& kind : kinds())
    if (kind.recognizes(bytes.substr(0, beginning))) return kind;
  return std::nullopt;
}

Kind require_kind(std::string_view bytes, const fs::path& file) {
  if (std::optional<Kind> kind = kind_of(bytes)) return std::move(*kind);
  if (const std::optional<ForeignModel> foreign = foreign_model(file))
    throw InputError(Location{file.string()}, foreign->what, foreign->remedy);
  std::vector<std::string> known;
  for (const Kind& kind : kinds()) known.push_back(kind.description);
  throw InputError(Location{file.string()}, "is not a potential that Vitrion knows",
                   fmt::format("Known: {}.", fmt::join(known, "; ")));
}

std::string bytes_of(const PotentialSource& source) {
  return source.settings.empty() ? read_file(source.file) : source.settings;
}

bool is_named(const Potential& potential) {
  return std::all_of(potential.species().begin(), potential.species().end(),
                     [](const Species& s) { return s.is_element(); });
}

void name_species(Potential& potential, const LoadOptions& options, const fs::path& file) {
  if (is_named(potential) || options.species.empty()) return;
  try {
    potential.name_species(options.species);
  } catch (const InputError& error) {
    throw InputError(Location{file.string()}, error.what());
  }
}

// What the potential was trained on top of comes with it.
std::unique_ptr<Potential> with_repulsion(std::unique_ptr<Potential> potential, const fs::path& file) {
  const std::optional<ShortRange> range = read_model_card(file).short_range;
  if (!range) return potential;
  if (!is_named(*potential))
    throw InputError(Location{file.string()},
                     "was trained on top of ZBL repulsion, which needs the elements of its types",
                     "Name them, in order: --species Mg,V,O");
  const std::vector<Species> species = potential->species();
  std::vector<std::unique_ptr<Potential>> parts;
  parts.push_back(std::move(potential));
  try {
    parts.push_back(std::make_unique<Zbl>(ZblOptions{species, range->inner, range->outer}));
  } catch (const InputError& error) {
    throw InputError(Location{card_of(file).string()}, error.what());
  }
  return std::make_unique<Sum>(std::move(parts));
}

// "  kind: zbl   # ..." -> "zbl"; the line begins with "kind:".
std::string_view word_after_colon(std::string_view line) {
  constexpr std::string_view blank = " \t\r\"'";
  line.remove_prefix(line.find(':') + 1);
  const std::size_t first = line.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  line.remove_prefix(first);
  return line.substr(0, line.find_first_of(" \t\r\"'#"));
}

}  // namespace

void add_kind(Kind kind) {
  Catalogue& all = catalogue();
  const std::lock_guard lock(all.mutex);
  if (std::none_of(all.kinds.begin(), all.kinds.end(), [&](const Kind& k) { return k.name == kind.name; }))
    all.kinds.push_back(std::move(kind));
}

std::vector<Kind> kinds() {
  Catalogue& all = catalogue();
  const std::lock_guard lock(all.mutex);
  return all.kinds;
}

std::unique_ptr<Potential> load_potential(const PotentialSource& source, const LoadOptions& options) {
  const std::string bytes = bytes_of(source);
  const Kind kind = require_kind(bytes, source.file);
  LoadOptions possible = options;
  if (!kind.single_precision && options.is_part) possible.precision = Precision::double_precision;
  if (!kind.single_precision && possible.precision == Precision::single_precision)
    throw InputError(Location{source.file.string()}, kind.name + " computes in double precision only",
                     "Leave the precision out; only NequIP has single precision.");
  std::unique_ptr<Potential> potential;
  with_memory_for({source.file.string()}, "the potential", [&] {
    potential = kind.open({bytes, source.file, possible});
  });
  if (!(potential->cutoff() <= largest_cutoff))
    throw InputError(
        Location{source.file.string()},
        fmt::format("has a cutoff of {:g} Å; at most {:g} Å are computed", potential->cutoff(), largest_cutoff),
        "Distances in the file are in Å.");
  name_species(*potential, options, source.file);
  const bool has_card = kind.trained && source.settings.empty() && options.with_card;
  return has_card ? with_repulsion(std::move(potential), source.file) : std::move(potential);
}

bool is_potential(const fs::path& file) {
  std::string bytes(beginning, '\0');
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError(Location{file.string()}, "cannot be opened");
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return kind_of(bytes).has_value();
}

void write_potential(const fs::path& file, const Potential& potential) {
  for (const Kind& kind : kinds())
    if (kind.name == potential.kind() && kind.write) return kind.write(file, potential);
  throw InputError("a potential of kind " + potential.kind() + " has no file format to be written in");
}

std::vector<fs::path> files_of(const PotentialSource& source, const LoadOptions& options) {
  const std::string bytes = bytes_of(source);
  const Kind kind = require_kind(bytes, source.file);
  std::vector<fs::path> files;
  if (source.settings.empty()) files.push_back(source.file);
  if (kind.trained && source.settings.empty() && read_model_card(source.file).short_range)
    files.push_back(card_of(source.file));
  if (kind.further_files)
    for (fs::path& file : kind.further_files({bytes, source.file, options})) files.push_back(std::move(file));
  return files;
}

ModelCard read_card_beside(const PotentialSource& source) {
  return source.settings.empty() ? read_model_card(source.file) : ModelCard{};
}

std::string content_hash_of(const PotentialSource& source) {
  const std::vector<fs::path> files = files_of(source);
  if (source.settings.empty() && files.size() == 1) return content_hash_of_file(source.file);
  // Where in a file the settings stand is no part of them.
  std::string text = source.settings.substr(std::min(source.settings.find_first_not_of('\n'), source.settings.size()));
  for (const fs::path& file : files) {
    // Of a card only the repulsion matters: the rest holds wall times.
    if (source.settings.empty() && file == card_of(source.file)) {
      const ShortRange range = *read_model_card(source.file).short_range;
      text += fmt::format("zbl {} {}\n", range.inner, range.outer);
    } else {
      text += content_hash_of_file(file) + "\n";
    }
  }
  return content_hash(text);
}

PotentialSource read_source(Config& config, const std::string& key) {
  if (!config.is_mapping(key)) return config.path(key);
  Config section = config.section(key);
  return source_in(section);
}

PotentialSource source_in(Config& section) {
  const Location where = section.where();
  // So that lines of errors are those of the file, as far as its layout allows.
  std::string text(where.line > 0 ? where.line - 1 : 0, '\n');
  const auto add = [&](Config& from, const std::string& name) {
    from.accept(name);
    text += name + ": " + from.one_line(name) + "\n";
  };
  if (section.is_mapping("lammps")) {
    Config settings = section.section("lammps");
    text += "kind: lammps\n";
    for (const std::string& name : settings.keys()) add(settings, name);
    if (settings.has("kind")) throw settings.error("kind", "the section \"lammps\" has no key \"kind\"");
    if (section.has("species") && !settings.has("species")) add(section, "species");
    return {where.file, text};
  }
  if (!section.has("kind"))
    throw InputError(where, "the settings say no kind of potential",
                     "Name a file, or write lammps: {pair_style: ..., pair_coeff: [...]} and species: [...].");
  for (const std::string& name : section.keys()) add(section, name);
  return {where.file, text};
}

bool says_kind(std::string_view text, std::string_view kind) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.starts_with("kind:") && word_after_colon(line) == kind) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace vitrion::potentials
