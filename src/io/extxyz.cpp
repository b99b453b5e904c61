// Extended XYZ, as ASE reads and writes it: one comment line of key=value pairs, columns named by Properties.
#include <array>
#include <cmath>

#include "core/text.hpp"
#include "core/units.hpp"
#include "io/atoms.hpp"
#include "io/extxyz_keys.hpp"
#include "io/format.hpp"

namespace vitrion::io {
namespace {

using Keys = std::map<std::string, std::string>;

enum class Field { ignored, symbol, number, type, id, position, force, momentum, velocity, mass, image, atomic_energy };

struct Column {
  Field field;
  std::size_t first, width;
};

struct Layout {
  std::vector<Column> columns;
  std::size_t words = 0;

  bool has(Field field) const {
    for (const Column& c : columns)
      if (c.field == field) return true;
    return false;
  }
};

struct FieldName {
  std::string_view name;
  Field field;
  std::size_t width;
};

// Where a quantity has several names the first of them that is present is read, e.g. REF_forces before forces.
constexpr std::array<FieldName, 19> field_names{{
    {"species", Field::symbol, 1},
    {"symbols", Field::symbol, 1},
    {"Z", Field::number, 1},
    {"numbers", Field::number, 1},
    {"type", Field::type, 1},
    {"id", Field::id, 1},
    {"pos", Field::position, 3},
    {"positions", Field::position, 3},
    {"REF_forces", Field::force, 3},
    {"forces", Field::force, 3},
    {"force", Field::force, 3},
    {"momenta", Field::momentum, 3},
    {"vel", Field::velocity, 3},
    {"velo", Field::velocity, 3},
    {"velocities", Field::velocity, 3},
    {"masses", Field::mass, 1},
    {"images", Field::image, 3},
    {"energies", Field::atomic_energy, 1},
    {"local_energy", Field::atomic_energy, 1},
}};

Layout parse_properties(const LineReader& lines, const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ':')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  if (parts.size() % 3 != 0) lines.fail("Properties is not a list of name:type:width: " + text);
  Layout layout;
  std::vector<std::size_t> rank;  // of each column's name in field_names
  for (std::size_t p = 0; p < parts.size(); p += 3) {
    const std::int64_t width = lines.count(parts[p + 2], "the width of column " + parts[p]);
    if (width < 1 || width > 1000) lines.fail("column " + parts[p] + " cannot be " + parts[p + 2] + " wide");
    Column column{Field::ignored, layout.words, static_cast<std::size_t>(width)};
    std::size_t name = 0;
    while (name < field_names.size() && field_names[name].name != parts[p]) ++name;
    if (name < field_names.size()) {
      column.field = field_names[name].field;
      if (field_names[name].width != column.width)
        lines.fail("column " + parts[p] + " must be " + std::to_string(field_names[name].width) + " wide, not " +
                   parts[p + 2]);
    }
    for (std::size_t c = 0; c < layout.columns.size(); ++c) {
      if (column.field == Field::ignored || layout.columns[c].field != column.field) continue;
      (rank[c] < name ? column.field : layout.columns[c].field) = Field::ignored;
    }
    layout.columns.push_back(column);
    rank.push_back(name);
    layout.words += column.width;
  }
  if (!layout.has(Field::position)) lines.fail("Properties names no column pos");
  if (!layout.has(Field::symbol) && !layout.has(Field::number) && !layout.has(Field::type))
    lines.fail("Properties names no column species");
  return layout;
}

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
    const Layout layout = parse_properties(lines_, take(keys, "Properties").value_or("species:S:1:pos:R:3"));
    Structure frame;
    frame.cell = read_cell(lines_, keys);
    read_energy(lines_, keys, frame.labels);
    read_stress(lines_, keys, frame.cell, frame.labels);
    from_keys(std::move(keys), frame);
    read_atoms(*n, layout, plain, frame);
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

  void read_atoms(std::int64_t n, const Layout& layout, bool plain, Structure& frame);
  void read_row(const Layout& layout, Structure& frame);
  Species species_of(const Layout& layout, std::size_t symbol, std::size_t number, std::size_t type);

  LineReader lines_;
  SymbolTable symbols_;
  std::vector<std::string_view> words_;
  Rows positions_, forces_, velocities_;
  std::vector<double> masses_;
};

void ExtxyzReader::read_row(const Layout& layout, Structure& frame) {
  const auto add = [&](Rows& rows, std::size_t first, std::string_view what) {
    rows.add(lines_.number(words_[first], what), lines_.number(words_[first + 1], what),
             lines_.number(words_[first + 2], what));
  };
  bool named = false;
  for (const Column& column : layout.columns) {
    const std::string_view word = words_[column.first];
    switch (column.field) {
      case Field::ignored:
        break;
      case Field::symbol:
        frame.species.push_back(symbols_.find(word, lines_));
        named = true;
        break;
      case Field::number:
      case Field::type:
        break;  // below: only where no symbol stands
      case Field::id:
        frame.ids.push_back(lines_.integer(word, "the id"));
        break;
      case Field::position:
        add(positions_, column.first, "a coordinate");
        break;
      case Field::force:
        add(forces_, column.first, "a force");
        break;
      case Field::momentum:
      case Field::velocity:
        add(velocities_, column.first, "a velocity");
        break;
      case Field::mass:
        masses_.push_back(lines_.number(word, "the mass"));
        break;
      case Field::image: {
        std::array<int, 3> image{};
        for (std::size_t k = 0; k < 3; ++k) image[k] = image_flag(lines_, words_[column.first + k]);
        frame.images.push_back(image);
        break;
      }
      case Field::atomic_energy:
        frame.labels.atomic_energies.push_back(lines_.number(word, "the atomic energy"));
        break;
    }
  }
  if (named) return;
  for (const Field field : {Field::number, Field::type})
    for (const Column& column : layout.columns) {
      if (named || column.field != field) continue;
      const auto value = static_cast<int>(lines_.count(words_[column.first], "the species"));
      with_location(lines_.where(), [&] {
        frame.species.push_back(field == Field::number ? Species::element(value) : Species::type(value));
      });
      named = true;
    }
}

