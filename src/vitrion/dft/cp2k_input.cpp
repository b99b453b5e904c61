#include "vitrion/dft/cp2k_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace vitrion::dft {
namespace {

void write_scf(Cp2kInput& in, const Cp2kTheory& theory, const Cp2kAccuracy& accuracy, const Cp2kScf& scf,
               bool restart) {
  in.open("SCF");
  in.line(restart ? "SCF_GUESS RESTART" : "SCF_GUESS ATOMIC");
  in.line("EPS_SCF " + plain_number(accuracy.eps_scf));
  in.line(fmt::format("MAX_SCF {}", scf.max_steps));
  if (theory.smearing_K > 0) {
    in.line(fmt::format("ADDED_MOS {}", theory.added_orbitals));
    in.open("SMEAR", "ON");
    in.line("METHOD FERMI_DIRAC");
    in.line("ELECTRONIC_TEMPERATURE [K] " + plain_number(theory.smearing_K));
    in.close();
  }
  if (scf.orbital_transformation) {
    write_cp2k_ot(in, accuracy, scf);
  } else {
    in.open("DIAGONALIZATION");
    in.line("ALGORITHM STANDARD");
    in.close();
    in.open("MIXING");
    in.line("METHOD BROYDEN_MIXING");
    in.line("ALPHA " + plain_number(scf.alpha));
    in.line("BETA " + plain_number(scf.beta));
    in.line(fmt::format("NBROYDEN {}", scf.history));
    in.close();
  }
  in.close();
}

void write_xc(Cp2kInput& in, const std::string& functional, bool fine_grid) {
  in.open("XC");
  if (functional == "PBEsol") {
    in.open("XC_FUNCTIONAL");
    in.open("PBE");
    in.line("PARAMETRIZATION PBESOL");
    in.close();
  } else {
    in.open("XC_FUNCTIONAL", functional == "LDA" ? "PADE" : functional);
  }
  in.close();
  if (fine_grid) {
    in.open("XC_GRID");
    in.line("USE_FINER_GRID TRUE");
    in.close();
  }
  in.close();
}

/// A kind of atoms as CP2K counts them: an element, with one starting moment.
struct Kind {
  std::string name;
  Species species;
  double moment = 0;  ///< Bohr magnetons
};

/// "V" for an element whose atoms are all alike, "V1" and "V2" where their moments differ.
std::vector<Kind> kinds_of_atoms(const Structure& structure, const StartingMoments& magnetization) {
  const std::vector<double> moments = moments_of(magnetization, structure);
  std::vector<Kind> kinds;
  for (std::size_t i = 0; i < structure.size(); ++i) {
    Kind kind{structure.species[i].name(), structure.species[i], moments[i]};
    const auto list = magnetization.find(kind.name);
    if (list != magnetization.end() && list->second.size() > 1) {
      const auto place = std::find(list->second.begin(), list->second.end(), kind.moment) - list->second.begin();
      kind.name += std::to_string(place + 1);
    }
    kinds.push_back(kind);
  }
  return kinds;
}

void write_kind(Cp2kInput& in, const Kind& kind, const Cp2kTheory& theory) {
  const std::string element = kind.species.name();
  in.open("KIND", kind.name);
  if (kind.name != element) in.line("ELEMENT " + element);
  in.line("BASIS_SET " + theory.basis_of(kind.species));
  in.line("POTENTIAL " + theory.potential_of(kind.species));
  if (kind.moment != 0) in.line("MAGNETIZATION " + plain_number(kind.moment));
  if (const auto term = theory.plus_u.find(element); term != theory.plus_u.end()) {
    in.open("DFT_PLUS_U");
    in.line(fmt::format("L {}", term->second.l));
    in.line("U_MINUS_J [eV] " + plain_number(term->second.U_eV));
    in.close();
  }
  in.close();
}

}  // namespace

void Cp2kInput::open(const std::string& name, const std::string& parameters) {
  line("&" + name + (parameters.empty() ? "" : " " + parameters));
  open_.push_back(name);
}

void Cp2kInput::line(const std::string& text) {
  text_ += std::string(2 * open_.size(), ' ') + text + "\n";
}

void Cp2kInput::close() {
  if (open_.empty()) throw std::logic_error("no section is open");
  const std::string name = open_.back();
  open_.pop_back();
  line("&END " + name);
}

std::string Cp2kInput::text() const {
  if (!open_.empty()) throw std::logic_error("section " + open_.back() + " is still open");
  return text_;
}

