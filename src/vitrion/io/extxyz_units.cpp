#include "vitrion/io/extxyz_units.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

#include "vitrion/core/units.hpp"

namespace vitrion::io {
namespace {

using Names = std::pair<std::string_view, double>;

constexpr double joule_per_mol_in_eV = 1 / (units::avogadro_per_mol * units::elementary_charge_C);
constexpr std::array<Names, 13> energies{{{"ev", 1},
                                          {"mev", 1e-3},
                                          {"hartree", units::hartree_in_eV},
                                          {"hartrees", units::hartree_in_eV},
                                          {"ha", units::hartree_in_eV},
                                          {"eh", units::hartree_in_eV},
                                          {"au", units::hartree_in_eV},
                                          {"a.u.", units::hartree_in_eV},
                                          {"ry", units::hartree_in_eV / 2},
                                          {"rydberg", units::hartree_in_eV / 2},
                                          {"kcal/mol", 4184 * joule_per_mol_in_eV},
                                          {"kj/mol", 1000 * joule_per_mol_in_eV},
                                          {"j/mol", joule_per_mol_in_eV}}};
constexpr std::array<Names, 9> lengths{{{"a", 1},
                                        {"ang", 1},
                                        {"angstrom", 1},
                                        {"angstroms", 1},
                                        {"bohr", units::bohr_in_A},
                                        {"a0", units::bohr_in_A},
                                        {"au", units::bohr_in_A},
                                        {"a.u.", units::bohr_in_A},
                                        {"nm", 10}}};
constexpr std::array<Names, 7> pressures{{{"gpa", 1 / units::eV_per_A3_in_GPa},
                                          {"mpa", 1e-3 / units::eV_per_A3_in_GPa},
                                          {"kpa", 1e-6 / units::eV_per_A3_in_GPa},
                                          {"pa", 1e-9 / units::eV_per_A3_in_GPa},
                                          {"kbar", 1e3 / units::eV_per_A3_in_bar},
                                          {"bar", 1 / units::eV_per_A3_in_bar},
                                          {"atm", 1.01325 / units::eV_per_A3_in_bar}}};

template <std::size_t N>
std::optional<double> value_of(const std::array<Names, N>& names, std::string_view unit) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const Names& name) { return name.first == unit; });
  return found == names.end() ? std::nullopt : std::optional(found->second);
}

/// Lower case without blanks and brackets; Å (either code point) is "a", and ** is ^.
std::string plain(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("\u00c5") || rest.starts_with("\u00e5")) {
      out += 'a';
      i += 1;
    } else if (rest.starts_with("\u212b")) {
      out += 'a';
      i += 2;
    } else if (rest.starts_with("**")) {
      out += '^';
      i += 1;
    } else if (std::string_view(" \t()[]{}").find(text[i]) == std::string_view::npos) {
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
    }
  }
  return out;
}

/// E/L^power, or "au" for hartree/bohr^power.
std::optional<double> energy_per_length(std::string_view unit, int power) {
  const bool atomic = unit == "au" || unit == "a.u.";
  const std::size_t slash = unit.rfind('/');
  std::string_view below = atomic ? unit : slash == std::string_view::npos ? "" : unit.substr(slash + 1);
  if (!atomic && power > 1) {
    if (!below.ends_with('3')) return std::nullopt;
    below.remove_suffix(below.ends_with("^3") ? 2 : 1);
  }
  const std::optional<double> energy = value_of(energies, atomic ? unit : unit.substr(0, slash)),
                              length = value_of(lengths, below);
  if (!energy || !length) return std::nullopt;
  double value = *energy;
  for (int k = 0; k < power; ++k) value /= *length;
  return value;
}

/// What a key names the unit of.
enum class UnitOf { energy, force, stress, virial, length };

std::optional<double> value_of(UnitOf quantity, std::string_view unit) {
  switch (quantity) {
    case UnitOf::energy:
    case UnitOf::virial:
      return value_of(energies, unit);
    case UnitOf::force:
      return energy_per_length(unit, 1);
    case UnitOf::stress:
      if (const std::optional<double> pressure = value_of(pressures, unit)) return pressure;
      return energy_per_length(unit, 3);
    case UnitOf::length:
      return value_of(lengths, unit);
  }
  return std::nullopt;
}

/// Nothing for a key that is no "QUANTITY unit".
std::optional<UnitOf> quantity_of(std::string_view key) {
  std::string name = plain(key);
  std::erase_if(name, [](char c) { return c == '-' || c == '_' || c == '.'; });
  const std::string_view end = name.ends_with("units") ? "units" : "unit";
  if (!name.ends_with(end)) return std::nullopt;
  name.resize(name.size() - end.size());
  using enum UnitOf;
  for (const auto& [word, quantity] : {std::pair{"energy", energy},
                                       {"energies", energy},
                                       {"freeenergy", energy},
                                       {"force", force},
                                       {"forces", force},
                                       {"stress", stress},
                                       {"virial", virial},
                                       {"virials", virial},
                                       {"length", length},
                                       {"distance", length},
                                       {"position", length},
                                       {"positions", length},
                                       {"pos", length},
                                       {"coordinate", length},
                                       {"coordinates", length},
                                       {"lattice", length},
                                       {"cell", length}})
    if (name == word) return quantity;
  return std::nullopt;
}

}  // namespace

LabelUnits LabelUnits::take(const LineReader& lines, std::map<std::string, std::string>& keys, Notes& notes) {
  LabelUnits units;
  std::optional<double> virial;
  for (auto key = keys.begin(); key != keys.end();) {
    const std::optional<UnitOf> quantity = quantity_of(key->first);
    if (!quantity) {
      ++key;
      continue;
    }
    const std::optional<double> value = value_of(*quantity, plain(key->second));
    if (!value)
      lines.fail(
          "the unit " + key->first + "=" + key->second + " is not known",
          "Convert the labels to eV, eV/Å, eV/Å^3 and drop the key; docs/formats.md lists the units that are read.");
    switch (*quantity) {
      case UnitOf::energy:
        units.energy = *value;
        break;
      case UnitOf::force:
        units.force = *value;
        break;
      case UnitOf::stress:
        units.stress = *value;
        break;
      case UnitOf::length:
        units.length = *value;
        break;
      case UnitOf::virial:
        virial = value;
        break;
    }
    if (*value != 1) notes.add("numbers are converted from the unit that " + key->first + "=" + key->second + " names");
    key = keys.erase(key);
  }
  units.virial = virial.value_or(units.energy);
  return units;
}

}  // namespace vitrion::io
