// VASP: inputs, POTCAR from the user's library, labels in the order of the structure's atoms. The program itself is not
// needed: its outputs are prepared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dft/samples.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::dft {
namespace {

using namespace test;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

/// H, Li, H: elements that do not stand together, as VASP would write them.
Structure mixed() {
  Structure s;
  s.cell = Cell::orthorhombic(4, 5, 6);
  s.species = {Species::element("Li"), Species::element("H"), Species::element("Li")};
  s.positions.resize(3, 3);
  s.positions << 0, 0, 0, 1, 2, 3, 2, 2, 2;
  return s;
}

/// A library with a POTCAR for each element, in the test's own folder; what they hold is made up.
fs::path library(const fs::path& scratch) {
  const fs::path folder = scratch / "library";
  write_file_atomically(folder / "Li_sv" / "POTCAR", "Li_sv\n");
  write_file_atomically(folder / "H" / "POTCAR", "H\n");
  return folder;
}

TEST(Vasp, WritesItsFourInputs) {
  const fs::path scratch = scratch_folder(), folder = scratch / "job";
  const auto vasp = make_engine({"engine: vasp\npotcar: {library: " + library(scratch).string() +
                                     ", Li: Li_sv}\nincar: {encut: 600, MAGMOM: [1, 1, 0]}\nkpoints: [2, 3, 1]\n",
                                 ""});
  vasp->check(mixed());
  const auto runs = vasp->prepare(mixed(), 1, folder);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].command, std::vector<std::string>{"vasp_std"});
  const std::string incar = read_file(folder / "INCAR");
  EXPECT_THAT(incar, HasSubstr("ENCUT = 600\n"));
  EXPECT_THAT(incar, HasSubstr("MAGMOM = 1 1 0\n"));
  EXPECT_THAT(incar, HasSubstr("ALGO = All\n"));  // of the second try
  EXPECT_THAT(incar, HasSubstr("NSW = 0\n"));
  EXPECT_EQ(read_file(folder / "KPOINTS"), "mesh\n0\nGamma\n2 3 1\n0 0 0\n");
  // POSCAR and POTCAR name the elements in the same order.
  const Structure poscar = io::read_frames(folder / "POSCAR")[0];
  EXPECT_EQ(composition(poscar.species), "H1 Li2");
  EXPECT_EQ(read_file(folder / "POTCAR"), "H\nLi_sv\n");
}

TEST(Vasp, WritesPlusUAndMomentsInTheOrderOfPoscar) {
  const fs::path scratch = scratch_folder(), folder = scratch / "job";
  const std::string begin = "engine: vasp\npotcar: {library: " + library(scratch).string() + ", Li: Li_sv}\n";
  const auto vasp =
      make_engine({begin + "plus_u: {Li: {l: 2, U_eV: 3.1}}\nmagnetization: {Li: [1, -1], H: 0.5}\n", ""});
  vasp->prepare(mixed(), 0, folder);  // Li H Li; POSCAR: H Li Li
  const std::string incar = read_file(folder / "INCAR");
  EXPECT_THAT(incar, HasSubstr("LDAU = .TRUE.\n"));
  EXPECT_THAT(incar, HasSubstr("LDAUTYPE = 2\n"));
  EXPECT_THAT(incar, HasSubstr("LDAUL = -1 2\n"));
  EXPECT_THAT(incar, HasSubstr("LDAUU = 0 3.1\n"));
  EXPECT_THAT(incar, HasSubstr("LDAUJ = 0 0\n"));
  EXPECT_THAT(incar, HasSubstr("LMAXMIX = 4\n"));
  EXPECT_THAT(incar, HasSubstr("ISPIN = 2\n"));
  EXPECT_THAT(incar, HasSubstr("MAGMOM = 0.5 1 -1\n"));
  const auto print = [&](const std::string& more) { return make_engine({begin + more, ""})->fingerprint(); };
  EXPECT_NE(print(""), print("plus_u: {Li: {l: 2, U_eV: 3}}\n"));
  EXPECT_NE(print("magnetization: {Li: 1}\n"), print("magnetization: {Li: 2}\n"));
  EXPECT_THROW(print("plus_u: {Li: {U_eV: 3}}\nincar: {LDAUU: [0, 3]}\n"), InputError);
  EXPECT_THROW(print("magnetization: {Li: 1}\nincar: {MAGMOM: [1, 1, 1]}\n"), InputError);
  EXPECT_THROW(print("magnetization: {Li: 1}\nspin_polarized: false\n"), InputError);
}

/// What VASP leaves: one ionic step of H Li Li with the energy -7 eV and recognisable forces.
std::string outcar(const std::string& loop_end = "because EDIFF is reached", double z_of_h = 3) {
  return " vasp.6.4.2\n   VRHFIN =H: ultrasoft test\n   VRHFIN =Li: s1\n   ions per type =               1   2\n"
         "   NELM   =    100;   NELMIN=  2\n   EDIFF  = 0.1E-05   stopping-criterion for ELM\n   IBRION =     -1    x\n"
         "--------------------------------------- Iteration      1(   1)  ------\n"
         " total energy-change (2. order) :-0.5E-07  (-0.1E-08)\n---- aborting loop " +
         loop_end +
         " ----\n  in kB       1.00000     2.00000     3.00000     4.00000     5.00000     6.00000\n"
         "      direct lattice vectors                 reciprocal lattice vectors\n"
         "     4.000000000  0.000000000  0.000000000     0.1 0.1 0.1\n"
         "     0.000000000  5.000000000  0.000000000     0.1 0.1 0.1\n"
         "     0.000000000  0.000000000  6.000000000     0.1 0.1 0.1\n"
         " POSITION                                       TOTAL-FORCE (eV/Angst)\n ------------\n  1.0 2.0 " +
         std::to_string(z_of_h) +
         "   10 11 12\n  0.0 0.0 6.0   20 21 22\n  2.0 2.0 2.0   30 31 32\n ------------\n"
         "  free  energy   TOTEN  =       -7.0 eV\n"
         "  energy  without entropy=      -7.2  energy(sigma->0) =      -7.1\n";
}

