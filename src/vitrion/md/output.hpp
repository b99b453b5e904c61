// The files a run grows: trajectories and tables that a resumed run goes on with, byte for byte.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "vitrion/core/structure.hpp"

namespace vitrion::md {

/// A file written from a known length on: what stands behind it (of a run that was killed) is cut off.
///
/// Names ending in .gz get one gzip member for every time the file is opened; together they are one valid gzip file.
class GrowingFile {
 public:
  /// Throws std::runtime_error when the file is shorter than `length` or cannot be written.
  GrowingFile(std::filesystem::path file, std::uintmax_t length);
  ~GrowingFile();
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  void write(const std::string& text);
  /// Flushes to disk and returns the length. Nothing can be written afterwards.
  std::uintmax_t close();

 private:
  struct Stream;
  std::filesystem::path file_;
  std::unique_ptr<Stream> stream_;
};

/// One frame of a LAMMPS dump: id type element xu yu zu ix iy iz, sorted by id, with its time (ITEM: TIME, ps).
/// `types` are the species by type number.
std::string dump_frame(const Structure& frame, const std::vector<Species>& types);

/// One row of the thermo table of a stage.
struct ThermoRow {
  std::int64_t step;
  double time;                 ///< fs since the stage began
  double temperature, target;  ///< K
  double potential, kinetic;   ///< eV
  double pressure;             ///< eV/Å^3, positive when compressed
  Matrix3 stress;              ///< eV/Å^3, tension positive
  Cell cell;
  double density;    ///< g/cm^3
  double max_force;  ///< eV/Å
};
std::string thermo_header();
std::string thermo_line(const ThermoRow& row);

}  // namespace vitrion::md
