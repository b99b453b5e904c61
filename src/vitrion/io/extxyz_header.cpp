#include "vitrion/io/extxyz_header.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "vitrion/core/text.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/core/utf8.hpp"
#include "vitrion/io/atoms.hpp"
#include "vitrion/io/extxyz_keys.hpp"
#include "vitrion/io/lammps.hpp"

namespace vitrion::io {
namespace {

using Keys = std::map<std::string, std::string>;

// Where several keys give one label, the first of these is read.
constexpr std::array<const char*, 3> energy_keys{"REF_energy", "free_energy", "energy"};
constexpr std::array<const char*, 2> stress_keys{"REF_stress", "stress"};
constexpr std::array<const char*, 4> virial_keys{"REF_virial", "REF_virials", "virial", "virials"};
// Their presence makes a line a header.
constexpr std::array<const char*, 6> further_keys{"Properties", "Lattice", "pbc", "time", "step", "Timestep"};

/// As it is spelled, else in any case.
Keys::iterator find_key(Keys& keys, std::string_view name) {
  if (const auto exact = keys.find(std::string(name)); exact != keys.end()) return exact;
  return std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return same_word(key.first, name); });
}

std::optional<std::string> take(Keys& keys, std::string_view name) {
  const auto found = find_key(keys, name);
  if (found == keys.end()) return std::nullopt;
  std::string value = std::move(found->second);
  keys.erase(found);
  return value;
}

/// Words of "[1, 2, 3]" or "1 2 3".
std::string without_brackets(std::string text) {
  for (char& c : text)
    if (c == '[' || c == ']' || c == ',') c = ' ';
  return text;
}

std::vector<double> numbers_of(const LineReader& lines, const std::string& key, const std::string& text) {
  const std::string plain = without_brackets(text);
  std::vector<double> values;
  for (const std::string_view word : split_words(plain)) values.push_back(lines.number(word, key));
  return values;
}

Matrix3 tensor_of(const LineReader& lines, const std::string& key, const std::string& text) {
  const std::vector<double> v = numbers_of(lines, key, text);
  if (v.size() == 6) return from_voigt({v[0], v[1], v[2], v[3], v[4], v[5]});
  if (v.size() != 9) lines.fail(key + " holds " + std::to_string(v.size()) + " numbers; it needs 9, or 6 (Voigt)");
  const Matrix3 m = Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(v.data());
  if ((m - m.transpose()).norm() > 1e-3 * m.norm() + 1e-8) lines.fail(key + " is not symmetric");
  return 0.5 * (m + m.transpose());
}

std::array<bool, 3> periodic_of(const LineReader& lines, const std::string& text) {
  const std::string plain = without_brackets(text);
  const std::vector<std::string_view> words = split_words(plain);
  if (words.size() != 3 && words.size() != 1) lines.fail("pbc must be three of T and F, not \"" + text + "\"");
  std::array<bool, 3> periodic{};
  for (std::size_t k = 0; k < 3; ++k) {
    const std::string_view word = words.size() == 1 ? words[0] : words[k];
    periodic[k] = same_word(word, "T") || same_word(word, "True") || word == "1";
    if (!periodic[k] && !same_word(word, "F") && !same_word(word, "False") && word != "0")
      lines.fail("pbc must be three of T and F, not \"" + text + "\"");
  }
  return periodic;
}

Cell read_cell(const LineReader& lines, double unit, Keys& keys) {
  const std::optional<std::string> lattice = take(keys, "Lattice");
  std::array<bool, 3> periodic;
  periodic.fill(lattice.has_value());
  if (const std::optional<std::string> pbc = take(keys, "pbc")) periodic = periodic_of(lines, *pbc);
  Matrix3 matrix = Matrix3::Zero();
  if (lattice) {
    const std::vector<double> v = numbers_of(lines, "Lattice", *lattice);
    if (v.size() != 9) lines.fail("Lattice holds " + std::to_string(v.size()) + " numbers, not 9");
    matrix = unit * Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(v.data());
  }
  return make_cell(lines, matrix, periodic);
}

/// What is not read stays in info, so that nothing is lost and the choice can be seen.
void read_energy(const LineReader& lines, double unit, Keys& keys, Labels& labels) {
  for (const char* name : energy_keys) {
    const auto found = find_key(keys, name);
    if (found == keys.end()) continue;
    const double energy = lines.number(found->second, found->first);
    labels.energy = unit * energy;
    keys.erase(found);
    if (!same_word(name, "free_energy")) return;
    labels.energy_kind = EnergyKind::free;
    if (const auto other = find_key(keys, "energy"); other != keys.end() && parse_double(other->second) == energy)
      keys.erase(other);
    return;
  }
}

