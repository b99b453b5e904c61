#include <gtest/gtest.h>

#include <cmath>

#include "io/samples.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/units.hpp"

namespace vitrion::io {
namespace {

using namespace test;

const std::string header = "1\nLattice=\"4 0 0 0 5 0 0 0 6\" Properties=species:S:1:pos:R:3:forces:R:3 ";
const std::string atom = "\nLi 0.5 1 1.5 0.1 0.2 0.3\n";

Structure read_extxyz(const std::string& text) {
  return read_frames(make_file("one.extxyz", text)).at(0);
}

TEST(Extxyz, ReadsBackExactlyWhatItWrote) {
  Structure s = rich_structure();
  s.ids = {7, 3, 9};
  s.images = {{0, -1, 2}, {0, 0, 0}, {1, 1, 1}};
  s.wrapping = Wrapping::wrapped;
  s.labels.atomic_energies = {-1, -2.5, 1.0 / 3.0};
  const auto file = scratch_folder() / "rich.extxyz";
  write_frames(file, {s, s});
  const auto frames = read_frames(file);
  ASSERT_EQ(frames.size(), 2u);
  const Structure& r = frames[1];
  EXPECT_EQ(r.cell, s.cell);
  EXPECT_EQ(r.species, s.species);
  EXPECT_EQ(r.positions, s.positions);
  EXPECT_EQ(r.velocities, s.velocities);
  EXPECT_EQ(r.ids, s.ids);
  EXPECT_EQ(r.images, s.images);
  EXPECT_EQ(r.wrapping, s.wrapping);
  EXPECT_EQ(r.labels.energy, s.labels.energy);
  EXPECT_EQ(r.labels.energy_kind, s.labels.energy_kind);
  EXPECT_EQ(r.labels.forces, s.labels.forces);
  EXPECT_EQ(*r.labels.stress, *s.labels.stress);
  EXPECT_EQ(r.labels.atomic_energies, s.labels.atomic_energies);
  EXPECT_EQ(r.time, s.time);
  EXPECT_EQ(r.step, s.step);
  EXPECT_EQ(r.info, s.info);
}

TEST(Extxyz, KeepsClustersAndSlabs) {
  Structure s = rich_structure();
  s.cell = Cell();
  s.labels.stress.reset();
  const auto file = scratch_folder() / "cluster.extxyz";
  write_frames(file, {s});
  EXPECT_EQ(read_frames(file)[0].cell, Cell());
  Matrix3 slab = Matrix3::Zero();
  slab(0, 0) = 3;
  slab(1, 1) = 4;
  s.cell = Cell(slab, {true, true, false});
  write_frames(file, {s});
  EXPECT_EQ(read_frames(file)[0].cell, s.cell);
}

TEST(Extxyz, RecordsWhichEnergyWasRead) {
  Structure s = read_extxyz(header + "energy=-1.5 free_energy=-1.75" + atom);
  EXPECT_EQ(s.labels.energy, -1.75);
  EXPECT_EQ(s.labels.energy_kind, EnergyKind::free);
  EXPECT_EQ(s.info.at("energy"), "-1.5");
  s = read_extxyz(header + "energy=-1.5" + atom);
  EXPECT_EQ(s.labels.energy, -1.5);
  EXPECT_EQ(s.labels.energy_kind, EnergyKind::unspecified);
  s = read_extxyz(header + "energy=-1.5 REF_energy=-2" + atom);
  EXPECT_EQ(s.labels.energy, -2);
  EXPECT_EQ(s.info.at("energy"), "-1.5");
  const auto again = scratch_folder() / "again.extxyz";
  write_frames(again, {s});
  EXPECT_EQ(read_frames(again)[0].labels.energy, -2);
  EXPECT_EQ(read_frames(again)[0].info.at("energy"), "-1.5");
  s = read_extxyz(header + atom);
  EXPECT_FALSE(s.labels.energy);
}

TEST(Extxyz, PrefersReferenceForces) {
  const Structure s = read_extxyz(
      "1\nLattice=\"4 0 0 0 5 0 0 0 6\" Properties=species:S:1:forces:R:3:pos:R:3:REF_forces:R:3 pbc=\"T F T\"\n"
      "Li 9 9 9 0.5 1 1.5 0.1 0.2 0.3\n");
  EXPECT_EQ(s.labels.forces(0, 2), 0.3);
  EXPECT_EQ(s.positions(0, 1), 1.0);
  EXPECT_EQ(s.cell.periodic(), (std::array<bool, 3>{true, false, true}));
}

TEST(Extxyz, CarriesFurtherColumnsAsTheyStand) {
  const std::string text =
      "2\nLattice=\"4 0 0 0 5 0 0 0 6\" "
      "Properties=species:S:1:initial_charges:R:1:pos:R:3:tag:S:1:dipole:R:3:forces:R:3:REF_forces:R:3:fixed:L:1\n"
      "Li 0.50 0 0 0 a 1 2.500 -3 9 9 9 0.1 0.2 0.3 T\nO -1e0 1 1 1 b_2 0 0 0 8 8 8 -0.1 -0.2 -0.3 F\n";
  const Structure s = read_extxyz(text);
  EXPECT_EQ(s.columns.at("initial_charges"), (AtomColumn{'R', 1, {"0.50", "-1e0"}}));
  EXPECT_EQ(s.columns.at("dipole"), (AtomColumn{'R', 3, {"1 2.500 -3", "0 0 0"}}));
  EXPECT_EQ(s.columns.at("tag").values[1], "b_2");
  EXPECT_EQ(s.columns.at("fixed").type, 'L');
  EXPECT_EQ(s.columns.at("forces").values[0], "9 9 9");  // beside REF_forces, which is read
  EXPECT_EQ(s.labels.forces(0, 2), 0.3);
  const auto file = scratch_folder() / "again.extxyz";
  write_frames(file, {s});
  const Structure again = read_frames(file)[0];
  EXPECT_EQ(again.columns, s.columns);
  EXPECT_EQ(again.labels.forces, s.labels.forces);
  EXPECT_EQ(again.positions, s.positions);
}

TEST(Extxyz, ReadsVelocitiesBeforeMomentaAndNamesBeforeTypes) {
  const Structure s = read_extxyz(
      "1\nProperties=type:I:1:species:S:1:pos:R:3:momenta:R:3:masses:R:1:vel:R:3 pbc=\"F F F\"\n"
      "3 Li 0 0 0 7 7 7 6.5 0.1 0.2 0.3\n");
  EXPECT_EQ(s.species[0].name(), "Li");
  EXPECT_EQ(s.velocities.row(0), Eigen::RowVector3d(0.1, 0.2, 0.3));
  EXPECT_EQ(s.columns.size(), 3u);  // type, momenta, masses
}

TEST(Extxyz, ReadsStressInEveryWriting) {
  // Voigt order xx yy zz yz xz xy; virial = -volume * stress, volume 120.
  Matrix3 expected;
  expected << 1, 6, 5, 6, 2, 4, 5, 4, 3;
  EXPECT_EQ(*read_extxyz(header + "stress=\"1 2 3 4 5 6\"" + atom).labels.stress, expected);
  EXPECT_EQ(*read_extxyz(header + "REF_stress={1 6 5 6 2 4 5 4 3}" + atom).labels.stress, expected);
  EXPECT_EQ(*read_extxyz(header + "stress=[[1, 6, 5], [6, 2, 4], [5, 4, 3]]" + atom).labels.stress, expected);
  const Structure v = read_extxyz(header + "virial=\"-120 -720 -600 -720 -240 -480 -600 -480 -360\"" + atom);
  EXPECT_TRUE(v.labels.stress->isApprox(expected, 1e-14));
  expect_refused(make_file("v.xyz", header + "stress=\"1 2 3 0 0 0\" virial=\"120 240 360 0 0 0\"" + atom), 2,
                 "contradict");
}

TEST(Extxyz, TurnsMomentaOfAseIntoVelocities) {
  // ase 3.22.1: Atoms('Li', momenta=[[0.7, 0, -1.4]]).get_velocities() * ase.units.fs with its mass 6.94.
  const Structure s = read_extxyz("1\nProperties=species:S:1:pos:R:3:momenta:R:3 pbc=\"F F F\"\nLi 0 0 0 0.7 0 -1.4\n");
  EXPECT_NEAR(s.velocities(0, 0), 0.0099076172218, 1e-9);
  EXPECT_NEAR(s.velocities(0, 2), -0.0198152344436, 1e-9);
}

TEST(Extxyz, WritesVelocitiesAsMomentaOfAse) {
  // The numbers of the test above, the other way.
  Structure s = read_extxyz("1\nProperties=species:S:1:pos:R:3:vel:R:3 pbc=\"F F F\"\nLi 0 0 0 0.0099076172218 0 0\n");
  const auto file = scratch_folder() / "momenta.extxyz";
  const auto written = [&] {
    write_frames(file, {s});
    return read_file(file);
  };
  const std::string text = written();
  const std::size_t at = text.find("Li 0 0 0 ");
  EXPECT_NE(text.find(":momenta:R:3"), std::string::npos);
  EXPECT_NEAR(std::stod(text.substr(at + 9)), 0.7, 1e-7);
  EXPECT_NEAR(read_frames(file)[0].velocities(0, 0), 0.0099076172218, 1e-17);
  // ASE divides by a column of masses where there is one.
  s.columns["masses"] = {'R', 1, {"13.88"}};
  EXPECT_NEAR(std::stod(written().substr(written().find("Li 0 0 0 ") + 9)), 1.4, 2e-7);
  EXPECT_NEAR(read_frames(file)[0].velocities(0, 0), 0.0099076172218, 1e-17);
  // A column that would be read in their place, or atoms without a mass: velocities as they are.
  s.columns["velo"] = {'R', 3, {"9 9 9"}};
  EXPECT_NE(written().find(":vel:R:3"), std::string::npos);
  EXPECT_EQ(read_frames(file)[0].velocities, s.velocities);
  s.columns.clear();
  s.species[0] = Species::type(0);
  EXPECT_NE(written().find(":vel:R:3"), std::string::npos);
}

TEST(Extxyz, ReadsPlainXyzAndAtomicNumbers) {
  const Structure plain = read_extxyz("2\nfree = \"text\nLi 1 2 3\nO 4 5 6\n");
  EXPECT_EQ(composition(plain.species), "Li1 O1");
  EXPECT_EQ(plain.cell, Cell());
  const Structure z = read_extxyz("1\nProperties=Z:I:1:pos:R:3\n15 0 0 0\n");
  EXPECT_EQ(z.species[0].name(), "P");
}

TEST(Extxyz, PlacesErrors) {
  const auto refused = [](const std::string& text, std::size_t line, const std::string& part) {
    expect_refused(make_file("bad.extxyz", text), line, part);
  };
  refused(header + atom + "Li", 4, "not a whole number");
  refused(header + "\nLi 0.5 1 1.5 0.1 nan 0.3\n", 3, "nan");
  refused(header + "\nLi 0.5 1 1.5 0.1 0.2x 0.3\n", 3, "not a number");
  refused(header + "\nLi 0.5 1 1.5\n", 3, "4 columns");
  refused(header + "\nLx 0.5 1 1.5 0 0 0\n", 3, "Lx");
  refused(header + "energy=nan" + atom, 2, "nan");
  refused(header + "stress=\"1 2 3\"" + atom, 2, "stress");
  refused(header + "note=\"open" + atom, 2, "quote");
  refused(header + "pbc=\"T T maybe\"" + atom, 2, "pbc");
  refused("2" + header.substr(1) + atom, 3, "ends inside");
  refused("1\nLattice=\"4 0 0 0 5 0 0 0 0\" Properties=species:S:1:pos:R:3\nLi 0 0 0\n", 2, "zero");
  refused("1\nLattice=\"4 0 0 0 5 0 0 0\" Properties=species:S:1:pos:R:3\nLi 0 0 0\n", 2, "8 numbers");
  refused("999999999999\nLattice=\"4 0 0 0 5 0 0 0 6\" Properties=species:S:1:pos:R:3\nLi 0 0 0\n", 1, "cannot be");
  refused("2000000000\nLattice=\"4 0 0 0 5 0 0 0 6\" Properties=species:S:1:pos:R:3\nLi 0 0 0\n", 3, "ends inside");
}

TEST(Extxyz, ReadsReferenceData) {
  VITRION_NEEDS_REFERENCE("mtp/mgv2o5/reference_600K.extxyz");
  const auto frames = read_frames(reference("mtp/mgv2o5/reference_600K.extxyz"));
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[0].size(), 768u);
  EXPECT_EQ(frames[0].labels.energy, -8420.2353006992);
  EXPECT_EQ(frames[0].labels.forces(0, 0), -0.4936533637);
  EXPECT_EQ(read_frames(reference("mtp/zuo2020/Mo/training.extxyz")).size(), 194u);
  EXPECT_EQ(read_frames(reference("lipon-pbe/lipon_pbe.extxyz"))[0].labels.stress->operator()(0, 1), 2.8959972939e-02);
}

}  // namespace
}  // namespace vitrion::io
