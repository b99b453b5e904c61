// LAMMPS dump custom, text: any columns, boxes straight, tilted or general, atoms in any order.
#include <algorithm>
#include <array>

#include "vitrion/core/text.hpp"
#include "vitrion/io/atoms.hpp"
#include "vitrion/io/format.hpp"
#include "vitrion/io/lammps.hpp"
#include "vitrion/io/row.hpp"

namespace vitrion::io {
namespace {

enum class Coordinates { unwrapped, scaled_unwrapped, as_is, scaled };

/// What one column is: a number or image flag with its place among those of a row, or something of its own. The x, y
/// and z of a vector are one entry where they follow each other.
struct DumpColumn {
  enum Kind { skipped, id, type, element, number, image, further };
  Kind kind = skipped;
  std::size_t slot = 0;  // of numbers: x y z, vx vy vz, fx fy fz; of image flags: x y z; of further columns: counted
  std::size_t n = 1;
};

/// The columns that "ITEM: ATOMS" names, in order.
struct DumpColumns {
  std::vector<DumpColumn> list;
  std::size_t n_columns = 0;
  std::vector<std::string> further;  // names
  Coordinates coordinates = Coordinates::as_is;
  bool has_ids = false, has_types = false, has_elements = false;
  bool has_images = false, has_velocities = false, has_forces = false;

  DumpColumns() = default;
  DumpColumns(const LineReader& lines, const std::vector<std::string_view>& names);
  bool is_scaled() const { return coordinates == Coordinates::scaled || coordinates == Coordinates::scaled_unwrapped; }
  bool is_unwrapped() const {
    return coordinates == Coordinates::unwrapped || coordinates == Coordinates::scaled_unwrapped;
  }

 private:
  bool find(const std::vector<std::string_view>& names, std::string_view name, DumpColumn column);
  bool find_three(const LineReader& lines, const std::vector<std::string_view>& names, std::string_view before,
                  std::string_view after, DumpColumn::Kind kind, std::size_t slot);
};

bool DumpColumns::find(const std::vector<std::string_view>& names, std::string_view name, DumpColumn column) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return false;
  list[static_cast<std::size_t>(found - names.begin())] = column;
  return true;
}

bool DumpColumns::find_three(const LineReader& lines, const std::vector<std::string_view>& names,
                             std::string_view before, std::string_view after, DumpColumn::Kind kind, std::size_t slot) {
  std::size_t n = 0;
  for (std::size_t k = 0; k < 3; ++k)
    n += find(names, std::string(before) + "xyz"[k] + std::string(after), {kind, slot + k}) ? 1U : 0U;
  if (n == 1 || n == 2)
    lines.fail("columns " + std::string(before) + "x" + std::string(after) + " ... are not complete",
               "A vector needs its x, y and z: dump all three, or none.");
  return n == 3;
}

DumpColumns::DumpColumns(const LineReader& lines, const std::vector<std::string_view>& names)
    : list(names.size()), n_columns(names.size()) {
  const auto three = [&](std::string_view before, std::string_view after, DumpColumn::Kind kind, std::size_t slot) {
    return find_three(lines, names, before, after, kind, slot);
  };
  has_ids = find(names, "id", {DumpColumn::id});
  has_types = find(names, "type", {DumpColumn::type});
  has_elements = find(names, "element", {DumpColumn::element}) || find(names, "typelabel", {DumpColumn::element});
  has_images = three("i", "", DumpColumn::image, 0);
  has_velocities = three("v", "", DumpColumn::number, 3);
  has_forces = three("f", "", DumpColumn::number, 6);
  bool found = false;
  for (const auto& [kind, ending] : {std::pair{Coordinates::unwrapped, "u"},
                                     {Coordinates::scaled_unwrapped, "su"},
                                     {Coordinates::as_is, ""},
                                     {Coordinates::scaled, "s"}}) {
    coordinates = kind;
    found = three("", ending, DumpColumn::number, 0);
    if (found) break;
  }
  if (!found) lines.fail("the dump holds no coordinates", "It needs columns x y z, xs ys zs, xu yu zu or xsu ysu zsu.");
  if (!has_types && !has_elements)
    lines.fail("the dump names neither type nor element of the atoms", "Dump a column type or element.");
  // What is left is kept as it stands, but for coordinates of another kind.
  for (std::size_t c = 0; c < names.size(); ++c) {
    const std::string_view ending = names[c].substr(std::min<std::size_t>(1, names[c].size()));
    const bool coordinate =
        names[c].find_first_of("xyz") == 0 && (ending.empty() || ending == "u" || ending == "s" || ending == "su");
    if (list[c].kind != DumpColumn::skipped || coordinate || names[c] == "typelabel") continue;
    list[c] = {DumpColumn::further, further.size()};
    further.emplace_back(names[c]);
  }
  std::vector<DumpColumn> merged;
  for (const DumpColumn& column : list) {
    const bool follows = column.kind == DumpColumn::number && column.slot % 3 != 0 && !merged.empty() &&
                         merged.back().kind == DumpColumn::number &&
                         column.slot == merged.back().slot + merged.back().n;
    if (follows)
      ++merged.back().n;
    else
      merged.push_back(column);
  }
  list = std::move(merged);
}

class DumpReader final : public FrameReader {
 public:
  DumpReader(const std::filesystem::path& file, const ReadOptions& options)
      : lines_(file), units_(options.lammps_units), notes_(file, options) {}

