// Pair style `vitrion` inside LAMMPS, against LAMMPS's own styles and against `evaluate`.
#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <Eigen/LU>
#include <cmath>

#include "lammps/headers.hpp"
#include "md/oxides.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/catalogue.hpp"

namespace vitrion::md {
namespace {

// Our ZBL through our pair style must give what LAMMPS's zbl gives; LAMMPS rounds e^2/(4 pi eps0) in metal units.
TEST(PairStyle, ZblIsThatOfLammps) {
  const Structure s = random_oxide(60, 1);
  const Answer ours = one_step(s, {"pair_style vitrion", "pair_coeff * * " + zbl_file() + " Mg V O"});
  const Answer theirs =
      one_step(s, {"pair_style zbl 1.5 4.0", "pair_coeff 1 1 12 12", "pair_coeff 2 2 23 23", "pair_coeff 3 3 8 8",
                   "pair_coeff 1 2 12 23", "pair_coeff 1 3 12 8", "pair_coeff 2 3 23 8"});
  EXPECT_GT(std::abs(theirs.energy), 1.0);
  expect_same(ours, theirs, 1e-7);
}

// Three frames of 768 atoms: forces to 1e-9 eV/Å of an independent evaluator's.
TEST(PairStyle, MtpGivesThePublishedPotentialsForces) {
  VITRION_NEEDS_REFERENCE("mtp/mgv2o5/reference_600K.extxyz");
  const std::string file = test::reference("mtp/mgv2o5/pot.mtp").string();
  for (const Structure& s : io::read_frames(test::reference("mtp/mgv2o5/reference_600K.extxyz"))) {
    const Answer lammps = one_step(s, {"pair_style vitrion", "pair_coeff * * " + file + " Mg V O"});
    EXPECT_NEAR(lammps.energy, s.labels.energy.value(), 1e-7);
    EXPECT_LT((lammps.forces - s.labels.forces).cwiseAbs().maxCoeff(), 1e-9);
  }
}

// Vitrion's repulsion laid over Vitrion's and LAMMPS's own: energies, forces and pressures add up, each style seeing
// only the types it was given.
TEST(PairStyle, WorksUnderHybridOverlay) {
  const Structure s = random_oxide(50, 4);
  const std::string zbl = zbl_file();
  const Answer sum =
      one_step(s, {"pair_style hybrid/overlay vitrion zbl 1.5 4.0", "pair_coeff * * vitrion " + zbl + " Mg V O",
                   "pair_coeff 1 1 zbl 12 12", "pair_coeff 2 2 zbl 23 23", "pair_coeff 3 3 zbl 8 8",
                   "pair_coeff 1 2 zbl 12 23", "pair_coeff 1 3 zbl 12 8", "pair_coeff 2 3 zbl 23 8"});
  Answer twice = one_step(s, {"pair_style vitrion", "pair_coeff * * " + zbl + " Mg V O"});
  twice.energy *= 2;
  twice.forces *= 2;
  twice.stress *= 2;
  expect_same(sum, twice, 1e-7);
}

TEST(PairStyle, LeavesOutTypesThatAreNull) {
  const Structure s = random_oxide(50, 5);
  const std::string zbl = zbl_file();
  const Answer ours =
      one_step(s, {"pair_style hybrid/overlay vitrion zbl 1.5 4.0", "pair_coeff * * vitrion " + zbl + " NULL V O",
                   "pair_coeff 1 1 zbl 12 12", "pair_coeff 1 2 zbl 12 23", "pair_coeff 1 3 zbl 12 8"});
  const Answer all = one_step(s, {"pair_style vitrion", "pair_coeff * * " + zbl + " Mg V O"});
  expect_same(ours, all, 1e-7);
}

TEST(PairStyle, PerAtomEnergyAndVirialSumToTheTotals) {
  const Structure s = random_oxide(40, 6);
  LammpsSession session;
  session.create(s, mg_v_o);
  for (const std::string& c :
       {std::string("pair_style vitrion"), "pair_coeff * * " + zbl_file() + " Mg V O",
        std::string("compute e all pe/atom"), std::string("compute w all stress/atom NULL virial"),
        std::string("compute se all reduce sum c_e"), std::string("compute sw all reduce sum c_w[1] c_w[4]"),
        std::string("thermo_style custom step pe pxx pxy vol c_se c_sw[1] c_sw[2]"), std::string("run 0")})
    session.command(c);
  const double energy = session.thermo("pe"), pxx = session.thermo("pxx") * session.thermo("vol");
  EXPECT_NEAR(session.value("c_se"), energy, 1e-9 * std::abs(energy));
  // Atoms stand still: the pressure is all virial.
  EXPECT_NEAR(-session.value("c_sw[1]"), pxx, 1e-9 * std::abs(pxx));
  EXPECT_NEAR(-session.value("c_sw[2]"), session.thermo("pxy") * session.thermo("vol"), 1e-9 * std::abs(pxx));
}

// A turned, left-handed cell is the same crystal.
TEST(PairStyle, TurnsAnyCellIntoLammpsAxes) {
  const Structure s = random_oxide(40, 7);
  const std::vector<std::string> commands{"pair_style vitrion", "pair_coeff * * " + zbl_file() + " Mg V O"};
  Matrix3 rotation;
  rotation = Eigen::AngleAxisd(0.7, Vector3(1, 2, 3).normalized()).toRotationMatrix();
  Structure turned = s;
  turned.positions = s.positions * rotation;
  Matrix3 m = s.cell.matrix() * rotation;
  m.row(2) *= -1;
  turned.cell = Cell(m);
  const Answer a = one_step(s, commands), b = one_step(turned, commands);
  EXPECT_NEAR(a.energy, b.energy, 1e-10 * std::abs(a.energy));
  EXPECT_LT((a.forces.rowwise().norm() - b.forces.rowwise().norm()).cwiseAbs().maxCoeff(),
            1e-9 * a.forces.cwiseAbs().maxCoeff());
}

// Who brings the forces on ghosts home, LAMMPS or the pair style, makes no difference; alone and beside another style.
TEST(PairStyle, NewtonOnAndOffAreTheSame) {
  const Structure s = random_oxide(50, 9);
  const std::string zbl = zbl_file();
  for (const std::vector<std::string>& commands :
       {std::vector<std::string>{"pair_style vitrion", "pair_coeff * * " + zbl + " Mg V O"},
        {"pair_style hybrid/overlay vitrion lj/cut 3.0", "pair_coeff * * vitrion " + zbl + " Mg NULL O",
         "pair_coeff * * lj/cut 0.1 1.5"}}) {
    const Answer on = one_step(s, commands, {"newton on"}), off = one_step(s, commands, {"newton off"});
    EXPECT_GT(std::abs(on.energy), 1.0);
    expect_same(on, off, 1e-12);
  }
}

TEST(PairStyle, StopsWhenAPositionIsNoNumber) {
  LammpsSession session;
  session.create(random_oxide(20, 11), mg_v_o);
  session.command("pair_style vitrion");
  session.command("pair_coeff * * " + zbl_file() + " Mg V O");
  session.command("run 0");
  session.lammps().atom->x[3][1] = std::nan("");
  try {
    session.command("run 0");
    FAIL() << "no error";
  } catch (const lammps::LammpsError& e) {
    EXPECT_NE(std::string(e.what()).find("simulation unstable"), std::string::npos) << e.what();
  }
}

TEST(PairStyle, RefusesAtomsOnOnePlace) {
  Structure s = random_oxide(20, 10);
  s.positions.row(12) = s.positions.row(3);
  try {
    one_step(s, {"pair_style vitrion", "pair_coeff * * " + zbl_file() + " Mg V O"});
    FAIL() << "no error";
  } catch (const lammps::LammpsError& e) {
    EXPECT_NE(std::string(e.what()).find("atoms 4 and 13 stand on the same place"), std::string::npos) << e.what();
  }
}

void expect_error(const std::vector<std::string>& commands, const std::string& fragment) {
  LammpsSession session;
  session.create(random_oxide(10, 8), mg_v_o);
  try {
    for (const std::string& c : commands) session.command(c);
    FAIL() << "no error";
  } catch (const lammps::LammpsError& e) {
    EXPECT_NE(std::string(e.what()).find(fragment), std::string::npos) << e.what();
    EXPECT_EQ(e.command(), commands.back());
  }
}

TEST(PairStyle, ErrorsOfLammpsAreExceptions) {
  const std::string zbl = zbl_file();
  expect_error({"pair_style no_such_style"}, "no_such_style");
  expect_error({"pair_style vitrion", "pair_coeff * * " + zbl + " Mg V"}, "3 atom types");
  expect_error({"pair_style vitrion", "pair_coeff * * " + zbl + " Mg V Li"}, "knows Mg, V, O, not Li");
  expect_error({"pair_style vitrion", "pair_coeff * * nowhere.mtp Mg V O"}, "nowhere.mtp: cannot be opened");
  expect_error({"pair_style vitrion species Mg,Xx"}, "not the symbol");
}

}  // namespace
}  // namespace vitrion::md