Matrix3 stress_of_virial(const LineReader& lines, const std::string& name, const std::string& text, double unit,
                         const Cell& cell) {
  const Matrix3 virial = unit * tensor_of(lines, name, text);
  if (!cell.has_volume()) lines.fail(name + " is given without a cell that has a volume");
  return -virial / cell.volume();
}

void read_stress(const LineReader& lines, const LabelUnits& units, Keys& keys, const Cell& cell, Labels& labels) {
  std::optional<Matrix3> from_virial;
  for (const char* name : virial_keys) {
    const std::optional<std::string> text = from_virial ? std::nullopt : take(keys, name);
    if (text) from_virial = stress_of_virial(lines, name, *text, units.virial, cell);
  }
  for (const char* name : stress_keys) {
    const std::optional<std::string> text = labels.stress ? std::nullopt : take(keys, name);
    if (text) labels.stress = units.stress * tensor_of(lines, name, *text);
  }
  if (labels.stress && from_virial &&
      (*labels.stress - *from_virial).norm() > 1e-3 * std::max(labels.stress->norm(), from_virial->norm()) + 1e-6)
    lines.fail("stress and virial contradict each other",
               "virial (eV) must be -volume * stress (eV/Å^3, tension positive). Remove the wrong one.");
  if (!labels.stress) labels.stress = from_virial;
}

/// Labels under the names the user gave.
void read_chosen(const LineReader& lines, const LabelKeys& chosen, const LabelUnits& units, Keys& keys, Notes& notes,
                 Structure& frame) {
  const auto find = [&](const std::string& name) {
    const auto found = keys.find(name);
    if (found == keys.end()) notes.add("frames without the key " + name + " have no such label");
    return found;
  };
  if (!chosen.energy.empty())
    if (const auto found = find(chosen.energy); found != keys.end()) {
      frame.labels.energy = units.energy * lines.number(found->second, found->first);
      keys.erase(found);
    }
  if (!chosen.stress.empty())
    if (const auto found = find(chosen.stress); found != keys.end()) {
      frame.labels.stress = holds_word(found->first, "virial")
                                ? stress_of_virial(lines, found->first, found->second, units.virial, frame.cell)
                                : units.stress * tensor_of(lines, found->first, found->second);
      keys.erase(found);
    }
}

/// fs of a key such as "time", "Time[ps]", "time_fs"; nothing when it is none.
std::optional<double> unit_of_time_key(std::string_view key) {
  if (same_word(key, "time")) return 1.0;
  for (const auto& [name, fs] : {std::pair{"fs", 1.0}, {"ps", units::ps_in_fs}, {"ns", 1e3 * units::ps_in_fs}})
    for (const std::string& spelling : {"time[" + std::string(name) + "]", "time_" + std::string(name)})
      if (same_word(key, spelling)) return fs;
  return std::nullopt;
}

void read_time(Keys& keys, ExtxyzWriter writer, const LammpsRunUnits& lammps, Structure& frame) {
  if (const auto step = find_key(keys, writer == ExtxyzWriter::lammps ? "Timestep" : "step"); step != keys.end())
    if (const auto value = parse_integer(step->second)) {
      frame.step = value;
      keys.erase(step);
    }
  for (auto key = keys.begin(); key != keys.end(); ++key) {
    const std::optional<double> unit = unit_of_time_key(key->first);
    const std::optional<double> value = unit ? parse_double(key->second) : std::nullopt;
    if (!value || !std::isfinite(*value)) continue;
    if (writer == ExtxyzWriter::lammps && same_word(key->first, "time") && !lammps.known())
      frame.unitless_time = value;
    else
      frame.time = *value * (writer == ExtxyzWriter::lammps ? lammps.values().time : *unit);
    keys.erase(key);
    return;
  }
}

/// "i =  10, time =  5.000, E =  -17.16" becomes keys of the usual names.
void rename_cp2k_keys(Keys& keys) {
  Keys renamed;
  for (auto& [key, value] : keys) {
    while (value.ends_with(',')) value.pop_back();
    renamed[key == "i" ? "step" : key == "E" ? "energy" : key] = std::move(value);
  }
  keys = std::move(renamed);
}

bool has_exactly(const Keys& keys, std::initializer_list<const char*> names) {
  return keys.size() == names.size() &&
         std::all_of(names.begin(), names.end(), [&](const char* name) { return keys.contains(name); });
}

ExtxyzWriter writer_of(const Keys& keys) {
  if (has_exactly(keys, {"i", "time", "E"})) return ExtxyzWriter::cp2k;
  if (has_exactly(keys, {"Lattice", "Properties", "Step", "Time", "Energy"})) return ExtxyzWriter::cp2k;
  const auto step = keys.find("Timestep");
  if (step != keys.end() && parse_integer(step->second)) return ExtxyzWriter::lammps;
  if (keys.contains("Time") && keys.contains("virial") && keys.contains("stress")) return ExtxyzWriter::gpumd;
  return ExtxyzWriter::any;
}

