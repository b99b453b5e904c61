// The parts of extended XYZ: what a Properties entry says of the columns, and the writer.
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "vitrion/core/units.hpp"
#include "vitrion/io/format.hpp"
#include "vitrion/io/lines.hpp"

namespace vitrion::io {

/// What a column of the table of atoms is to a Structure.
enum class ExtxyzField { further, symbol, number, type, id, position, force, momentum, velocity, image, atomic_energy };

struct ExtxyzColumn {
  ExtxyzField field = ExtxyzField::further;
  std::string name;
  char type = 'S';  ///< S, R, I or L: text, real, integer, logical
  std::size_t width = 1;
};

/// The columns of a table in their order. Every field but `further` stands at most once.
struct ExtxyzLayout {
  std::vector<ExtxyzColumn> columns;
  std::size_t n_words = 0;

  /// "species:S:1:pos:R:3"; names in any case. Where a quantity stands under several names the one read is REF_forces
  /// before forces before force, velocities before momenta, symbols before numbers before types; the others are further
  /// columns. `forces` (may be empty) names the column of forces instead. Throws InputError at the place of `lines`.
  static ExtxyzLayout parse(const LineReader& lines, const std::string& properties, const std::string& forces = {});
  bool has(ExtxyzField field) const;
};

/// A velocity of 1 Å/fs in ASE's unit: its unit of time makes u Å^2 / t^2 one eV.
inline const double ase_velocity = std::sqrt(units::u_A2_per_fs2_in_eV);

std::unique_ptr<FrameWriter> create_extxyz(const std::filesystem::path& file, const WriteOptions& options);

}  // namespace vitrion::io
