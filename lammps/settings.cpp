#include "lammps/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "vitrion/core/error.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::lammps {
namespace {

namespace fs = std::filesystem;

constexpr const char* debian_potentials = "/usr/share/lammps/potentials";

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// Plain words only: LAMMPS would see more in a line break, "$", "&", "#", ";", quotes and brackets.
void check_line(const Config& config, const std::string& key, const std::string& line) {
  constexpr std::string_view plain = "_-./+*:,=@%~ \t";
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte) != 0 || plain.find(c) != std::string_view::npos) continue;
    const std::string shown = std::isprint(byte) != 0 ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
    throw config.error(key, fmt::format("\"{}\" must be plain words; \"{}\" is none of theirs", key, shown),
                       "Letters, digits and _ - . / + * : , = @ % ~ make words. Every line is one command.");
  }
  if (words_of(line).empty()) throw config.error(key, "\"" + key + "\" holds an empty line");
}

void check_style(const Config& config, const std::string& style) {
  for (const std::string& word : words_of(style)) {
    if (word == "python" || word == "mliap" || word == "quip")
      throw config.error("pair_style", "the style \"" + word + "\" may run programs from files, and is not allowed");
    if (word == "vitrion")
      throw config.error("pair_style", "\"vitrion\" is for potentials that Vitrion computes",
                         "Name their file where this one is named; kind: sum adds several.");
  }
}

void check_command(const Config& config, const std::string& line) {
  const std::vector<std::string> words = words_of(line);
  for (const char* known : {"pair_modify", "kspace_modify", "neigh_modify", "special_bonds", "dielectric"})
    if (words[0] == known) return;
  if (words[0] == "set" && words.size() > 1 && words[1] == "type") return;
  if (words[0] == "fix" && words.size() > 3 && words[3].starts_with("qeq/")) return;
  throw config.error("commands", "\"" + line + "\" is no command that a potential may give",
                     "Known: pair_modify, kspace_modify, neigh_modify, special_bonds, dielectric, set type ..., fix ID "
                     "all qeq/...");
}

// Where a file of that name lies; empty: nowhere.
fs::path find_file(const std::string& word, const fs::path& folder) {
  std::vector<fs::path> places{folder};
  const char* named = std::getenv("LAMMPS_POTENTIALS");
  std::istringstream in(named != nullptr ? named : "");
  for (std::string place; std::getline(in, place, ':');)
    if (!place.empty()) places.emplace_back(place);
  places.emplace_back(debian_potentials);
  for (const fs::path& place : places) {
    std::error_code ignored;
    if (fs::is_regular_file(place / word, ignored)) return fs::absolute(place / word).lexically_normal();
  }
  return {};
}

// Names of files made absolute: LAMMPS runs in whatever folder the program does.
std::string with_files(const std::string& line, const fs::path& folder, std::vector<fs::path>& files) {
  std::string text;
  for (const std::string& word : words_of(line)) {
    const fs::path named = decoded_path(word);
    const bool may_be_file = named.string().find_first_of("./") != std::string::npos;
    const fs::path file = may_be_file ? find_file(named.string(), folder) : fs::path();
    if (!file.empty() && std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
    text += (text.empty() ? "" : " ") + (file.empty() ? word : encoded_path(file));
  }
  return text;
}

std::vector<double> read_charges(Config& config, const std::vector<Species>& species) {
  std::vector<double> charges;
  if (!config.has("charges")) return charges;
  Config section = config.section("charges");
  for (const Species& s : species) charges.push_back(section.number(s.name()));
  return charges;
}

}  // namespace

Settings read_settings(const potentials::Opening& opening) {
  Config config = Config::parse(std::string(opening.bytes), opening.file.string());
  config.choice("kind", {"lammps"}, "lammps");
  Settings s;
  s.species = config.elements("species");
  if (s.species.empty())
    throw config.error("species", "\"species\" is missing: the elements of LAMMPS's atom types 1, 2, ...",
                       "species: [Cu]");
  for (const Species& one : s.species)
    if (std::count(s.species.begin(), s.species.end(), one) > 1)
      throw config.error("species", one.name() + " stands twice");
  s.pair_style = config.text("pair_style");
  check_line(config, "pair_style", s.pair_style);
  check_style(config, s.pair_style);
  for (const std::string& line : config.texts("pair_coeff")) {
    check_line(config, "pair_coeff", line);
    s.pair_coeff.push_back(with_files(line, opening.file.parent_path(), s.files));
  }
  if (s.pair_coeff.empty()) throw config.error("pair_coeff", "\"pair_coeff\" is empty");
  s.charges = read_charges(config, s.species);
  s.kspace_style = config.text("kspace_style", "");
  if (!s.kspace_style.empty()) check_line(config, "kspace_style", s.kspace_style);
  for (const std::string& line : config.texts("commands", {})) {
    check_line(config, "commands", line);
    check_command(config, line);
    s.commands.push_back(line);
  }
  config.finish();
  return s;
}

std::string format_settings(const Settings& s) {
  const auto list = [](const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += fmt::format("  - \"{}\"\n", line);
    return text;
  };
  std::string text = fmt::format("kind: lammps\nspecies: [{}]\npair_style: \"{}\"\npair_coeff:\n{}",
                                 join_names(s.species), s.pair_style, list(s.pair_coeff));
  if (!s.charges.empty()) {
    text += "charges: {";
    for (std::size_t t = 0; t < s.species.size(); ++t)
      text += fmt::format("{}{}: {}", t > 0 ? ", " : "", s.species[t].name(), s.charges[t]);
    text += "}\n";
  }
  if (!s.kspace_style.empty()) text += fmt::format("kspace_style: \"{}\"\n", s.kspace_style);
  if (!s.commands.empty()) text += "commands:\n" + list(s.commands);
  return text;
}

InputLines input_lines(const Settings& s) {
  InputLines input;
  std::vector<std::string>& lines = input.lines;
  for (std::size_t t = 0; t < s.charges.size(); ++t)
    lines.push_back(fmt::format("set type {} charge {:.17g}", t + 1, s.charges[t]));
  if (!s.kspace_style.empty()) lines.push_back("kspace_style " + s.kspace_style);
  lines.push_back("pair_style " + s.pair_style);
  for (const std::string& coefficients : s.pair_coeff) {
    std::string line = "pair_coeff";
    for (const std::string& word : words_of(coefficients)) {
      const fs::path file = decoded_path(word);
      if (is_plain(file) || std::find(s.files.begin(), s.files.end(), file) == s.files.end()) {
        line += " " + word;
        continue;
      }
      input.files.emplace_back(file);
      line += " " + input.files.back().text();
    }
    lines.push_back(line);
  }
  lines.insert(lines.end(), s.commands.begin(), s.commands.end());
  return input;
}

bool needs_charges(const Settings& s) {
  return !s.charges.empty() || !s.kspace_style.empty() ||
         std::any_of(s.commands.begin(), s.commands.end(), [](const std::string& c) { return c.starts_with("fix"); });
}

}  // namespace vitrion::lammps