void ExtxyzReader::read_atoms(std::int64_t n, const Layout& layout, bool plain, Structure& frame) {
  positions_.clear();
  forces_.clear();
  velocities_.clear();
  masses_.clear();
  frame.species.reserve(static_cast<std::size_t>(std::min<std::int64_t>(n, 1 << 16)));
  const std::string what = "a frame of " + std::to_string(n) + " atoms";
  for (std::int64_t i = 0; i < n; ++i) {
    split_words(lines_.require(what), words_);
    if (words_.size() < layout.words || (words_.size() > layout.words && !plain))
      lines_.fail("atom " + std::to_string(i + 1) + " has " + std::to_string(words_.size()) + " columns, Properties " +
                      std::to_string(layout.words),
                  "The frame is cut or the number of atoms in its first line is wrong.");
    read_row(layout, frame);
  }
  frame.positions = positions_.positions();
  frame.labels.forces = forces_.positions();
  frame.velocities = velocities_.positions();
  if (!layout.has(Field::momentum) || layout.has(Field::velocity)) return;
  // ASE's unit of time makes u Å^2 / t^2 one eV.
  const double unit = std::sqrt(units::u_A2_per_fs2_in_eV);
  for (std::size_t i = 0; i < frame.size(); ++i) {
    double mass = masses_.empty() ? 0 : masses_[i];
    if (masses_.empty()) with_location(lines_.where(), [&] { mass = frame.species[i].mass(); });
    if (!(mass > 0)) lines_.fail("a momentum is given for an atom without mass");
    frame.velocities.row(static_cast<Eigen::Index>(i)) /= mass * unit;
  }
}

class ExtxyzWriter final : public FrameWriter {
 public:
  ExtxyzWriter(const std::filesystem::path& file, const WriteOptions&) : out_(file) {}

  void write(const Structure& frame) override {
    out_.number(static_cast<std::int64_t>(frame.size()));
    out_.text('\n');
    write_header(frame);
    for (std::size_t i = 0; i < frame.size(); ++i) write_atom(frame, i);
  }
  void close() override { out_.close(); }

 private:
  void write_header(const Structure& frame);
  void write_atom(const Structure& frame, std::size_t i);
  void write_tensor(const char* key, const Matrix3& m) {
    out_.text(key);
    for (int i = 0; i < 9; ++i) {
      if (i > 0) out_.text(' ');
      out_.number(m(i / 3, i % 3));
    }
    out_.text("\" ");
  }

  OutputFile out_;
};

void ExtxyzWriter::write_header(const Structure& frame) {
  const bool in_cell = !frame.cell.matrix().isZero(0);
  if (in_cell) write_tensor("Lattice=\"", frame.cell.matrix());
  out_.text("Properties=species:S:1:pos:R:3");
  if (frame.labels.has_forces()) out_.text(":forces:R:3");
  if (frame.has_velocities()) out_.text(":vel:R:3");
  if (!frame.ids.empty()) out_.text(":id:I:1");
  if (!frame.images.empty()) out_.text(":images:I:3");
  if (!frame.labels.atomic_energies.empty()) out_.text(":energies:R:1");
  Keys keys = to_keys(frame);
  if (frame.labels.energy) {
    const bool free = frame.labels.energy_kind == EnergyKind::free;
    const bool other = free && keys.contains("energy");  // e.g. the energy for sigma -> 0 of the same run
    if (free) {
      keys.erase("energy_kind");
      out_.text(" free_energy=");
      out_.number(*frame.labels.energy);
    }
    if (!other) {
      out_.text(" energy=");
      out_.number(*frame.labels.energy);
      keys.erase("energy");
    }
  }
  out_.text(' ');
  if (frame.labels.stress) write_tensor("stress=\"", *frame.labels.stress);
  for (const auto& [key, value] : keys) {
    out_.text(quoted(key));
    out_.text('=');
    out_.text(quoted(value));
    out_.text(' ');
  }
  out_.text("pbc=\"");
  for (std::size_t k = 0; k < 3; ++k) {
    if (k > 0) out_.text(' ');
    out_.text(frame.cell.periodic()[k] ? 'T' : 'F');
  }
  out_.text("\"\n");
}

void ExtxyzWriter::write_atom(const Structure& frame, std::size_t i) {
  const auto row = static_cast<Eigen::Index>(i);
  out_.text(frame.species[i].name());
  write_row(out_, frame.positions.row(row));
  if (frame.labels.has_forces()) write_row(out_, frame.labels.forces.row(row));
  if (frame.has_velocities()) write_row(out_, frame.velocities.row(row));
  const auto integer = [&](std::int64_t value) {
    out_.text(' ');
    out_.number(value);
  };
  if (!frame.ids.empty()) integer(frame.ids[i]);
  if (!frame.images.empty())
    for (const int k : frame.images[i]) integer(k);
  if (!frame.labels.atomic_energies.empty()) {
    out_.text(' ');
    out_.number(frame.labels.atomic_energies[i]);
  }
  out_.text('\n');
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
  return {{"extxyz",
           "extended XYZ (ASE): energies, forces, stresses, any further keys",
           {"*.extxyz", "*.xyz"},
           true,
           content},
          looks_like_extxyz,
          open_as<ExtxyzReader>,
          create_as<ExtxyzWriter>};
}

}  // namespace vitrion::io
