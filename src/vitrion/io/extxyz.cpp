// Reads extended XYZ as ASE writes it: one comment line of key=value pairs, columns named by Properties.
#include <algorithm>
#include <array>
#include <cmath>

#include "vitrion/core/text.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/io/atoms.hpp"
#include "vitrion/io/extxyz.hpp"
#include "vitrion/io/extxyz_keys.hpp"
#include "vitrion/io/row.hpp"

namespace vitrion::io {
namespace {

using Keys = std::map<std::string, std::string>;

using Field = ExtxyzField;

/// An XYZ file whose second line is free text.
bool is_plain(std::string_view second_line) {
  return second_line.find("Properties=") == std::string_view::npos &&
         second_line.find("Lattice=") == std::string_view::npos;
}

std::optional<std::string> take(Keys& keys, const std::string& key) {
  const auto found = keys.find(key);
  if (found == keys.end()) return std::nullopt;
  std::string value = std::move(found->second);
  keys.erase(found);
  return value;
}

std::vector<double> numbers_of(const LineReader& lines, const std::string& key, const std::string& text) {
  std::string plain = text;
  for (char& c : plain)
    if (c == '[' || c == ']' || c == ',') c = ' ';
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

Cell read_cell(const LineReader& lines, Keys& keys) {
  const std::optional<std::string> lattice = take(keys, "Lattice");
  std::array<bool, 3> periodic;
  periodic.fill(lattice.has_value());
  if (const std::optional<std::string> pbc = take(keys, "pbc")) {
    std::string plain = *pbc;
    for (char& c : plain)
      if (c == '[' || c == ']' || c == ',') c = ' ';
    const std::vector<std::string_view> words = split_words(plain);
    if (words.size() != 3 && words.size() != 1) lines.fail("pbc must be three of T and F, not \"" + *pbc + "\"");
    for (std::size_t k = 0; k < 3; ++k) {
      const std::string_view word = words.size() == 1 ? words[0] : words[k];
      const bool yes = word == "T" || word == "True" || word == "true" || word == "1";
      if (!yes && word != "F" && word != "False" && word != "false" && word != "0")
        lines.fail("pbc must be three of T and F, not \"" + *pbc + "\"");
      periodic[k] = yes;
    }
  }
  Matrix3 matrix = Matrix3::Zero();
  if (lattice) {
    const std::vector<double> v = numbers_of(lines, "Lattice", *lattice);
    if (v.size() != 9) lines.fail("Lattice holds " + std::to_string(v.size()) + " numbers, not 9");
    matrix = Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(v.data());
  }
  return make_cell(lines, matrix, periodic);
}

void read_energy(const LineReader& lines, Keys& keys, Labels& labels) {
  // What is not read stays in info, so that nothing is lost and the choice can be seen.
  constexpr std::array<const char*, 4> names{"REF_energy", "free_energy", "energy", "Energy"};
  for (const char* name : names) {
    const auto found = keys.find(name);
    if (found == keys.end()) continue;
    labels.energy = lines.number(found->second, name);
    if (found->first == "free_energy") {
      labels.energy_kind = EnergyKind::free;
      const auto other = keys.find("energy");
      if (other != keys.end() && parse_double(other->second) == labels.energy) keys.erase(other);
    }
    keys.erase(name);
    return;
  }
}

void read_stress(const LineReader& lines, Keys& keys, const Cell& cell, Labels& labels) {
  std::optional<Matrix3> from_virial;
  for (const char* name : {"REF_virial", "REF_virials", "virial", "virials"}) {
    const std::optional<std::string> text = from_virial ? std::nullopt : take(keys, name);
    if (!text) continue;
    const Matrix3 virial = tensor_of(lines, name, *text);
    if (!cell.has_volume()) lines.fail(std::string(name) + " is given without a cell that has a volume");
    from_virial = -virial / cell.volume();
  }
  for (const char* name : {"REF_stress", "stress"}) {
    const std::optional<std::string> text = labels.stress ? std::nullopt : take(keys, name);
    if (text) labels.stress = tensor_of(lines, name, *text);
  }
  if (labels.stress && from_virial &&
      (*labels.stress - *from_virial).norm() > 1e-3 * std::max(labels.stress->norm(), from_virial->norm()) + 1e-6)
    lines.fail("stress and virial contradict each other",
               "virial (eV) must be -volume * stress (eV/Å^3, tension positive). Remove the wrong one.");
  if (!labels.stress) labels.stress = from_virial;
}

class ExtxyzReader final : public FrameReader {
 public:
  explicit ExtxyzReader(const std::filesystem::path& file) : lines_(file) {}

  std::optional<Structure> next() override {
    const std::optional<std::int64_t> n = read_count();
    if (!n) return std::nullopt;
    const std::size_t first_line = lines_.line_number();
    const std::string_view second = lines_.require("a frame");
    const bool plain = is_plain(second);
    Keys keys = plain ? Keys{} : parse_keys(lines_, second);
    std::string properties = take(keys, "Properties").value_or("species:S:1:pos:R:3");
    if (properties != properties_ || layout_.columns.empty()) {
      layout_ = ExtxyzLayout::parse(lines_, properties);
      properties_ = std::move(properties);
    }
    Structure frame;
    frame.cell = read_cell(lines_, keys);
    read_energy(lines_, keys, frame.labels);
    read_stress(lines_, keys, frame.cell, frame.labels);
    from_keys(std::move(keys), frame);
    read_atoms(*n, plain, frame);
    validate(frame, lines_.file(), first_line);
    return frame;
  }

  bool skip() override {
    const std::optional<std::int64_t> n = read_count();
    if (!n) return false;
    for (std::int64_t i = 0; i <= *n; ++i) lines_.require("a frame");
    return true;
  }

 private:
  std::optional<std::int64_t> read_count() {
    std::string_view line;
    do {
      if (!lines_.next(line)) return std::nullopt;
    } while (trim(line).empty());
    return lines_.count(trim(line), "the number of atoms");
  }

  void read_atoms(std::int64_t n, bool plain, Structure& frame);
  void read_row(Row& row, Structure& frame);
  void momenta_to_velocities(Structure& frame) const;

  LineReader lines_;
  SymbolTable symbols_;
  std::string properties_;  // what layout_ was made of
  ExtxyzLayout layout_;
  std::vector<AtomColumn*> further_;  // into the frame being read, one for each further column
  Rows positions_, forces_, velocities_;
};

void ExtxyzReader::read_row(Row& row, Structure& frame) {
  const auto add = [&](Rows& rows, std::string_view what) { row.numbers(rows.add(), 3, what); };
  auto further = further_.begin();
  for (const ExtxyzColumn& column : layout_.columns) {
    switch (column.field) {
      case Field::further:
        (*further++)->values.push_back(row.text(column.width));
        break;
      case Field::symbol:
        frame.species.push_back(symbols_.find(row.word(), lines_));
        break;
      case Field::number:
      case Field::type: {
        const auto value = static_cast<int>(lines_.count(row.word(), "the species"));
        with_location(lines_.where(), [&] {
          frame.species.push_back(column.field == Field::number ? Species::element(value) : Species::type(value));
        });
        break;
      }
      case Field::id:
        frame.ids.push_back(row.integer("the id"));
        break;
      case Field::position:
        add(positions_, "a coordinate");
        break;
      case Field::force:
        add(forces_, "a force");
        break;
      case Field::momentum:
      case Field::velocity:
        add(velocities_, "a velocity");
        break;
      case Field::image: {
        std::array<int, 3> image{};
        for (int& k : image) k = image_flag(lines_, row.word());
        frame.images.push_back(image);
        break;
      }
      case Field::atomic_energy:
        frame.labels.atomic_energies.push_back(row.number("the atomic energy"));
        break;
    }
  }
}

void ExtxyzReader::read_atoms(std::int64_t n, bool plain, Structure& frame) {
  positions_.clear();
  forces_.clear();
  velocities_.clear();
  further_.clear();
  for (const ExtxyzColumn& column : layout_.columns)
    if (column.field == Field::further)
      further_.push_back(
          &frame.columns.insert_or_assign(column.name, AtomColumn{column.type, column.width, {}}).first->second);
  frame.species.reserve(static_cast<std::size_t>(std::min<std::int64_t>(n, 1 << 16)));
  const std::string what = "a frame of " + std::to_string(n) + " atoms";
  for (std::int64_t i = 0; i < n; ++i) {
    Row row(lines_, lines_.require(what), layout_.n_words);
    read_row(row, frame);
    if (!plain) row.finish();
  }
  frame.positions = positions_.positions();
  frame.labels.forces = forces_.positions();
  frame.velocities = velocities_.positions();
  if (layout_.has(Field::momentum)) momenta_to_velocities(frame);
}

/// ASE's unit of time makes u Å^2 / t^2 one eV.
void ExtxyzReader::momenta_to_velocities(Structure& frame) const {
  const double unit = std::sqrt(units::u_A2_per_fs2_in_eV);
  const auto masses = frame.columns.find("masses");
  for (std::size_t i = 0; i < frame.size(); ++i) {
    double mass = 0;
    if (masses != frame.columns.end())
      mass = lines_.number(masses->second.values[i], "the mass");
    else
      with_location(lines_.where(), [&] { mass = frame.species[i].mass(); });
    if (!(mass > 0)) lines_.fail("a momentum is given for an atom without mass");
    frame.velocities.row(static_cast<Eigen::Index>(i)) /= mass * unit;
  }
}

bool looks_like_extxyz(std::string_view head) {
  const std::size_t end = head.find('\n');
  if (end == std::string_view::npos) return false;
  const auto n = parse_integer(trim(head.substr(0, end)));
  if (!n || *n < 0) return false;
  const std::string_view second = head.substr(end + 1, head.find('\n', end + 1) - end - 1);
  if (!is_plain(second)) return true;
  // The third line is a symbol and three numbers.
  const std::size_t third = std::min(head.size(), end + 2 + second.size());
  const auto words = split_words(head.substr(third, head.find('\n', third) - third));
  return words.size() >= 4 && !parse_double(words[0]) && parse_double(words[1]) && parse_double(words[2]) &&
         parse_double(words[3]);
}

}  // namespace

Format extxyz_format() {
  FormatContent content;
  content.types = false;
  content.energy = content.forces = content.stress = content.velocities = true;
  content.ids = content.images = content.time = content.further = true;
  content.columns = {"*"};
  return {{"extxyz",
           "extended XYZ (ASE): energies, forces, stresses, any further keys and columns",
           {"*.extxyz", "*.xyz"},
           true,
           content},
          looks_like_extxyz,
          open_as<ExtxyzReader>,
          create_extxyz};
}

}  // namespace vitrion::io