  std::optional<Structure> next() override {
    Header header;
    if (!read_header(header)) return std::nullopt;
    words_.erase(words_.begin(), words_.begin() + 2);
    const DumpColumns columns(lines_, words_);
    const std::size_t first_line = lines_.line_number();
    Structure frame;
    frame.step = header.step;
    if (header.time && units_.known())
      frame.time = *header.time * units_.values().time;
    else
      frame.unitless_time = header.time;
    frame.cell = make_cell(lines_, header.cell, header.periodic);
    read_atoms(header, columns, frame);
    validate(frame, lines_.file(), first_line);
    sort_by_id(frame);
    return frame;
  }

  bool skip() override {
    Header header;
    if (!read_header(header)) return false;
    for (std::int64_t i = 0; i < header.n; ++i) lines_.require("a frame");
    return true;
  }

 private:
  struct Header {
    std::optional<std::int64_t> step;
    std::optional<double> time;  // in the units of the run
    std::int64_t n = -1;
    bool has_box = false;
    Matrix3 cell = Matrix3::Zero();
    Vector3 origin = Vector3::Zero();
    std::array<bool, 3> periodic{true, true, true};
  };

  bool read_header(Header& header);
  void read_box(Header& header);
  void read_atoms(const Header& header, const DumpColumns& columns, Structure& frame);
  int type_of(std::string_view word) const;
  void store(const DumpColumns& columns, const Vector3& origin, Structure& frame);
  /// The element column says C for every atom unless the user of LAMMPS named elements: types then tell more.
  static void drop_default_elements(Structure& frame, const std::vector<int>& types);

