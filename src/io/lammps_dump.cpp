// LAMMPS dump custom, text: any columns, boxes straight, tilted or general, atoms in any order.
#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "io/atoms.hpp"
#include "io/format.hpp"
#include "io/lammps.hpp"

namespace vitrion::io {
namespace {

enum class Coordinates { unwrapped, scaled_unwrapped, as_is, scaled };

/// Which column holds what; -1: none does.
struct DumpColumns {
  std::size_t n = 0;
  int id = -1, type = -1, element = -1;
  Coordinates coordinates = Coordinates::as_is;
  std::array<int, 3> x{-1, -1, -1}, image{-1, -1, -1}, velocity{-1, -1, -1}, force{-1, -1, -1};

  static DumpColumns of(const LineReader& lines, const std::vector<std::string_view>& words);
  bool is_scaled() const { return coordinates == Coordinates::scaled || coordinates == Coordinates::scaled_unwrapped; }
  bool is_unwrapped() const {
    return coordinates == Coordinates::unwrapped || coordinates == Coordinates::scaled_unwrapped;
  }
};

DumpColumns DumpColumns::of(const LineReader& lines, const std::vector<std::string_view>& words) {
  const auto at = [&](std::string_view name) {
    const auto found = std::find(words.begin() + 2, words.end(), name);
    return found == words.end() ? -1 : static_cast<int>(found - words.begin()) - 2;
  };
  const auto three = [&](std::string_view before, std::string_view after) {
    std::array<int, 3> c{};
    for (std::size_t k = 0; k < 3; ++k) c[k] = at(std::string(before) + "xyz"[k] + std::string(after));
    const auto missing = std::count(c.begin(), c.end(), -1);
    if (missing == 1 || missing == 2)
      lines.fail("columns " + std::string(before) + "x" + std::string(after) + " ... are not complete");
    return c;
  };
  DumpColumns columns;
  columns.n = words.size() - 2;
  columns.id = at("id");
  columns.type = at("type");
  columns.element = at("element") >= 0 ? at("element") : at("typelabel");
  columns.image = three("i", "");
  columns.velocity = three("v", "");
  columns.force = three("f", "");
  for (const auto& [kind, ending] : {std::pair{Coordinates::unwrapped, "u"},
                                     {Coordinates::scaled_unwrapped, "su"},
                                     {Coordinates::as_is, ""},
                                     {Coordinates::scaled, "s"}}) {
    columns.coordinates = kind;
    columns.x = three("", ending);
    if (columns.x[0] >= 0) break;
  }
  if (columns.x[0] < 0)
    lines.fail("the dump holds no coordinates", "It needs columns x y z, xs ys zs, xu yu zu or xsu ysu zsu.");
  if (columns.type < 0 && columns.element < 0) lines.fail("the dump names neither type nor element of the atoms");
  return columns;
}

class DumpReader final : public FrameReader {
 public:
  explicit DumpReader(const std::filesystem::path& file) : lines_(file) {}

  std::optional<Structure> next() override {
    Header header;
    if (!read_header(header)) return std::nullopt;
    const DumpColumns columns = DumpColumns::of(lines_, words_);
    const std::size_t first_line = lines_.line_number();
    Structure frame;
    frame.step = header.step;
    frame.time = header.time;
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
    std::optional<double> time;  // fs
    std::int64_t n = -1;
    bool has_box = false;
    Matrix3 cell = Matrix3::Zero();
    Vector3 origin = Vector3::Zero();
    std::array<bool, 3> periodic{true, true, true};
  };

  bool read_header(Header& header);
  void read_box(Header& header);
  void read_atoms(const Header& header, const DumpColumns& columns, Structure& frame);
  void read_species(const DumpColumns& columns, Structure& frame);
  /// The element column says C for every atom unless the user of LAMMPS named elements: types then tell more.
  static void drop_default_elements(Structure& frame, const std::vector<int>& types);

  LineReader lines_;
  LammpsUnits units_;
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
      units_ = LammpsUnits::named(value, lines_);
    else if (item == "TIME")
      header.time = lines_.number(value, "the time") * units_.time;
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

void DumpReader::read_species(const DumpColumns& columns, Structure& frame) {
  int type = -1;
  if (columns.type >= 0) {
    type = static_cast<int>(lines_.count(words_[static_cast<std::size_t>(columns.type)], "the type")) - 1;
    if (type < 0) lines_.fail("a type is 0; LAMMPS counts them from 1");
    types_.push_back(type);
  }
  frame.species.push_back(columns.element >= 0
                              ? symbols_.find(words_[static_cast<std::size_t>(columns.element)], lines_)
                              : Species::type(type));
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
  positions_.clear();
  velocities_.clear();
  forces_.clear();
  types_.clear();
  const auto add = [&](Rows& rows, const std::array<int, 3>& at, double factor, std::string_view what) {
    if (at[0] < 0) return;
    const auto value = [&](int c) { return factor * lines_.number(words_[static_cast<std::size_t>(c)], what); };
    rows.add(value(at[0]), value(at[1]), value(at[2]));
  };
  const auto n_reserved = static_cast<std::size_t>(std::min<std::int64_t>(header.n, 1 << 16));
  frame.species.reserve(n_reserved);
  for (std::int64_t i = 0; i < header.n; ++i) {
    split_words(lines_.require("a frame"), words_);
    if (words_.size() != columns.n) {
      if (!words_.empty() && words_[0] == "ITEM:")
        lines_.fail("the frame holds " + std::to_string(i) + " atoms, its header says " + std::to_string(header.n),
                    "An atom was lost, or the file was cut there. Repair it, or leave the frame out with --frames.");
      lines_.fail("atom " + std::to_string(i + 1) + " has " + std::to_string(words_.size()) + " columns, ITEM: ATOMS " +
                  std::to_string(columns.n));
    }
    if (columns.id >= 0) frame.ids.push_back(lines_.integer(words_[static_cast<std::size_t>(columns.id)], "the id"));
    read_species(columns, frame);
    add(positions_, columns.x, 1.0, "a coordinate");
    add(velocities_, columns.velocity, units_.velocity, "a velocity");
    add(forces_, columns.force, units_.force, "a force");
    if (columns.image[0] >= 0) {
      std::array<int, 3> image{};
      for (std::size_t k = 0; k < 3; ++k)
        image[k] = image_flag(lines_, words_[static_cast<std::size_t>(columns.image[k])]);
      frame.images.push_back(image);
    }
  }
  if (columns.element >= 0) drop_default_elements(frame, types_);
  frame.positions = positions_.positions();
  frame.velocities = velocities_.positions();
  frame.labels.forces = forces_.positions();
  if (columns.is_scaled())
    frame.positions = (frame.positions * frame.cell.matrix()).eval();
  else
    frame.positions.rowwise() -= header.origin.transpose();
  store_origin(frame, header.origin);
  frame.wrapping = columns.is_unwrapped() ? Wrapping::unwrapped : Wrapping::unknown;
  if (!columns.is_unwrapped() && !frame.images.empty()) frame.wrapping = Wrapping::wrapped;
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
    out_.text('\n');
  }
}

}  // namespace

Format lammps_dump_format() {
  FormatContent content;
  content.forces = content.velocities = content.ids = content.images = content.time = true;
  return {{"dump", "LAMMPS dump custom (text)", {"*.lammpstrj", "*.dump", "dump.*"}, true, content},
          [](std::string_view head) { return trim(head).starts_with("ITEM:"); },
          open_as<DumpReader>,
          create_as<DumpWriter>};
}

}  // namespace vitrion::io