std::string reason(const std::string& text) {
  const fs::path folder = scratch_folder();
  write_file_atomically(folder / "OUTCAR", text);
  try {
    make_engine({"engine: vasp\n", ""})->read(mixed(), 0, folder);
  } catch (const NoLabel& e) {
    return e.what();
  }
  return "";
}

TEST(Vasp, PutsForcesBackInTheOrderOfTheAtoms) {
  const fs::path folder = scratch_folder();
  write_file_atomically(folder / "OUTCAR", outcar());
  const Label label = make_engine({"engine: vasp\n", ""})->read(mixed(), 0, folder);
  Positions forces(3, 3);
  forces << 20, 21, 22, 10, 11, 12, 30, 31, 32;
  EXPECT_EQ(label.labels.forces, forces);
  EXPECT_EQ(label.labels.energy, -7.0);
  // kbar, compression positive, XX YY ZZ XY YZ ZX.
  EXPECT_NEAR((*label.labels.stress)(1, 2), -0.5 / units::eV_per_A3_in_GPa, 1e-15);
  EXPECT_EQ(label.provenance.at("energy_sigma_to_zero"), "-7.1");
  EXPECT_EQ(label.provenance.at("vasp_scf_method"), "normal");
}

TEST(Vasp, RefusesWhatDidNotConvergeOrIsOfAnotherStructure) {
  EXPECT_EQ(reason(outcar()), "");
  EXPECT_THAT(reason(outcar("EDIFF was not reached")), HasSubstr("not converged"));
  EXPECT_THAT(reason(outcar("because EDIFF is reached", 3.1)), HasSubstr("another structure"));
  EXPECT_THAT(reason(outcar().substr(0, outcar().find("  free  energy"))), HasSubstr("stopped inside"));
  EXPECT_THAT(reason(" vasp.6.4.2\n"), HasSubstr("holds no frame"));
}

TEST(Vasp, ReadsARealRun) {
  VITRION_NEEDS_REFERENCE("dft/dpdata/vasprun.Ge.vdw.xml");
  const fs::path folder = scratch_folder();
  fs::copy_file(reference("dft/dpdata/vasprun.Ge.vdw.xml"), folder / "vasprun.xml");
  Structure ge = io::read_frames(reference("dft/dpdata/OUTCAR.Ge.vdw"))[0];
  const Label label = make_engine({"engine: vasp\n", ""})->read(ge, 0, folder);
  EXPECT_EQ(label.labels.energy, -33.36815582);
  EXPECT_NEAR(label.labels.forces(0, 1), 0.108946, 1e-6);
}

TEST(Vasp, SaysWhatIsMissing) {
  const auto message = [](const std::string& yaml, const Structure& s) -> std::string {
    try {
      make_engine({yaml, "/somewhere/vasp.yaml"})->check(s);
    } catch (const InputError& e) {
      return e.what();
    }
    return "";
  };
  const fs::path folder = library(scratch_folder());
  ::unsetenv("VASP_PP_PATH");
  EXPECT_THAT(message("engine: vasp\n", mixed()), HasSubstr("$VASP_PP_PATH"));
  EXPECT_THAT(message("engine: vasp\npotcar: {library: " + folder.string() + "}\n", mixed()), HasSubstr("Li_sv"));
  EXPECT_THAT(message("engine: vasp\nincar: {NSW: 10}\n", mixed()), HasSubstr("vasp.yaml:2"));
  Variable path("VASP_PP_PATH", folder.string());
  EXPECT_EQ(message("engine: vasp\npotcar: {Li: Li_sv}\n", mixed()), "");
  Structure left_handed = mixed();
  left_handed.cell = Cell::orthorhombic(4, 5, 6);
  Matrix3 m = left_handed.cell.matrix();
  m.row(0).swap(m.row(1));
  left_handed.cell = Cell(m);
  EXPECT_THAT(message("engine: vasp\npotcar: {Li: Li_sv}\n", left_handed), HasSubstr("left-handed"));
  EXPECT_THROW(make_engine({"engine: vasp\ncommand: no-such-vasp\n", ""})->require_program(), InputError);
}

TEST(Vasp, WhatSaysOnlyHowToComputeIsNoOtherCalculation) {
  const auto print = [](const std::string& incar) {
    return make_engine({"engine: vasp\nincar: {" + incar + "}\n", ""})->fingerprint();
  };
  EXPECT_EQ(print(""), print("NCORE: 4, ALGO: Fast"));
  EXPECT_NE(print(""), print("ENCUT: 400"));
  EXPECT_NE(print(""), print("ISPIN: 2"));
}

}  // namespace
}  // namespace vitrion::dft