  LineReader lines_;
  LammpsRunUnits units_;
  Notes notes_;
  SymbolTable symbols_;
  std::vector<std::string_view> words_;
  Rows positions_, velocities_, forces_;
  std::vector<int> types_;
};

/// Up to and with the line "ITEM: ATOMS ...", whose words stay in `words_`.
bool DumpReader::read_header(Header& header) {
  std::string_view line;
  bool begun = false;
  while (lines_.next(line)) {
    split_words(line, words_);
    if (words_.empty() && !begun) continue;
    if (words_.size() < 2 || words_[0] != "ITEM:") {
      if (begun) lines_.fail("expected a line that begins with ITEM:");
      lines_.fail("a row follows the last atom of a frame", "NUMBER OF ATOMS of that frame is too small.");
    }
    begun = true;
    const std::string item(words_[1]);
    if (item == "ATOMS") {
      if (header.n < 0) lines_.fail("ITEM: ATOMS before ITEM: NUMBER OF ATOMS");
      if (!header.has_box) lines_.fail("ITEM: ATOMS before ITEM: BOX BOUNDS");
      if (words_.size() == 2)
        lines_.fail("ITEM: ATOMS does not name its columns", "Dumps of LAMMPS before 2010 must be written anew.");
      return true;
    }
    if (item == "BOX") {
      read_box(header);
      continue;
    }
    const std::string_view value = trim(lines_.require("the header of a frame"));
    if (item == "TIMESTEP")
      header.step = lines_.integer(value, "the step");
    else if (item == "NUMBER")
      header.n = lines_.count(value, "the number of atoms");
    else if (item == "UNITS")
      units_.set_named(value, lines_);
    else if (item == "TIME")
      header.time = lines_.number(value, "the time");
    else
      lines_.fail("ITEM: " + item + " is not known");
  }
  if (begun) lines_.require("the header of a frame");
  return false;
}

void DumpReader::read_box(Header& header) {
  const std::vector<std::string> words(words_.begin() + 2, words_.end());
  const bool tilted = std::find(words.begin(), words.end(), "xy") != words.end();
  const bool general = std::find(words.begin(), words.end(), "abc") != words.end();
  std::size_t k = 0;
  for (const std::string& word : words) {
    // Two letters a direction, its lower and upper face: pp, ff, fs, sm, ...
    if (word.size() != 2 || word.find_first_not_of("pfsm") != std::string::npos) continue;
    if (k < 3) header.periodic[k++] = word == "pp";
  }
  LammpsBox box;
  const std::size_t needed = general ? 4 : tilted ? 3 : 2;
  for (int i = 0; i < 3; ++i) {
    split_words(lines_.require("the box"), words_);
    if (words_.size() < needed) lines_.fail("the box needs " + std::to_string(needed) + " numbers in each line");
    const double first = lines_.number(words_[0], "a bound"), second = lines_.number(words_[1], "a bound");
    const double third = needed > 2 ? lines_.number(words_[2], "a tilt") : 0;
    if (general) {
      header.cell.row(i) << first, second, third;
      header.origin[i] = lines_.number(words_[3], "the origin");
      continue;
    }
    box.low[i] = first;
    box.high[i] = second;
    (i == 0 ? box.xy : i == 1 ? box.xz : box.yz) = third;
  }
  header.has_box = true;
  if (general) return;
  // LAMMPS prints the bounds of the box around the tilted cell.
  box.low[0] -= std::min({0.0, box.xy, box.xz, box.xy + box.xz});
  box.high[0] -= std::max({0.0, box.xy, box.xz, box.xy + box.xz});
  box.low[1] -= std::min(0.0, box.yz);
  box.high[1] -= std::max(0.0, box.yz);
  for (int i = 0; i < 3; ++i)
    if (!(box.high[i] > box.low[i])) lines_.fail(std::string("the box has no extent along ") + "xyz"[i]);
  header.cell = box.matrix();
  header.origin = box.low;
}

int DumpReader::type_of(std::string_view word) const {
  const auto type = static_cast<int>(lines_.count(word, "the type"));
  if (type < 1) lines_.fail("a type is 0; LAMMPS counts them from 1");
  return type - 1;
}

void DumpReader::drop_default_elements(Structure& frame, const std::vector<int>& types) {
  if (types.size() != frame.size() || types.empty()) return;
  const auto [least, most] = std::minmax_element(types.begin(), types.end());
  static const Species carbon = Species::element("C");
  if (*least == *most ||
      !std::all_of(frame.species.begin(), frame.species.end(), [](Species s) { return s == carbon; }))
    return;
  for (std::size_t i = 0; i < types.size(); ++i) frame.species[i] = Species::type(types[i]);
}

void DumpReader::read_atoms(const Header& header, const DumpColumns& columns, Structure& frame) {
  for (Rows* rows : {&positions_, &velocities_, &forces_}) rows->clear();
  types_.clear();
  std::vector<AtomColumn> further(columns.further.size());
  frame.species.reserve(static_cast<std::size_t>(std::min<std::int64_t>(header.n, 1 << 16)));
  std::array<double, 9> x{};
  std::array<int, 3> image{};
  for (std::int64_t i = 0; i < header.n; ++i) {
    const std::string_view line = lines_.require("a frame");
    if (line.starts_with("ITEM:"))
      lines_.fail("the frame holds " + std::to_string(i) + " atoms, its header says " + std::to_string(header.n),
                  "An atom was lost, or the file was cut there. Repair it, or leave the frame out with --frames.");
    Row row(lines_, line, columns.n_columns);
    for (const DumpColumn& column : columns.list) {
      switch (column.kind) {
        case DumpColumn::skipped:
          row.word();
          break;
        case DumpColumn::id:
          frame.ids.push_back(row.integer("the id"));
          break;
        case DumpColumn::type:
          types_.push_back(type_of(row.word()));
          break;
        case DumpColumn::element:
          frame.species.push_back(symbols_.find(row.word(), lines_));
          break;
        case DumpColumn::number:
          row.numbers(&x[column.slot], column.n,
                      column.slot < 3   ? "a coordinate"
                      : column.slot < 6 ? "a velocity"
                                        : "a force");
          break;
        case DumpColumn::image:
          image[column.slot] = image_flag(lines_, row.word());
          break;
        case DumpColumn::further:
          further[column.slot].values.push_back(row.text(1));
          break;
      }
    }
    row.finish();
    std::copy_n(&x[0], 3, positions_.add());
    if (columns.has_velocities) std::copy_n(&x[3], 3, velocities_.add());
    if (columns.has_forces) std::copy_n(&x[6], 3, forces_.add());
    if (columns.has_images) frame.images.push_back(image);
    if (!columns.has_elements) frame.species.push_back(Species::type(types_.back()));
  }
  for (std::size_t c = 0; c < further.size(); ++c) {
    further[c].type = column_type(further[c].values);
    frame.columns.emplace(columns.further[c], std::move(further[c]));
  }
  store(columns, header.origin, frame);
}

/// What the rows held, in our units and from the corner of the box.
void DumpReader::store(const DumpColumns& columns, const Vector3& origin, Structure& frame) {
  if (columns.has_elements) drop_default_elements(frame, types_);
  frame.positions = positions_.positions();
  if (columns.is_scaled())
    frame.positions = (frame.positions * frame.cell.matrix()).eval();
  else
    frame.positions.rowwise() -= origin.transpose();
  if (!units_.known() && (columns.has_velocities || columns.has_forces))
    notes_.add(
        "velocities and forces are read in units metal (Å/ps, eV/Å): the dump does not name its units. If they are "
        "others, say --units real.");
  if (columns.has_velocities) frame.velocities = units_.values().velocity * velocities_.positions();
  if (columns.has_forces) frame.labels.forces = units_.values().force * forces_.positions();
  store_origin(frame, origin);
  frame.wrapping = columns.is_unwrapped() ? Wrapping::unwrapped : Wrapping::unknown;
  if (!columns.is_unwrapped() && !frame.images.empty()) frame.wrapping = Wrapping::wrapped;
}

/// The name of a further column, told from LAMMPS's own ones.
std::string further_name(const std::string& name) {
  for (const std::string_view own :
       {"id",  "type", "element", "typelabel", "x",  "y",  "z",  "xs", "ys", "zs", "xu", "yu", "zu",
        "xsu", "ysu",  "zsu",     "ix",        "iy", "iz", "vx", "vy", "vz", "fx", "fy", "fz"})
    if (name == own) return "v_" + name;
  return name;
}

class DumpWriter final : public FrameWriter {
 public:
  DumpWriter(const std::filesystem::path& file, const WriteOptions& options) : out_(file), types_(options.species) {}

