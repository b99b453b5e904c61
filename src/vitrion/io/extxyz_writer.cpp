// Writes extended XYZ: numbers as the shortest decimals that read back exactly, further keys and columns as they are.
#include <algorithm>

#include "vitrion/core/text.hpp"
#include "vitrion/io/atoms.hpp"
#include "vitrion/io/extxyz.hpp"
#include "vitrion/io/extxyz_keys.hpp"

namespace vitrion::io {
namespace {

/// Mass of every atom as ASE takes it: of a column `masses`, else of the element. Empty where one has none.
std::vector<double> masses_of(const Structure& frame) {
  const auto column = frame.columns.find("masses");
  std::vector<double> masses;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    std::optional<double> mass;
    if (column != frame.columns.end())
      mass = parse_double(column->second.values[i]);
    else if (frame.species[i].is_element())
      mass = frame.species[i].mass();
    if (!mass || !(*mass > 0)) return {};
    masses.push_back(*mass);
  }
  return masses;
}

/// Whether a further column of the frame would be read in the place of momenta.
bool names_velocities(const Structure& frame) {
  for (const auto& [name, column] : frame.columns)
    for (const char* taken : {"vel", "velo", "velocities", "momenta"})
      if (same_word(name, taken)) return true;
  return false;
}

class ExtxyzFrames final : public FrameWriter {
 public:
  ExtxyzFrames(const std::filesystem::path& file, const WriteOptions&) : out_(file) {}

  void write(const Structure& frame) override {
    out_.number(static_cast<std::int64_t>(frame.size()));
    out_.text('\n');
    // ASE knows momenta alone.
    masses_.clear();
    if (frame.has_velocities() && !names_velocities(frame)) masses_ = masses_of(frame);
    write_header(frame);
    for (std::size_t i = 0; i < frame.size(); ++i) write_atom(frame, i);
  }
  void close() override { out_.close(); }

 private:
  void write_header(const Structure& frame);
  void write_properties(const Structure& frame);
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
  std::vector<double> masses_;  // of the frame being written, if its velocities are written as momenta
};

void ExtxyzFrames::write_header(const Structure& frame) {
  const bool in_cell = !frame.cell.matrix().isZero(0);
  if (in_cell) write_tensor("Lattice=\"", frame.cell.matrix());
  write_properties(frame);
  std::map<std::string, std::string> keys = to_keys(frame);
  if (frame.labels.energy) {
    const auto energy = [&](const char* key) {
      out_.text(key);
      out_.number(*frame.labels.energy);
    };
    const bool free = frame.labels.energy_kind == EnergyKind::free;
    const bool other = keys.contains("energy");  // e.g. the energy for sigma -> 0 of the same run
    if (free) {
      keys.erase("energy_kind");
      energy(" free_energy=");
    } else if (other) {
      energy(" REF_energy=");
    }
    if (!other) energy(" energy=");
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

void ExtxyzFrames::write_properties(const Structure& frame) {
  out_.text("Properties=species:S:1:pos:R:3");
  // A further column "forces" was there beside the one that was read.
  if (frame.labels.has_forces()) out_.text(frame.columns.contains("forces") ? ":REF_forces:R:3" : ":forces:R:3");
  if (frame.has_velocities()) out_.text(masses_.empty() ? ":vel:R:3" : ":momenta:R:3");
  if (!frame.ids.empty()) out_.text(":id:I:1");
  if (!frame.images.empty()) out_.text(":images:I:3");
  if (!frame.labels.atomic_energies.empty()) out_.text(":energies:R:1");
  for (const auto& [name, column] : frame.columns) {
    std::string plain = name;
    std::replace_if(
        plain.begin(), plain.end(), [](char c) { return std::string_view(" \t\n:=\"'\\").find(c) < 9; }, '_');
    out_.text(":" + plain + ":" + column.type + ":" + std::to_string(column.width));
  }
}

void ExtxyzFrames::write_atom(const Structure& frame, std::size_t i) {
  const auto row = static_cast<Eigen::Index>(i);
  out_.text(frame.species[i].name());
  write_row(out_, frame.positions.row(row));
  if (frame.labels.has_forces()) write_row(out_, frame.labels.forces.row(row));
  if (frame.has_velocities())
    write_row(out_, frame.velocities.row(row) * (masses_.empty() ? 1 : masses_[i] * ase_velocity));
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
  for (const auto& [name, column] : frame.columns) {
    out_.text(' ');
    out_.text(column.values[i]);
  }
  out_.text('\n');
}

}  // namespace

std::unique_ptr<FrameWriter> create_extxyz(const std::filesystem::path& file, const WriteOptions& options) {
  return create_as<ExtxyzFrames>(file, options);
}

}  // namespace vitrion::io