/// What that program means by the words of its header.
void apply_writer(const LineReader& lines, ExtxyzWriter writer, Keys& keys, Notes& notes, Labels& labels) {
  if (writer == ExtxyzWriter::cp2k) {
    rename_cp2k_keys(keys);
    if (const std::optional<std::string> energy = take(keys, "energy")) {
      labels.energy = lines.number(*energy, "the energy") * units::hartree_in_eV;
      notes.add("the energy is read in hartree, the time in fs: the header is that of CP2K");
    }
  }
  if (writer == ExtxyzWriter::gpumd)
    if (auto stress = take(keys, "stress")) keys["pressure_tensor"] = std::move(*stress);
}

/// Keys that look like labels which the frame lacks.
void note_unread_labels(const Structure& frame, ExtxyzWriter writer, Notes& notes) {
  if (writer != ExtxyzWriter::any) return;
  for (const auto& [key, value] : frame.info) {
    const std::string plain = without_brackets(value);
    const std::size_t n = split_words(plain).size();
    if (!frame.labels.energy && holds_word(key, "energy") && n == 1 && parse_double(trim(plain)))
      notes.add("the key " + key + " looks like an energy and is not read as one; --energy-key " + key + " reads it");
    if (!frame.labels.stress && (holds_word(key, "stress") || holds_word(key, "virial")) && (n == 6 || n == 9))
      notes.add("the key " + key + " looks like a stress and is not read as one; --stress-key " + key + " reads it");
  }
}

/// The keys of a header; nothing when the line is free text.
std::optional<Keys> keys_of(const LineReader& lines, std::string_view line, const LabelKeys& chosen) {
  const bool named = (!chosen.energy.empty() && line.find(chosen.energy) != std::string_view::npos) ||
                     (!chosen.stress.empty() && line.find(chosen.stress) != std::string_view::npos);
  if (!named && !is_extxyz_header(line)) return std::nullopt;
  Keys keys;
  try {
    keys = parse_keys(lines, line);
  } catch (const InputError&) {
    // Free text may hold a lone quote; a line that names columns or a cell may not.
    if (find_key(keys, "Properties") != keys.end() || holds_word(line, "properties") || holds_word(line, "lattice"))
      throw;
    return std::nullopt;
  }
  return keys;
}

}  // namespace

bool holds_word(std::string_view name, std::string_view word) {
  for (std::size_t at = 0; at + word.size() <= name.size(); ++at)
    if (same_word(name.substr(at, word.size()), word)) return true;
  return false;
}

bool is_extxyz_header(std::string_view line) {
  const auto is_known = [](std::string_view key) {
    const auto in = [&](const auto& names) {
      return std::any_of(names.begin(), names.end(), [&](const char* name) { return same_word(key, name); });
    };
    return in(energy_keys) || in(stress_keys) || in(virial_keys) || in(further_keys) || unit_of_time_key(key) ||
           holds_word(key, "energy");
  };
  for (std::size_t at = line.find('='); at != std::string_view::npos; at = line.find('=', at + 1)) {
    std::string_view key = trim(line.substr(0, at));
    key = key.substr(key.find_last_of(" \t,\"'") + 1);
    if (is_known(key)) return true;
  }
  return false;
}

ExtxyzHeader ExtxyzHeader::read(const LineReader& lines, std::string_view line, const ReadOptions& options,
                                Notes& notes, Structure& frame) {
  ExtxyzHeader header;
  std::optional<Keys> keys = keys_of(lines, line, options.label_keys);
  if (!keys) return header;
  demand_utf8(line, lines.where());
  header.writer = writer_of(*keys);
  if (std::optional<std::string> properties = take(*keys, "Properties")) {
    header.properties = std::move(*properties);
    header.names_columns = true;
  }
  header.units = LabelUnits::take(lines, *keys, notes);
  frame.cell = read_cell(lines, header.units.length, *keys);
  apply_writer(lines, header.writer, *keys, notes, frame.labels);
  read_time(*keys, header.writer, LammpsRunUnits(options.lammps_units), frame);
  read_chosen(lines, options.label_keys, header.units, *keys, notes, frame);
  const bool usual = header.writer != ExtxyzWriter::cp2k && header.writer != ExtxyzWriter::lammps;
  if (usual && options.label_keys.energy.empty()) read_energy(lines, header.units.energy, *keys, frame.labels);
  if (usual && options.label_keys.stress.empty()) read_stress(lines, header.units, *keys, frame.cell, frame.labels);
  from_keys(std::move(*keys), frame);
  note_unread_labels(frame, header.writer, notes);
  return header;
}

}  // namespace vitrion::io