  void write(const Structure& frame) override {
    types_.prepare(frame);
    LammpsFrame turned = to_lammps(frame, false);
    sort_by_id(turned.structure);
    write_header(turned);
    write_atoms(turned);
    ++n_;
  }
  void close() override { out_.close(); }

 private:
  void write_header(const LammpsFrame& frame);
  void write_atoms(const LammpsFrame& frame);

  OutputFile out_;
  TypeNumbers types_;
  std::int64_t n_ = 0;
};

void DumpWriter::write_header(const LammpsFrame& frame) {
  const Structure& s = frame.structure;
  if (n_ == 0) out_.text("ITEM: UNITS\nmetal\n");
  if (s.time) {
    out_.text("ITEM: TIME\n");
    out_.number(*s.time / LammpsUnits::metal().time);
    out_.text('\n');
  }
  out_.text("ITEM: TIMESTEP\n");
  out_.number(s.step.value_or(n_));
  out_.text("\nITEM: NUMBER OF ATOMS\n");
  out_.number(static_cast<std::int64_t>(s.size()));
  const Matrix3& m = s.cell.matrix();
  const double xy = m(1, 0), xz = m(2, 0), yz = m(2, 1);
  const bool tilted = xy != 0 || xz != 0 || yz != 0;
  out_.text(tilted ? "\nITEM: BOX BOUNDS xy xz yz" : "\nITEM: BOX BOUNDS");
  for (const bool periodic : s.cell.periodic()) out_.text(periodic ? " pp" : " ff");
  out_.text('\n');
  const Vector3 least(std::min({0.0, xy, xz, xy + xz}), std::min(0.0, yz), 0);
  const Vector3 most(std::max({0.0, xy, xz, xy + xz}), std::max(0.0, yz), 0);
  const Vector3 tilts(xy, xz, yz);
  for (int k = 0; k < 3; ++k) {
    out_.number(frame.origin[k] + least[k]);
    out_.text(' ');
    out_.number(frame.origin[k] + m(k, k) + most[k]);
    if (tilted) {
      out_.text(' ');
      out_.number(tilts[k]);
    }
    out_.text('\n');
  }
}

void DumpWriter::write_atoms(const LammpsFrame& frame) {
  const Structure& s = frame.structure;
  const bool unwrapped = s.wrapping == Wrapping::unwrapped;
  const bool named = types_.species().empty() || types_.species().front().is_element();
  out_.text("ITEM: ATOMS id type");
  if (named) out_.text(" element");
  out_.text(unwrapped ? " xu yu zu" : " x y z");
  if (!s.images.empty()) out_.text(" ix iy iz");
  if (s.has_velocities()) out_.text(" vx vy vz");
  if (s.labels.has_forces()) out_.text(" fx fy fz");
  for (const auto& [name, column] : s.columns)
    for (std::size_t k = 1; k <= column.width; ++k)
      out_.text(" " + further_name(name) + (column.width == 1 ? "" : "[" + std::to_string(k) + "]"));
  out_.text('\n');
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    out_.number(s.ids.empty() ? static_cast<std::int64_t>(i) + 1 : s.ids[i]);
    out_.text(' ');
    out_.number(static_cast<std::int64_t>(types_.of(s.species[i])) + 1);
    if (named) out_.text(" " + s.species[i].name());
    write_row(out_, s.positions.row(row) + frame.origin.transpose());
    if (!s.images.empty())
      for (const int k : s.images[i]) {
        out_.text(' ');
        out_.number(static_cast<std::int64_t>(k));
      }
    if (s.has_velocities()) write_row(out_, s.velocities.row(row) / LammpsUnits::metal().velocity);
    if (s.labels.has_forces()) write_row(out_, s.labels.forces.row(row));
    for (const auto& [name, column] : s.columns) {
      out_.text(' ');
      out_.text(column.values[i]);
    }
    out_.text('\n');
  }
}

}  // namespace

Format lammps_dump_format() {
  FormatContent content;
  content.forces = content.velocities = content.ids = content.images = content.time = true;
  content.columns = {"*"};
  return {{"dump", "LAMMPS dump custom (text)", {"*.lammpstrj", "*.dump", "dump.*"}, true, content},
          [](std::string_view head) { return trim(head).starts_with("ITEM:"); },
          open_as<DumpReader>,
          create_as<DumpWriter>};
}

}  // namespace vitrion::io
