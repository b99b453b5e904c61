// Second lines of extended XYZ as other programs write them.
#include <gtest/gtest.h>

#include <cmath>

#include "io/samples.hpp"
#include "vitrion/core/units.hpp"

namespace vitrion::io {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Read {
  Structure frame;
  std::vector<std::string> notes;
};

Read read_noting(const std::string& text, ReadOptions options = {}, const std::string& name = "a.xyz") {
  Read read;
  options.note = [&](const std::string& note) { read.notes.push_back(note); };
  read.frame = read_frames(make_file(name, text), options).at(0);
  return read;
}

TEST(ExtxyzHeader, KeysCountInAnyCaseAndWithBlanks) {
  for (const std::string header :
       {"lattice=\"4 0 0 0 5 0 0 0 10\" energy=-14.25 virial=\"2 0 0 0 2 0 0 0 2\" "
        "properties=species:S:1:pos:R:3:force:R:3",
        "Lattice = \"4 0 0 0 5 0 0 0 10\" Energy = -14.25 Virial = \"2 0 0 0 2 0 0 0 2\" Properties = "
        "species:S:1:pos:R:3:forces:R:3",
        "LATTICE=\"4 0 0 0 5 0 0 0 10\" ENERGY=-14.25 STRESS=\"-0.01 0 0 0 -0.01 0 0 0 -0.01\" "
        "PROPERTIES=Species:S:1:Pos:R:3:Forces:R:3"}) {
    const Structure s = read_noting("1\n" + header + "\nLi 1 2 3 0.1 0.2 0.3\n").frame;
    EXPECT_EQ(s.cell.volume(), 200) << header;
    EXPECT_EQ(s.labels.energy, -14.25) << header;
    ASSERT_TRUE(s.labels.has_forces()) << header;
    EXPECT_EQ(s.labels.forces(0, 2), 0.3);
    ASSERT_TRUE(s.labels.stress) << header;
    EXPECT_DOUBLE_EQ((*s.labels.stress)(0, 0), -0.01) << header;
    EXPECT_THAT(s.info, ::testing::IsEmpty()) << header;
  }
}

TEST(ExtxyzHeader, AnEnergyNeedsNoProperties) {
  const Structure s = read_noting("2\nenergy=-14.21 charge=0\nO 0 0 0\nH 0 0 1\n").frame;
  EXPECT_EQ(s.labels.energy, -14.21);
  EXPECT_EQ(s.cell, Cell());
  EXPECT_EQ(s.info.at("charge"), "0");
  // Free text stays free text, whatever it holds.
  for (const std::string text : {"made by me (E = mc^2)", "it's \"open", "", "a=b"})
    EXPECT_FALSE(read_noting("1\n" + text + "\nO 0 0 0\n").frame.labels.energy) << text;
}

TEST(ExtxyzHeader, ConvertsFromUnitsThatTheHeaderNames) {
  const auto one = [](const std::string& keys) {
    return read_noting("1\nLattice=\"5 0 0 0 5 0 0 0 5\" Properties=species:S:1:pos:R:3:forces:R:3 energy=-2 " + keys +
                       "\nLi 1 2 3 0.5 0 0\n");
  };
  const Structure atomic =
      one("energy-unit=hartree force-unit=hartree/bohr stress=\"1 0 0 0 1 0 0 0 1\" stress-unit=\"au/bohr^3\"").frame;
  EXPECT_DOUBLE_EQ(*atomic.labels.energy, -2 * units::hartree_in_eV);
  EXPECT_DOUBLE_EQ(atomic.labels.forces(0, 0), 0.5 * units::hartree_per_bohr_in_eV_per_A);
  EXPECT_NEAR((*atomic.labels.stress)(1, 1), units::hartree_in_eV / std::pow(units::bohr_in_A, 3), 1e-12);
  EXPECT_THAT(atomic.info, ::testing::IsEmpty()) << "written again, the numbers are in eV";
  const Read thermochemical = one("Energy_Units='kcal/mol' forces_unit=\"kcal / mol / Angstrom\"");
  EXPECT_NEAR(*thermochemical.frame.labels.energy, -2 * 0.0433641, 1e-7);  // NIST: 1 kcal/mol
  EXPECT_NEAR(thermochemical.frame.labels.forces(0, 0), 0.5 * 0.0433641, 1e-7);
  EXPECT_THAT(thermochemical.notes, ElementsAre(HasSubstr("Energy_Units"), HasSubstr("forces_unit")));
  EXPECT_NEAR((*one("stress=\"10 0 0 0 10 0 0 0 10\" stress-unit=kbar").frame.labels.stress)(0, 0), 1 / 160.21766,
              1e-8);
  EXPECT_NEAR((*one("virial=\"1 0 0 0 1 0 0 0 1\" energy-unit=Ry").frame.labels.stress)(0, 0),
              -units::hartree_in_eV / 2 / 125, 1e-12);
  const Read ours =
      one("energy-unit=eV force-unit=\"eV/\u00c5\" stress=\"1 0 0 0 1 0 0 0 1\" stress_unit=\"eV/Ang**3\"");
  EXPECT_EQ(ours.frame.labels.energy, -2);
  EXPECT_EQ((*ours.frame.labels.stress)(0, 0), 1);
  EXPECT_THAT(ours.notes, ::testing::IsEmpty());
  const Structure lengths = one("length_unit=bohr").frame;
  EXPECT_DOUBLE_EQ(lengths.positions(0, 2), 3 * units::bohr_in_A);
  EXPECT_DOUBLE_EQ(lengths.cell.matrix()(0, 0), 5 * units::bohr_in_A);
}

TEST(ExtxyzHeader, RefusesUnitsThatItDoesNotKnow) {
  for (const std::string key : {"energy-unit=nonsense", "energy_unit=eV/atom", "force-unit=eV", "stress-units=eV/Ang",
                                "virial_unit=GPa", "positions_unit=furlong"})
    expect_refused(make_file("a.xyz", "1\nenergy=1 Properties=species:S:1:pos:R:3 " + key + "\nLi 1 2 3\n"), 2,
                   "is not known");
}

TEST(ExtxyzHeader, NamesWhatLooksLikeALabel) {
  const std::string text =
      "1\nLattice=\"4 0 0 0 5 0 0 0 10\" dft_energy=-3 dft_virial=\"2 0 0 0 2 0 0 0 2\" "
      "Properties=species:S:1:pos:R:3:dft_force:R:3\nLi 1 2 3 0.1 0.2 0.3\n";
  const Read silent = read_noting(text);
  EXPECT_FALSE(silent.frame.labels.energy);
  EXPECT_THAT(silent.notes, ::testing::UnorderedElementsAre(HasSubstr("--energy-key dft_energy"),
                                                            HasSubstr("--stress-key dft_virial"),
                                                            HasSubstr("--forces-key dft_force")));
  ReadOptions named;
  named.label_keys = {"dft_energy", "dft_force", "dft_virial"};
  const Read told = read_noting(text, named);
  EXPECT_EQ(told.frame.labels.energy, -3);
  EXPECT_EQ(told.frame.labels.forces(0, 1), 0.2);
  EXPECT_DOUBLE_EQ((*told.frame.labels.stress)(1, 1), -0.01);
  EXPECT_THAT(told.notes, ::testing::IsEmpty());
}

TEST(ExtxyzHeader, ChosenKeysWinOverUsualOnes) {
  ReadOptions named;
  named.label_keys.energy = "mace_energy";
  named.label_keys.forces = "mace_forces";
  const Structure s = read_noting(
                          "1\nenergy=-1 mace_energy=-2 Properties=species:S:1:pos:R:3:forces:R:3:mace_forces:R:3\n"
                          "Li 1 2 3 1 1 1 2 2 2\n",
                          named)
                          .frame;
  EXPECT_EQ(s.labels.energy, -2);
  EXPECT_EQ(s.labels.forces(0, 0), 2);
  EXPECT_EQ(s.info.at("energy"), "-1");
  EXPECT_TRUE(s.columns.contains("forces"));
}

// Dump style extxyz, units metal and real: the temperature tells velocities apart.
TEST(ExtxyzHeader, LammpsVelocitiesAndForcesAreInItsUnits) {
  const double mass = Species::element("Cu").mass();
  const double fast = 0.004;  // Å/fs
  const double kelvin = mass * fast * fast * units::u_A2_per_fs2_in_eV / (3 * units::boltzmann_eV_per_K);
  const auto text = [&](double v, double f) {
    return "1\nTimestep=0 Time=0.0 pbc=\"T T T\" Lattice=\"9 0 0 0 9 0 0 0 9\" Temperature=" + std::to_string(kelvin) +
           " Stress=\"1 0 0 0 1 0 0 0 1\" Properties=species:S:1:pos:R:3:vel:R:3:forces:R:3\nCu 1 2 3 " +
           std::to_string(v) + " 0 0 " + std::to_string(f) + " 0 0\n";
  };
  const Read metal = read_noting(text(fast * 1e3, 0.5)), real = read_noting(text(fast, 11.53025));
  EXPECT_NEAR(metal.frame.velocities(0, 0), fast, 1e-12);
  EXPECT_NEAR(real.frame.velocities(0, 0), fast, 1e-12);
  EXPECT_NEAR(metal.frame.labels.forces(0, 0), 0.5, 1e-12);
  EXPECT_NEAR(real.frame.labels.forces(0, 0), 0.5, 1e-5);
  EXPECT_FALSE(metal.frame.labels.stress);  // bar
  EXPECT_THAT(metal.notes, ElementsAre(HasSubstr("units metal: the numbers fit no other")));
}

TEST(ExtxyzHeader, Cp2kEnergiesAreInHartree) {
  const Read plain = read_noting("1\n i =       10, time =        5.000, E =       -17.1643447258\nO 0 0 0\n");
  EXPECT_DOUBLE_EQ(*plain.frame.labels.energy, -17.1643447258 * units::hartree_in_eV);
  EXPECT_EQ(plain.frame.time, 5);
  EXPECT_EQ(plain.frame.step, 10);
  const Read extended = read_noting(
      "1\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=\"species:S:1:pos:R:3\" Step=10 Time=5.000 Energy=-17.0\nO 0 0 0\n");
  EXPECT_DOUBLE_EQ(*extended.frame.labels.energy, -17.0 * units::hartree_in_eV);
  EXPECT_EQ(extended.frame.time, 5);
  EXPECT_THAT(extended.notes, ElementsAre(HasSubstr("hartree")));
  expect_refused(make_file("x-frc-1.xyz", "1\n i = 1, time = 0.5, E = -17.0\nO 0 0 0\n"), 2, "not positions");
}

// dump_exyz: "stress" holds the kinetic part and the sign of the pressure.
TEST(ExtxyzHeader, GpumdStressIsThePressureTensor) {
  const Structure s =
      read_noting(
          "1\nTime=100.0 pbc=\"T T T\" Lattice=\"4 0 0 0 5 0 0 0 10\" energy=-3 virial=\"2 0 0 0 2 0 0 0 "
          "2\" stress=\"0.02 0 0 0 0.02 0 0 0 0.02\" Properties=species:S:1:pos:R:3:vel:R:3\n"
          "Li 1 2 3 0.001 0 0\n")
          .frame;
  EXPECT_DOUBLE_EQ((*s.labels.stress)(0, 0), -0.01);
  EXPECT_EQ(s.time, 100);
  EXPECT_EQ(s.velocities(0, 0), 0.001);
  EXPECT_TRUE(s.info.contains("pressure_tensor"));
}

// Everything that is read and kept can stand in a report.
TEST(ExtxyzHeader, TextThatIsKeptIsUtf8) {
  const auto refusal = [](const std::string& name, const std::string& text) -> std::string {
    try {
      read_frames(make_file(name, text));
    } catch (const InputError& e) {
      return e.what();
    }
    return "no error";
  };
  const std::string cell = "Lattice=\"5 0 0 0 5 0 0 0 5\" ";
  EXPECT_THAT(refusal("a.extxyz", "1\n" + cell + "config_type=caf\xe9\nLi 0 0 0\n"),
              HasSubstr("a.extxyz:2: the text is not UTF-8"));
  EXPECT_THAT(refusal("a.extxyz", "1\n" + cell + "caf\xe9=1\nLi 0 0 0\n"), HasSubstr("a.extxyz:2"));
  EXPECT_THAT(refusal("a.extxyz", "1\n" + cell + "Properties=species:S:1:pos:R:3:tag:S:1\nLi 0 0 0 caf\xe9\n"),
              HasSubstr("a.extxyz:3"));
  EXPECT_THAT(refusal("POSCAR", "caf\xe9\n1\n5 0 0\n0 5 0\n0 0 5\nLi\n1\nDirect\n0 0 0\n"), HasSubstr("POSCAR:1"));
  EXPECT_THAT(refusal("a.cfg", "BEGIN_CFG\n Size\n 0\n Feature name caf\xe9\nEND_CFG\n"), HasSubstr("a.cfg:4"));
  EXPECT_EQ(refusal("a.extxyz", "1\n" + cell + "config_type=caf\xc3\xa9\nLi 0 0 0\n"), "no error");
}

TEST(ExtxyzHeader, TypeNumbersAreNoSizes) {
  EXPECT_THROW(read_frames(make_file("a.extxyz", "1\nProperties=type:I:1:pos:R:3\n2000000000 0 0 0\n")), InputError);
  EXPECT_THROW(read_frames("/dev/zero"), InputError);
}

}  // namespace
}  // namespace vitrion::io
