#include "vitrion/dft/cp2k_input.hpp"

#include <fmt/format.h>

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

void write_xc(Cp2kInput& in, const std::string& functional) {
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

void write_cp2k_dft(Cp2kInput& in, const Cp2kTheory& theory, const Cp2kAccuracy& accuracy, const Cp2kScf& scf,
                    bool restart) {
  in.open("DFT");
  in.line("BASIS_SET_FILE_NAME " + theory.basis_file);
  in.line("POTENTIAL_FILE_NAME " + theory.potential_file);
  if (theory.charge != 0) in.line(fmt::format("CHARGE {}", theory.charge));
  if (theory.spin_polarized) in.line("UKS TRUE");
  if (theory.multiplicity) in.line(fmt::format("MULTIPLICITY {}", *theory.multiplicity));
  in.open("MGRID");
  in.line("CUTOFF " + plain_number(accuracy.cutoff_Ry));
  in.line("REL_CUTOFF " + plain_number(accuracy.rel_cutoff_Ry));
  in.line(fmt::format("NGRIDS {}", accuracy.n_grids));
  in.close();
  in.open("QS");
  in.line("EPS_DEFAULT " + plain_number(accuracy.eps_default));
  in.close();
  if (!theory.gamma_only()) {
    in.open("KPOINTS");
    in.line(fmt::format("SCHEME MONKHORST-PACK {} {} {}", theory.kpoints[0], theory.kpoints[1], theory.kpoints[2]));
    in.close();
  }
  write_scf(in, theory, accuracy, scf, restart);
  write_xc(in, theory.functional);
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
  in.open("COORD");
  for (std::size_t i = 0; i < structure.size(); ++i) {
    const auto x = structure.positions.row(static_cast<Eigen::Index>(i));
    in.line(fmt::format("{} {:.10f} {:.10f} {:.10f}", structure.species[i].name(), x[0], x[1], x[2]));
  }
  in.close();
  if (kinds) {
    for (const Species species : distinct_species(structure)) {
      in.open("KIND", species.name());
      in.line("BASIS_SET " + theory.basis_of(species));
      in.line("POTENTIAL " + theory.potential_of(species));
      in.close();
    }
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
  write_cp2k_dft(in, theory, accuracy, scf, restart);
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
