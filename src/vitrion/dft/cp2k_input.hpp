// Inputs of CP2K as text.
#pragma once

#include <string>
#include <vector>

#include "vitrion/dft/cp2k_settings.hpp"

namespace vitrion::dft {

/// Nested sections, indented as CP2K's manual does.
class Cp2kInput {
 public:
  /// &NAME parameters
  void open(const std::string& name, const std::string& parameters = {});
  void line(const std::string& text);
  void close();
  /// Throws std::logic_error while a section is open.
  std::string text() const;

 private:
  std::string text_;
  std::vector<std::string> open_;
};

/// The project name of every input: names CP2K's own files.
inline constexpr const char* cp2k_project = "cp2k";

/// Energy (and forces and stress where `forces`) of one structure. `restart`: from the orbitals that a run before left
/// in the folder; else from atomic densities.
std::string cp2k_single_point(const Structure& structure, const Cp2kTheory& theory, const Cp2kAccuracy& accuracy,
                              const Cp2kScf& scf, bool restart, bool forces);

/// &DFT of Kohn-Sham calculations in this cell.
void write_cp2k_dft(Cp2kInput& input, const Cell& cell, const Cp2kTheory& theory, const Cp2kAccuracy& accuracy,
                    const Cp2kScf& scf, bool restart);
/// &OT and &OUTER_SCF, within &SCF.
void write_cp2k_ot(Cp2kInput& input, const Cp2kAccuracy& accuracy, const Cp2kScf& scf);
/// &SUBSYS: cell and atoms to 1e-10 Å, and &KIND of each kind of atoms where `kinds`.
void write_cp2k_subsys(Cp2kInput& input, const Structure& structure, const Cp2kTheory& theory, bool kinds);

}  // namespace vitrion::dft
