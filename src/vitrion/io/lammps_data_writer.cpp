// Writes LAMMPS data files: atom style atomic, masses named by element, tilts as LAMMPS demands them.
#include <array>

#include "vitrion/io/atoms.hpp"
#include "vitrion/io/format.hpp"
#include "vitrion/io/lammps.hpp"

namespace vitrion::io {
namespace {

class DataWriter final : public FrameWriter {
 public:
  DataWriter(const std::filesystem::path& file, const WriteOptions& options)
      : file_(file), out_(file), types_(options.species) {}

  void write(const Structure& frame) override;
  void close() override { out_.close(); }

 private:
  void write_box(const LammpsFrame& frame);

  std::filesystem::path file_;
  OutputFile out_;
  TypeNumbers types_;
  bool written_ = false;
};

void DataWriter::write_box(const LammpsFrame& frame) {
  const Matrix3& m = frame.structure.cell.matrix();
  for (int k = 0; k < 3; ++k) {
    out_.number(frame.origin[k]);
    out_.text(' ');
    out_.number(frame.origin[k] + m(k, k));
    out_.text(std::array{" xlo xhi\n", " ylo yhi\n", " zlo zhi\n"}[static_cast<std::size_t>(k)]);
  }
  if (m(1, 0) == 0 && m(2, 0) == 0 && m(2, 1) == 0) return;
  write_row(out_, Vector3(m(1, 0), m(2, 0), m(2, 1)));
  out_.text(" xy xz yz\n");
}

void DataWriter::write(const Structure& given) {
  if (written_) fail_second_frame(file_, "lammps-data");
  written_ = true;
  types_.prepare(given);
  LammpsFrame frame = to_lammps(given, true);
  Structure& s = frame.structure;
  sort_by_id(s);
  out_.text("LAMMPS data file, units = metal\n\n");
  out_.number(static_cast<std::int64_t>(s.size()));
  out_.text(" atoms\n");
  out_.number(static_cast<std::int64_t>(types_.species().size()));
  out_.text(" atom types\n\n");
  write_box(frame);
  if (!types_.species().empty() && types_.species().front().is_element()) {
    out_.text("\nMasses\n\n");
    for (std::size_t t = 0; t < types_.species().size(); ++t) {
      out_.number(static_cast<std::int64_t>(t) + 1);
      out_.text(' ');
      out_.number(types_.species()[t].mass());
      out_.text("  # " + types_.species()[t].name() + "\n");
    }
  }
  const auto id_of = [&](std::size_t i) { return s.ids.empty() ? static_cast<std::int64_t>(i) + 1 : s.ids[i]; };
  out_.text("\nAtoms # atomic\n\n");
  for (std::size_t i = 0; i < s.size(); ++i) {
    out_.number(id_of(i));
    out_.text(' ');
    out_.number(static_cast<std::int64_t>(types_.of(s.species[i])) + 1);
    write_row(out_, s.positions.row(static_cast<Eigen::Index>(i)) + frame.origin.transpose());
    if (!s.images.empty())
      for (const int k : s.images[i]) {
        out_.text(' ');
        out_.number(static_cast<std::int64_t>(k));
      }
    out_.text('\n');
  }
  if (!s.has_velocities()) return;
  out_.text("\nVelocities\n\n");
  for (std::size_t i = 0; i < s.size(); ++i) {
    out_.number(id_of(i));
    write_row(out_, s.velocities.row(static_cast<Eigen::Index>(i)) / LammpsUnits::metal().velocity);
    out_.text('\n');
  }
}

}  // namespace

std::unique_ptr<FrameWriter> create_lammps_data(const std::filesystem::path& file, const WriteOptions& options) {
  return create_as<DataWriter>(file, options);
}

}  // namespace vitrion::io
