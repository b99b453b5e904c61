// VASP's POSCAR and CONTCAR: one structure, with velocities where an MD run wrote it.
#include "vitrion/io/poscar.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <cmath>
#include <numeric>

#include "vitrion/core/text.hpp"
#include "vitrion/core/utf8.hpp"
#include "vitrion/io/atoms.hpp"

namespace vitrion::io {
namespace {

/// "Li_sv/1a2b" -> "Li": VASP appends the potential's name and its checksum.
std::string_view element_part(std::string_view word) {
  return word.substr(0, word.find_first_of("_/."));
}

bool is_element(std::string_view word) {
  try {
    Species::element(element_part(word));
    return true;
  } catch (const InputError&) {
    return false;
  }
}

Vector3 read_scale(const LineReader& lines, std::string_view line) {
  const std::vector<std::string_view> words = split_words(line);
  Vector3 scale;
  if (words.empty()) lines.fail("the scale of the cell is missing");
  const bool three = words.size() >= 3 && parse_double(words[1]) && parse_double(words[2]);
  for (std::size_t k = 0; k < 3; ++k) scale[static_cast<int>(k)] = lines.number(words[three ? k : 0], "the scale");
  if (scale[0] == 0 || (three && scale.minCoeff() <= 0)) lines.fail("the scale of the cell cannot be zero");
  return scale;
}

std::vector<std::int64_t> read_counts(const LineReader& lines, const std::vector<std::string_view>& words) {
  std::vector<std::int64_t> counts;
  for (const std::string_view word : words) {
    if (word.starts_with('!') || word.starts_with('#')) break;
    counts.push_back(lines.count(word, "a number of atoms"));
  }
  if (std::all_of(counts.begin(), counts.end(), [](std::int64_t n) { return n == 0; }))
    lines.fail("the numbers of atoms are missing or zero");
  return counts;
}

}  // namespace

PoscarHeader read_poscar_header(LineReader& lines, const std::string* title) {
  PoscarHeader header;
  header.title = title ? *title : std::string(trim(lines.require("the header")));
  demand_utf8(header.title, lines.where());
  header.scale = read_scale(lines, lines.require("the header"));
  Matrix3 cell;
  std::vector<std::string_view> words;
  for (int i = 0; i < 3; ++i) {
    split_words(lines.require("the cell"), words);
    cell.row(i) = vector_of(lines, words, 0, "a cell vector");
  }
  if (header.scale[0] < 0) {  // minus the volume of the cell
    const double volume = std::abs(cell.determinant());
    if (!(volume > 0)) lines.fail("the cell vectors lie in one plane (volume zero)");
    header.scale.setConstant(std::cbrt(-header.scale[0] / volume));
  }
  header.cell = make_cell(lines, cell * header.scale.asDiagonal());

  split_words(lines.require("the header"), words);
  if (words.empty()) lines.fail("the names of the species, or their numbers of atoms, are missing");
  std::vector<Species>& species = header.kinds;
  std::vector<std::int64_t>& counts = header.counts;
  if (parse_integer(words[0])) {  // VASP 4: no names, though the title often holds them
    counts = read_counts(lines, words);
    const std::vector<std::string_view> names = split_words(header.title);
    const bool named = names.size() == counts.size() && std::all_of(names.begin(), names.end(), is_element);
    for (std::size_t t = 0; t < counts.size(); ++t)
      species.push_back(named ? Species::element(element_part(names[t])) : Species::type(static_cast<int>(t)));
  } else {
    with_location(lines.where(), [&] {
      for (const std::string_view word : words) {
        if (word.starts_with('!') || word.starts_with('#')) break;
        species.push_back(Species::element(element_part(word)));
      }
    });
    split_words(lines.require("the header"), words);
    counts = read_counts(lines, words);
    if (counts.size() != species.size())
      lines.fail(std::to_string(counts.size()) + " numbers of atoms for " + std::to_string(species.size()) +
                 " species");
  }
  return header;
}

std::int64_t PoscarHeader::n_atoms() const {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

std::vector<Species> PoscarHeader::species() const {
  std::vector<Species> all;
  for (std::size_t g = 0; g < kinds.size(); ++g) all.insert(all.end(), static_cast<std::size_t>(counts[g]), kinds[g]);
  return all;
}

void write_poscar_header(OutputFile& out, const Structure& frame, const std::vector<std::size_t>& rows,
                         const TypeNumbers& types) {
  if (!frame.cell.has_volume())
    throw InputError("this format needs a cell with a volume", "Put the atoms into a cell first, or write extxyz.");
  if (frame.size() == 0) throw InputError("this format needs at least one atom");
  out.text(composition(frame.species) + "\n1.0\n");
  for (int i = 0; i < 3; ++i) {
    write_row(out, frame.cell.matrix().row(i));
    out.text('\n');
  }
  std::vector<std::int64_t> counts(types.species().size(), 0);
  for (const std::size_t row : rows) ++counts[static_cast<std::size_t>(types.of(frame.species[row]))];
  const bool named = types.species().front().is_element();
  std::string names, numbers;
  for (std::size_t t = 0; t < counts.size(); ++t) {
    if (counts[t] == 0 && named) continue;
    names += " " + types.species()[t].name();
    numbers += " " + std::to_string(counts[t]);
  }
  if (named) out.text(names + "\n");
  out.text(numbers + "\n");
}

void write_fractional(OutputFile& out, const Structure& frame, const std::vector<std::size_t>& rows) {
  const Matrix3 inverse = frame.cell.matrix().inverse();
  for (const std::size_t row : rows) {
    const Eigen::RowVector3d s = frame.positions.row(static_cast<Eigen::Index>(row)) * inverse;
    out.text(fmt::format(" {:19.16f} {:19.16f} {:19.16f}\n", s[0], s[1], s[2]));
  }
}

namespace {

class PoscarReader final : public FrameReader {
 public:
  explicit PoscarReader(const std::filesystem::path& file) : lines_(file) {}

  std::optional<Structure> next() override {
    if (done_) return std::nullopt;
    done_ = true;
    PoscarHeader header = read_poscar_header(lines_);
    const std::size_t first_line = lines_.line_number();
    Structure frame;
    frame.cell = header.cell;
    const bool cartesian = read_mode();
    frame.positions = read_rows(header.n_atoms(), "the positions");
    frame.species = header.species();
    if (cartesian)
      frame.positions = (frame.positions * header.scale.asDiagonal()).eval();
    else
      frame.positions = (frame.positions * frame.cell.matrix()).eval();
    read_velocities(frame);
    if (!header.title.empty()) frame.info["title"] = header.title;
    validate(frame, lines_.file(), first_line);
    return frame;
  }

 private:
  /// Past "Selective dynamics"; true for Cartesian coordinates.
  bool read_mode() {
    std::string_view word = trim(lines_.require("the header"));
    if (!word.empty() && (word[0] == 'S' || word[0] == 's')) word = trim(lines_.require("the header"));
    if (word.empty() || parse_double(split_words(word)[0]))
      lines_.fail("expected Direct or Cartesian", "The numbers of atoms before it may not match the names.");
    return word[0] == 'C' || word[0] == 'c' || word[0] == 'K' || word[0] == 'k';
  }

  Positions read_rows(std::int64_t n, const char* what) {
    Rows rows;
    std::vector<std::string_view> words;
    for (std::int64_t i = 0; i < n; ++i) {
      split_words(lines_.require(what), words);
      const Vector3 x = vector_of(lines_, words, 0, "row " + std::to_string(i + 1) + " of " + what);
      rows.add(x);
    }
    return rows.positions();
  }

  void read_velocities(Structure& frame) {
    std::string_view line;
    if (!lines_.next(line)) return;
    if (trim(line).starts_with("Lattice velocities")) {
      for (int i = 0; i < 7; ++i) lines_.require("the lattice velocities");
      if (!lines_.next(line)) return;
    }
    // A blank line or "Cartesian" stands before velocities in Å/fs. Fractional ones are per time step, which the file
    // does not tell.
    const std::string_view mode = trim(line);
    if (!mode.empty() && mode[0] != 'C' && mode[0] != 'c' && mode[0] != 'K' && mode[0] != 'k') return;
    if (!lines_.next(line) || trim(line).empty()) return;
    lines_.put_back();
    frame.velocities = read_rows(frame.positions.rows(), "the velocities");
    // What a relaxation leaves: no velocities rather than atoms at rest.
    if (frame.velocities.isZero(0)) frame.velocities.resize(0, 3);
  }

  LineReader lines_;
  bool done_ = false;
};

class PoscarWriter final : public FrameWriter {
 public:
  PoscarWriter(const std::filesystem::path& file, const WriteOptions& options)
      : file_(file), out_(file), types_(options.species) {}

  void write(const Structure& frame) override {
    if (written_) fail_second_frame(file_, "poscar");
    written_ = true;
    types_.prepare(frame);
    const std::vector<std::size_t> rows = rows_by_type(frame, types_);
    write_poscar_header(out_, frame, rows, types_);
    out_.text("Direct\n");
    write_fractional(out_, frame, rows);
    if (!frame.has_velocities()) return;
    out_.text('\n');
    for (const std::size_t row : rows) {
      write_row(out_, frame.velocities.row(static_cast<Eigen::Index>(row)));
      out_.text('\n');
    }
  }
  void close() override { out_.close(); }

 private:
  std::filesystem::path file_;
  OutputFile out_;
  TypeNumbers types_;
  bool written_ = false;
};

/// A scale, then a matrix, then names or numbers, then numbers or a mode.
bool looks_like_poscar(std::string_view head) {
  std::vector<std::vector<std::string_view>> lines;
  while (lines.size() < 7 && !head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    lines.push_back(split_words(head.substr(0, end)));
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  if (lines.size() < 7) return false;
  if (lines[1].empty() || !parse_double(lines[1][0])) return false;
  for (std::size_t i = 2; i < 5; ++i)
    for (std::size_t k = 0; k < 3; ++k)
      if (lines[i].size() < 3 || !parse_double(lines[i][k])) return false;
  if (lines[5].empty() || lines[6].empty()) return false;
  return parse_integer(lines[5][0]) || (is_element(lines[5][0]) && parse_integer(lines[6][0]));
}

}  // namespace

Format poscar_format() {
  FormatContent content;
  content.series = false;
  content.velocities = true;
  return {{"poscar", "VASP POSCAR and CONTCAR", {"*POSCAR*", "*CONTCAR*", "*.vasp", "*.poscar"}, true, content},
          looks_like_poscar,
          open_as<PoscarReader>,
          create_as<PoscarWriter>};
}

}  // namespace vitrion::io
