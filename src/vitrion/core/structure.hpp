// The one data model: atoms in a cell, with the labels and the provenance that came with them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/core/cell.hpp"
#include "vitrion/core/linalg.hpp"
#include "vitrion/core/species.hpp"

namespace vitrion::inline core {

/// Which energy a label is. Forces are the derivative of the free energy (force-consistent).
enum class EnergyKind { unspecified, free, without_entropy, sigma_to_zero };

/// "free", "without_entropy", "sigma_to_zero" or "unspecified".
std::string name_of(EnergyKind kind);

/// What DFT or a potential says of a structure. Absent means not given; it is never zero-filled.
struct Labels {
  std::optional<double> energy;  ///< eV, whole cell
  EnergyKind energy_kind = EnergyKind::unspecified;
  Positions forces;                     ///< eV/Å, shape (n_atoms, 3), or (0, 3) when absent
  std::optional<Matrix3> stress;        ///< eV/Å^3, (1/V) dE/dstrain: tension positive (ASE's sign)
  std::vector<double> atomic_energies;  ///< eV, shape (n_atoms), or empty

  bool has_forces() const { return forces.rows() > 0; }
};

/// Where positions stand relative to the cell.
enum class Wrapping {
  unknown,   ///< as the file gave them
  wrapped,   ///< inside the cell; `images` (if present) says how often each atom crossed
  unwrapped  ///< continuous in time (LAMMPS xu yu zu)
};

/// What a frame's time was taken from.
enum class TimeSource {
  none,    ///< it has no time
  stated,  ///< the file says it, with its unit
  steps,   ///< the file's count of MD steps, times the time step
  places   ///< the frame's place in the run, times the time between frames
};

/// "stated", "steps", "places" or "none".
std::string name_of(TimeSource source);

/// One further column of a file's table of atoms (charges, tags, ...), carried along as it stands.
struct AtomColumn {
  char type = 'S';                  ///< S, R, I or L, as in extended XYZ: text, real, integer, logical
  std::size_t width = 1;            ///< words a value has
  std::vector<std::string> values;  ///< shape (n_atoms), one blank between the words of a value

  bool operator==(const AtomColumn&) const = default;
};

/// Atoms in a cell. Row i of every per-atom array is the same atom.
struct Structure {
  Cell cell;
  std::vector<Species> species;            ///< shape (n_atoms)
  Positions positions;                     ///< Å, Cartesian, shape (n_atoms, 3)
  std::vector<std::int64_t> ids;           ///< shape (n_atoms), unique; empty: row i has id i + 1
  std::vector<std::array<int, 3>> images;  ///< cell crossings along a, b, c, shape (n_atoms); empty: unknown
  Wrapping wrapping = Wrapping::unknown;
  Positions velocities;  ///< Å/fs, shape (n_atoms, 3), or (0, 3) when absent
  Labels labels;
  std::optional<double> time;                 ///< fs
  TimeSource time_source = TimeSource::none;  ///< of `time`
  std::optional<double> unitless_time;        ///< as the file gives it, in a unit that it does not name
  std::optional<std::int64_t> step;           ///< MD step number
  std::map<std::string, std::string> info;    ///< further keys of the file, e.g. config_type
  std::map<std::string, AtomColumn> columns;  ///< further columns of the file, by name

  std::size_t size() const { return species.size(); }
  bool has_velocities() const { return velocities.rows() > 0; }
  /// g/cm^3. Throws InputError when the cell has no volume or a species has no mass.
  double density() const;
};

/// The distinct species of a structure, elements by atomic number, unnamed types by number.
std::vector<Species> distinct_species(const Structure& structure);

/// Names unnamed types: type t becomes names[t]. Elements stay. Throws InputError when a type has no name.
void name_types(Structure& structure, const std::vector<Species>& names);

/// Every per-atom array has the length of `species`, everything is finite, ids are unique; else InputError at `where`.
void validate(const Structure& structure, const std::string& file = {}, std::size_t line = 0);

}  // namespace vitrion::inline core
