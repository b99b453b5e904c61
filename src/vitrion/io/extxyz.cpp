// Reads extended XYZ as ASE writes it: one comment line of key=value pairs, columns named by Properties.
#include <algorithm>
#include <array>
#include <cmath>

#include "vitrion/core/text.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/core/utf8.hpp"
#include "vitrion/io/atoms.hpp"
#include "vitrion/io/extxyz.hpp"
#include "vitrion/io/extxyz_header.hpp"
#include "vitrion/io/lammps.hpp"
#include "vitrion/io/row.hpp"

namespace vitrion::io {
namespace {

using Field = ExtxyzField;

class ExtxyzReader final : public FrameReader {
 public:
  ExtxyzReader(const std::filesystem::path& file, const ReadOptions& options)
      : lines_(file), options_(options), notes_(file, options), units_(options.lammps_units) {
    const std::string name = file.filename().string();
    for (const auto& [part, what] : {std::pair{"-frc-", "forces"}, std::pair{"-vel-", "velocities"}})
      if (name.find(part) != std::string::npos) not_positions_ = what;
  }

  std::optional<Structure> next() override {
    const std::optional<std::int64_t> n = read_count();
    if (!n) return std::nullopt;
    const std::size_t first_line = lines_.line_number();
    Structure frame;
    ExtxyzHeader header = ExtxyzHeader::read(lines_, lines_.require("a frame"), options_, notes_, frame);
    if (header.writer == ExtxyzWriter::cp2k && not_positions_)
      lines_.fail(std::string("CP2K writes ") + not_positions_ + " into a file of this name, not positions",
                  "Read the file of positions (PROJECT-pos-1.xyz), or rename this one if it holds positions.");
    if (header.properties != properties_ || layout_.columns.empty()) {
      layout_ = ExtxyzLayout::parse(lines_, header.properties, options_.label_keys.forces);
      properties_ = std::move(header.properties);
    }
    read_atoms(*n, header.names_columns, frame);
    frame.positions *= header.units.length;
    frame.labels.forces *= header.units.force;
    for (double& energy : frame.labels.atomic_energies) energy *= header.units.energy;
    if (header.writer == ExtxyzWriter::lammps) apply_lammps_units(frame);
    note_unread_forces(frame);
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

  void read_atoms(std::int64_t n, bool named_columns, Structure& frame);
  void apply_lammps_units(Structure& frame);
  void note_unread_forces(const Structure& frame);
  void read_row(Row& row, Structure& frame);
  void momenta_to_velocities(Structure& frame) const;

  LineReader lines_;
  ReadOptions options_;
  Notes notes_;
  LammpsRunUnits units_;  // of files that LAMMPS wrote
  const char* not_positions_ = nullptr;
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
        (*further)->values.push_back(row.text(column.width));
        if (column.type == 'S') demand_utf8((*further)->values.back(), lines_.where());
        ++further;
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

void ExtxyzReader::read_atoms(std::int64_t n, bool named_columns, Structure& frame) {
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
    if (named_columns)
      row.finish();
    else if (!row.at_end())
      notes_.add("columns behind the positions are not read: no Properties in the second line says what they are");
  }
  frame.positions = positions_.positions();
  frame.labels.forces = forces_.positions();
  frame.velocities = velocities_.positions();
  if (layout_.has(Field::momentum)) momenta_to_velocities(frame);
}

void ExtxyzReader::momenta_to_velocities(Structure& frame) const {
  const auto masses = frame.columns.find("masses");
  for (std::size_t i = 0; i < frame.size(); ++i) {
    double mass = 0;
    if (masses != frame.columns.end())
      mass = lines_.number(masses->second.values[i], "the mass");
    else
      with_location(lines_.where(), [&] { mass = frame.species[i].mass(); });
    if (!(mass > 0)) lines_.fail("a momentum is given for an atom without mass");
    frame.velocities.row(static_cast<Eigen::Index>(i)) /= mass * ase_velocity;
  }
}

/// u (Å/fs)^2 summed over the atoms is 3 n k_B T; nothing when a mass is not known.
std::optional<double> kinetic_temperature(const Structure& frame) {
  double twice_kinetic = 0;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    if (!frame.species[i].is_element()) return std::nullopt;
    twice_kinetic += frame.species[i].mass() * frame.velocities.row(static_cast<Eigen::Index>(i)).squaredNorm();
  }
  return twice_kinetic * units::u_A2_per_fs2_in_eV /
         (3 * static_cast<double>(frame.size()) * units::boltzmann_eV_per_K);
}

/// LAMMPS writes velocities and forces in the units of the run and names them nowhere. The temperature in the header
/// tells (velocities in Å/ps are a thousand times larger), else how long a MD step is.
std::optional<LammpsUnits> inferred_units(const Structure& frame) {
  const auto header = frame.info.find("Temperature");
  const std::optional<double> given = header == frame.info.end() ? std::nullopt : parse_double(header->second);
  if (frame.has_velocities() && given && *given > 0)
    if (const std::optional<double> as_written = kinetic_temperature(frame); as_written && *as_written > 0) {
      // Constraints and the centre of mass take some degrees of freedom away; a factor of a million stays.
      const double ratio = *as_written / *given;
      if (ratio > 0.1 && ratio < 10) return LammpsUnits::real();
      if (ratio > 1e5 && ratio < 1e7) return LammpsUnits::metal();
    }
  if (frame.unitless_time && frame.step && *frame.step > 0) {
    const double step = *frame.unitless_time / static_cast<double>(*frame.step);
    if (step >= 1e-5 && step < 0.01) return LammpsUnits::metal();  // 0.01 to 10 fs; real would be below 0.01 fs
    if (step > 0.02 && step <= 20) return LammpsUnits::real();     // metal would be above 20 fs
  }
  return std::nullopt;
}

void ExtxyzReader::apply_lammps_units(Structure& frame) {
  if (!frame.has_velocities() && !frame.labels.has_forces()) return;
  if (!units_.known()) {
    const std::optional<LammpsUnits> inferred = inferred_units(frame);
    units_.set_inferred(inferred.value_or(LammpsUnits::metal()));
    notes_.add(
        std::string("velocities and forces are read in units ") + (units_.values().time == 1 ? "real" : "metal") +
        (inferred ? ": the numbers fit no other" : ", which the file does not name") + ". --units names others.");
  }
  frame.velocities *= units_.values().velocity;
  frame.labels.forces *= units_.values().force;
}

/// Columns that look like forces of a frame that has none.
void ExtxyzReader::note_unread_forces(const Structure& frame) {
  if (frame.labels.has_forces()) return;
  for (const auto& [name, column] : frame.columns)
    if (column.width == 3 && column.type == 'R' && holds_word(name, "force"))
      notes_.add("the column " + name + " looks like forces and is not read as such; --forces-key " + name +
                 " reads it");
}

bool looks_like_extxyz(std::string_view head) {
  const std::size_t end = head.find('\n');
  if (end == std::string_view::npos) return false;
  const auto n = parse_integer(trim(head.substr(0, end)));
  if (!n || *n < 0) return false;
  const std::string_view second = head.substr(end + 1, head.find('\n', end + 1) - end - 1);
  if (is_extxyz_header(second)) return true;
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
