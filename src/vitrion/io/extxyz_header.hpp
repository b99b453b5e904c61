// The second line of a frame of extended XYZ: cell, labels, time, and who wrote it.
#pragma once

#include <string>
#include <string_view>

#include "vitrion/core/structure.hpp"
#include "vitrion/io/extxyz_units.hpp"
#include "vitrion/io/format.hpp"
#include "vitrion/io/lines.hpp"

namespace vitrion::io {

/// Programs whose headers mean other things by the same words.
enum class ExtxyzWriter {
  any,     ///< ASE and what follows it: eV, Å, fs
  lammps,  ///< dump style extxyz: "Timestep" counts steps; times, velocities, forces in the units of the run
  cp2k,    ///< "Step, Time, Energy" or "i = ..., time = ..., E = ...": fs and hartree
  gpumd    ///< dump_exyz: Å, fs, eV; "stress" is the pressure tensor with its kinetic part
};

struct ExtxyzHeader {
  ExtxyzWriter writer = ExtxyzWriter::any;
  bool names_columns = false;                      ///< it has Properties
  std::string properties = "species:S:1:pos:R:3";  ///< or what it has
  LabelUnits units;                                ///< applied to the header already, not to the columns

  /// Reads it into cell, energy, stress, time, step and info of `frame`. Names of keys count in any case. A line that
  /// is free text gives a cluster without labels. Throws InputError at the place of `lines`.
  static ExtxyzHeader read(const LineReader& lines, std::string_view line, const ReadOptions& options, Notes& notes,
                           Structure& frame);
};

/// Whether a second line holds keys that mean something here, rather than free text.
bool is_extxyz_header(std::string_view line);

/// Whether `name` holds `word` (lower case) in any case: "DFT_Energy", "energy".
bool holds_word(std::string_view name, std::string_view word);

}  // namespace vitrion::io
