// What CP2K is asked to compute, as settings read from YAML.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/core/structure.hpp"
#include "vitrion/dft/electrons.hpp"

namespace vitrion::dft {

/// Kohn-Sham DFT in the Gaussian and plane waves scheme (GPW: VandeVondele et al. 2005, doi 10.1016/j.cpc.2004.12.014).
/// The defaults are those of the bundled LiPON dataset.
struct Cp2kTheory {
  std::string functional = "PBE";  ///< PBE, PBEsol or LDA
  std::string basis = "DZVP-MOLOPT-SR-GTH";
  std::string basis_file = "BASIS_MOLOPT", potential_file = "GTH_POTENTIALS";
  std::map<std::string, std::string> basis_sets;  ///< by element, in place of `basis`
  std::map<std::string, std::string> potentials;  ///< by element, in place of GTH-PBE-q<valence> (GTH-PADE for LDA)
  std::array<int, 3> kpoints{1, 1, 1};            ///< Monkhorst-Pack mesh; 1 1 1 is the Gamma point
  std::optional<double> kpoint_spacing;           ///< 1/Å, 2 pi included: the mesh follows from the cell
  int charge = 0;                                 ///< e, of the cell
  bool spin_polarized = false;
  std::optional<int> multiplicity;  ///< 2 S + 1; CP2K's default is the lowest possible
  double smearing_K = 0;            ///< electronic temperature of Fermi-Dirac occupations; 0: integer occupations
  int added_orbitals = 0;           ///< empty ones, with smearing
  HubbardTerms plus_u;
  StartingMoments magnetization;
  std::optional<std::string> data_dir;  ///< where basis and potential files lie, when CP2K does not know

  /// Whatever the structure.
  bool gamma_only() const { return !kpoint_spacing && kpoints == std::array<int, 3>{1, 1, 1}; }
  /// The mesh of this cell: `kpoints`, or the smallest with no step longer than `kpoint_spacing`.
  std::array<int, 3> mesh_of(const Cell& cell) const;
  std::string basis_of(Species species) const;
  /// Throws InputError when neither the settings nor the table of valences names one.
  std::string potential_of(Species species) const;
  /// Of the cell; nothing when a potential's name does not tell its charge.
  std::optional<int> n_electrons(const Structure& structure) const;
};

/// Grids and thresholds of one self-consistent calculation.
struct Cp2kAccuracy {
  double cutoff_Ry = 800, rel_cutoff_Ry = 40;
  int n_grids = 6;
  double eps_default = 1e-10;
  double eps_scf = 5e-7;
  bool fine_xc_grid = false;  ///< exchange and correlation on a grid twice as fine
};

/// A start of the iteration to one of several spin states; the lowest energy is kept.
struct Cp2kSpinState {
  std::string name;
  std::optional<int> multiplicity;  ///< in place of the theory's
  StartingMoments magnetization;    ///< in place of the theory's
};

/// How self-consistency is sought.
struct Cp2kScf {
  std::string name = "broyden";
  bool orbital_transformation = false;  ///< OT (VandeVondele and Hutter 2003, doi 10.1063/1.1543154) or diagonalisation
  double alpha = 0.4, beta = 0.5;       ///< Broyden mixing: fraction of the new density; Kerker damping, 1/bohr
  int history = 8;                      ///< Broyden vectors
  int max_steps = 25;
  int outer_loops = 8;       ///< OT: times it starts anew from where it is
  bool from_pre_scf = true;  ///< starts from orbitals of the cheap calculation, else from atoms
};

struct Cp2kSettings {
  Cp2kTheory theory;
  Cp2kAccuracy accuracy;
  Cp2kAccuracy pre_accuracy{200, 20, 4, 1e-8, 1e-3};
  int pre_max_steps = 16;                  ///< 0: no calculation beforehand
  std::vector<Cp2kSpinState> spin_states;  ///< empty: one, the theory's
  std::vector<Cp2kScf> recipe;
  std::vector<std::string> command{"cp2k.psmp"};
  std::map<std::string, std::string> environment;
};

/// Reads theory keys; shared by labels and AIMD. Throws InputError.
Cp2kTheory read_cp2k_theory(Config& config);
Cp2kAccuracy read_cp2k_accuracy(Config& config, Cp2kAccuracy fallback);
Cp2kSettings read_cp2k_settings(Config& config);

/// `command` and `environment` of the settings, completed so that CP2K and its linear algebra run one thread.
std::vector<std::string> read_cp2k_command(Config& config);
std::map<std::string, std::string> read_cp2k_environment(Config& config, const Cp2kTheory& theory,
                                                         const std::vector<std::string>& command);
/// Throws InputError that says how to install CP2K.
void require_cp2k(const std::vector<std::string>& command);

/// Throws InputError when this theory cannot be applied to the structure: a cell that does not repeat, an element
/// without potential, an odd number of electrons without spin (with smearing it may be odd), a multiplicity it cannot
/// have.
void check_cp2k_structure(const Cp2kTheory& theory, const Structure& structure);

/// "5e-7", "0.001": the shortest, without zeros in the exponent.
std::string plain_number(double value);

}  // namespace vitrion::dft