void write_cp2k_ot(Cp2kInput& in, const Cp2kAccuracy& accuracy, const Cp2kScf& scf) {
  in.open("OT");
  in.line("PRECONDITIONER FULL_ALL");
  in.line("MINIMIZER CG");
  in.line("ENERGY_GAP 0.05");
  in.line("LINESEARCH 2PNT");
  in.close();
  in.open("OUTER_SCF");
  in.line("EPS_SCF " + plain_number(accuracy.eps_scf));
  in.line(fmt::format("MAX_SCF {}", scf.outer_loops));
  in.close();
}

void write_cp2k_dft(Cp2kInput& in, const Cell& cell, const Cp2kTheory& theory, const Cp2kAccuracy& accuracy,
                    const Cp2kScf& scf, bool restart) {
  const std::array<int, 3> mesh = theory.mesh_of(cell);
  in.open("DFT");
  in.line("BASIS_SET_FILE_NAME " + theory.basis_file);
  in.line("POTENTIAL_FILE_NAME " + theory.potential_file);
  if (theory.charge != 0) in.line(fmt::format("CHARGE {}", theory.charge));
  if (theory.spin_polarized) in.line("UKS TRUE");
  if (theory.multiplicity) in.line(fmt::format("MULTIPLICITY {}", *theory.multiplicity));
  // Of the methods with forces the one that also has a stress.
  if (!theory.plus_u.empty()) in.line("PLUS_U_METHOD MULLIKEN");
  in.open("MGRID");
  in.line("CUTOFF " + plain_number(accuracy.cutoff_Ry));
  in.line("REL_CUTOFF " + plain_number(accuracy.rel_cutoff_Ry));
  in.line(fmt::format("NGRIDS {}", accuracy.n_grids));
  in.close();
  in.open("QS");
  in.line("EPS_DEFAULT " + plain_number(accuracy.eps_default));
  in.close();
  if (mesh != std::array<int, 3>{1, 1, 1}) {
    in.open("KPOINTS");
    in.line(fmt::format("SCHEME MONKHORST-PACK {} {} {}", mesh[0], mesh[1], mesh[2]));
    in.close();
  }
  write_scf(in, theory, accuracy, scf, restart);
  write_xc(in, theory.functional, accuracy.fine_xc_grid);
  in.close();
}

void write_cp2k_subsys(Cp2kInput& in, const Structure& structure, const Cp2kTheory& theory, bool kinds) {
  in.open("SUBSYS");
  in.open("CELL");
  for (int k = 0; k < 3; ++k) {
    const auto v = structure.cell.matrix().row(k);
    in.line(fmt::format("{} {:.10f} {:.10f} {:.10f}", "ABC"[k], v[0], v[1], v[2]));
  }
  in.line("PERIODIC XYZ");
  in.close();
  const std::vector<Kind> atoms = kinds_of_atoms(structure, theory.magnetization);
  in.open("COORD");
  for (std::size_t i = 0; i < structure.size(); ++i) {
    const auto x = structure.positions.row(static_cast<Eigen::Index>(i));
    in.line(fmt::format("{} {:.10f} {:.10f} {:.10f}", kinds ? atoms[i].name : structure.species[i].name(), x[0], x[1],
                        x[2]));
  }
  in.close();
  if (kinds) {
    std::set<std::string> written;
    for (const Kind& kind : atoms)
      if (written.insert(kind.name).second) write_kind(in, kind, theory);
  }
  in.close();
}

std::string cp2k_single_point(const Structure& structure, const Cp2kTheory& theory, const Cp2kAccuracy& accuracy,
                              const Cp2kScf& scf, bool restart, bool forces) {
  Cp2kInput in;
  in.open("GLOBAL");
  in.line(std::string("PROJECT ") + cp2k_project);
  in.line(forces ? "RUN_TYPE ENERGY_FORCE" : "RUN_TYPE ENERGY");
  in.line("PRINT_LEVEL LOW");
  in.line("PREFERRED_DIAG_LIBRARY SL");
  in.close();
  in.open("FORCE_EVAL");
  in.line("METHOD QS");
  in.line(forces ? "STRESS_TENSOR ANALYTICAL" : "STRESS_TENSOR NONE");
  write_cp2k_dft(in, structure.cell, theory, accuracy, scf, restart);
  if (forces) {
    in.open("PRINT");
    in.open("FORCES", "ON");
    in.line("NDIGITS 10");
    in.close();
    in.open("STRESS_TENSOR", "ON");
    in.close();
    in.close();
  }
  write_cp2k_subsys(in, structure, theory, true);
  in.close();
  return in.text();
}

}  // namespace vitrion::dft
