// What a CP2K output says of each calculation, before it is known where the atoms are.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "vitrion/io/frames.hpp"
#include "vitrion/io/lines.hpp"

namespace vitrion::io {

/// One energy (and forces, stress) of a CP2K output. With PRINT_LEVEL LOW the output holds no cell and no positions.
struct Cp2kCalculation {
  Labels labels;  ///< free energy in eV, forces in eV/Å, stress in eV/Å^3 (our sign, the opposite of CP2K's)
  bool converged = true;
  std::optional<Cell> cell;
  Positions positions;           ///< Å, or (0, 3)
  std::vector<Species> species;  ///< from positions or forces, in the order of the atoms
  std::size_t line = 0;          ///< of the energy
};

/// Reads one calculation after the other from one output, of CP2K 6 to 2025.
class Cp2kOutput {
 public:
  explicit Cp2kOutput(const std::filesystem::path& file) : lines_(file) {}
  /// The next calculation, or nothing at the end. One that a run began and did not end before the next began is left
  /// out. Throws InputError when the last run did not end or numbers are damaged.
  std::optional<Cp2kCalculation> next();
  const std::string& file() const { return lines_.file(); }
  /// Lines so far at which another run begins though the one before it had not ended: a restart appended its output.
  const std::vector<std::size_t>& restarts() const { return restarts_; }

 private:
  void read_line(std::string_view line);
  void read_coordinates();
  void read_forces();
  void read_forces_2025();
  void read_stress(double unit, bool prefixed);
  void skip_numerical_stress();
  void start_anew();

  LineReader lines_;
  Cp2kCalculation now_;
  Matrix3 cell_ = Matrix3::Zero();
  int cell_vectors_ = 0;
  Positions positions_;
  std::vector<Species> species_;
  bool running_ = false;  // between PROGRAM STARTED and PROGRAM ENDED
  bool has_energy_ = false;
  std::vector<std::size_t> restarts_;
  std::vector<std::string_view> words_;
};

/// Cell and atoms of a CP2K input with &CELL and inline &COORD. Throws InputError when it has neither or uses
/// variables or includes.
Structure read_cp2k_input(const std::filesystem::path& file);

}  // namespace vitrion::io
