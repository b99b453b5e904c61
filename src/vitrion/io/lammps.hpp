// What LAMMPS data files and dumps share: units, boxes, the orientation LAMMPS wants of a cell.
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "vitrion/core/structure.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/io/lines.hpp"
#include "vitrion/io/output.hpp"

namespace vitrion::io {

/// What one unit of a LAMMPS unit style is in ours.
struct LammpsUnits {
  double time = 1e3;       ///< fs
  double velocity = 1e-3;  ///< Å/fs
  double force = 1.0;      ///< eV/Å

  static LammpsUnits metal() { return {}; }
  static LammpsUnits real();
  /// "metal" or "real"; the units of a file that names none are metal. Throws InputError on any other.
  static LammpsUnits named(std::string_view style, const LineReader& lines);
};

/// The units of the run that wrote a file, as far as they are known.
class LammpsRunUnits {
 public:
  /// `chosen`: what the reader was told, "metal", "real" or empty. Throws InputError on anything else.
  explicit LammpsRunUnits(const std::string& chosen);

  /// The file names them. Throws InputError when they are not read, or not those the reader was told.
  void set_named(std::string_view style, const LineReader& lines);
  /// What the file's numbers tell, where nobody said.
  void set_inferred(const LammpsUnits& units) {
    if (!known_) values_ = units;
  }
  /// Whether the file or the user names them; else they are a guess.
  bool known() const { return known_; }
  /// Metal until more is known.
  const LammpsUnits& values() const { return values_; }

 private:
  std::string style_;
  LammpsUnits values_;
  bool known_ = false;
};

/// Lower bounds, upper bounds and tilts to a cell (a along x, b in the xy plane) and the corner it starts from.
struct LammpsBox {
  Vector3 low = Vector3::Zero(), high = Vector3::Zero();
  double xy = 0, xz = 0, yz = 0;

  Matrix3 matrix() const;
};

/// Keeps the corner of the box in info, for writing it back: positions inside count from that corner.
void store_origin(Structure& frame, const Vector3& origin);

/// Rows in order of id, as trajectories must be.
void sort_by_id(Structure& frame);

/// A structure turned so that a lies along x and b in the xy plane with positive components, as LAMMPS wants it. A
/// left-handed cell is mirrored: all distances and angles stay.
struct LammpsFrame {
  Structure structure;
  Vector3 origin;
};
/// `reduce_tilts`: each tilt at most half the edge it lies along, what LAMMPS demands of a data file.
/// Throws InputError when the cell has no volume.
LammpsFrame to_lammps(const Structure& frame, bool reduce_tilts);

std::unique_ptr<FrameWriter> create_lammps_data(const std::filesystem::path& file, const WriteOptions& options);

}  // namespace vitrion::io
