// LAMMPS data files and dumps.
#include <gtest/gtest.h>

#include "io/samples.hpp"

namespace vitrion::io {
namespace {

using namespace test;

Structure read_one(const std::string& name, const std::string& text) {
  return read_frames(make_file(name, text)).at(0);
}

std::string dump(const std::string& box, const std::string& atoms) {
  return "ITEM: TIMESTEP\n50\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS " + box + "ITEM: ATOMS " + atoms;
}
const std::string straight = "pp pp ff\n-1 3\n0 5\n0 6\n";

TEST(Dump, SortsByIdAndCountsFromTheCornerOfTheBox) {
  const Structure s = read_one("a.dump", dump(straight,
                                              "id type x y z vx fx fy fz vy vz\n9 2 1 2 3 10 .1 .2 .3 20 30\n"
                                              "4 1 0 0 0 -10 0 0 0 0 0\n"));
  EXPECT_EQ(s.ids, (std::vector<std::int64_t>{4, 9}));
  EXPECT_EQ(s.species[1], Species::type(1));
  EXPECT_EQ(s.positions.row(1), Eigen::RowVector3d(2, 2, 3));
  EXPECT_EQ(s.labels.forces.row(1), Eigen::RowVector3d(.1, .2, .3));
  EXPECT_EQ(s.velocities.row(1), Eigen::RowVector3d(.01, .02, .03));  // Å/ps in metal units
  EXPECT_EQ(s.cell, Cell(Vector3(4, 5, 6).asDiagonal().toDenseMatrix(), {true, true, false}));
  EXPECT_EQ(s.step, 50);
  EXPECT_EQ(s.wrapping, Wrapping::unknown);
  EXPECT_EQ(s.info.at("origin"), "-1 0 0");
}

TEST(Dump, ReadsTiltedAndGeneralBoxes) {
  // Cell (4, 0, 0), (1, 5, 0), (-0.5, 0.3, 6) from (-1, 0, 0): bounds reach 0.5 below and 1 above along x.
  Matrix3 cell;
  cell << 4, 0, 0, 1, 5, 0, -0.5, 0.3, 6;
  const Structure tilted = read_one(
      "a.dump", dump("xy xz yz pp pp pp\n-1.5 4 1\n0 5.3 -0.5\n0 6 0.3\n", "type xs ys zs\n1 0.5 0.5 0.5\n1 0 0 0\n"));
  EXPECT_TRUE(tilted.cell.matrix().isApprox(cell, 1e-15));
  EXPECT_TRUE(tilted.positions.row(0).isApprox(Eigen::RowVector3d(2.25, 2.65, 3), 1e-15));
  EXPECT_TRUE(tilted.ids.empty());
  const Structure general = read_one(
      "b.dump", dump("abc origin pp pp pp\n0 4 0 1\n-5 1 0 1\n0 0 6 1\n", "id element x y z\n1 Li 1 1 1\n2 O 2 3 4\n"));
  cell << 0, 4, 0, -5, 1, 0, 0, 0, 6;
  EXPECT_EQ(general.cell.matrix(), cell);
  EXPECT_EQ(general.positions.row(1), Eigen::RowVector3d(1, 2, 3));
  EXPECT_EQ(composition(general.species), "Li1 O1");
}

TEST(Dump, TellsWrappedFromUnwrapped) {
  const Structure u = read_one("a.dump", dump(straight, "id type xsu ysu zsu\n1 1 2 0 0\n2 1 0 -1 0\n"));
  EXPECT_EQ(u.wrapping, Wrapping::unwrapped);
  EXPECT_EQ(u.positions.row(0), Eigen::RowVector3d(8, 0, 0));
  const Structure i = read_one("a.dump", dump(straight, "id type x y z ix iy iz\n1 1 0 0 0 1 -2 0\n2 1 0 0 0 0 0 0\n"));
  EXPECT_EQ(i.wrapping, Wrapping::wrapped);
  EXPECT_EQ(i.images[0], (std::array<int, 3>{1, -2, 0}));
  const Structure both =
      read_one("a.dump", dump(straight, "id type x y z xu yu zu\n1 1 0 0 0 9 9 9\n2 1 0 0 0 1 1 1\n"));
  EXPECT_EQ(both.positions(0, 0), 10);
}

TEST(Dump, ReadsUnitsAndTime) {
  const std::string frame = dump(straight, "id type x y z fx fy fz\n1 1 0 0 0 1 0 0\n2 1 0 0 0 0 0 0\n");
  EXPECT_EQ(read_one("a.dump", "ITEM: TIME\n0.5\n" + frame).unitless_time, 0.5);
  const Structure real = read_one("b.dump", "ITEM: UNITS\nreal\nITEM: TIME\n0.5\n" + frame);
  EXPECT_EQ(real.time, 0.5);
  EXPECT_NEAR(real.labels.forces(0, 0), 0.0433641, 1e-7);  // kcal/mol in eV
  expect_refused(make_file("c.dump", "ITEM: UNITS\nlj\n" + frame), 2, "lj");
}

TEST(Dump, DoesNotTrustTheDefaultElement) {
  const std::string rows = "id type element x y z\n1 1 C 0 0 0\n2 2 C 1 1 1\n";
  EXPECT_EQ(composition(read_one("a.dump", dump(straight, rows)).species), "type01 type11");
  const std::string carbon = "id type element x y z\n1 1 C 0 0 0\n2 1 C 1 1 1\n";
  EXPECT_EQ(composition(read_one("a.dump", dump(straight, carbon)).species), "C2");
}

TEST(Dump, ReadsBackWhatItWrote) {
  Structure s = rich_structure();
  s.labels.energy.reset();
  s.labels.energy_kind = EnergyKind::unspecified;
  s.labels.stress.reset();
  s.info.clear();
  Matrix3 cell;
  cell << 5.1, 0, 0, 1.0 / 3.0, 6.2, 0, -0.7, 0.1, 7.25;
  s.cell = Cell(cell, {true, true, false});
  s.ids = {3, 5, 8};
  s.images = {{1, 0, 0}, {0, 0, 0}, {-1, 2, 0}};
  s.wrapping = Wrapping::wrapped;
  s.info["origin"] = "0.5 -0.25 0";
  const auto file = scratch_folder() / "run.lammpstrj.gz";
  write_frames(file, {s, s});
  const auto frames = read_frames(file);
  ASSERT_EQ(frames.size(), 2u);
  const Structure& r = frames[1];
  EXPECT_TRUE(r.cell.matrix().isApprox(s.cell.matrix(), 1e-14));
  EXPECT_EQ(r.cell.periodic(), s.cell.periodic());
  EXPECT_EQ(r.species, s.species);
  EXPECT_LT((r.positions - s.positions).cwiseAbs().maxCoeff(), 1e-10);
  EXPECT_TRUE(r.velocities.isApprox(s.velocities, 1e-14));
  EXPECT_EQ(r.labels.forces, s.labels.forces);
  EXPECT_EQ(r.ids, s.ids);
  EXPECT_EQ(r.images, s.images);
  EXPECT_EQ(r.wrapping, s.wrapping);
  EXPECT_EQ(r.time, s.time);
  EXPECT_EQ(r.step, s.step);
  EXPECT_EQ(r.info, s.info);
}

TEST(Dump, CarriesFurtherColumns) {
  const Structure s = read_one(
      "a.dump",
      dump(straight, "id type q x y z mol c_pe fx fy fz\n2 1 0.5 0 0 0 7 -1 1 2 3\n1 1 -0.25 1 1 1 8 -2.5 4 5 6\n"));
  EXPECT_EQ(s.columns.at("q"), (AtomColumn{'R', 1, {"-0.25", "0.5"}}));  // in order of id
  EXPECT_EQ(s.columns.at("mol"), (AtomColumn{'I', 1, {"8", "7"}}));
  EXPECT_EQ(s.labels.forces(0, 0), 4);
  Structure wide = s;
  wide.columns = {{"dipole", {'R', 3, {"1 2 3", "4 5 6"}}}, {"type", {'I', 1, {"5", "6"}}}};
  const auto file = scratch_folder() / "again.dump";
  write_frames(file, {s, wide});
  const auto again = read_frames(file);
  EXPECT_EQ(again[0].columns, s.columns);
  EXPECT_EQ(again[1].columns.at("dipole[2]").values, (std::vector<std::string>{"2", "5"}));
  EXPECT_EQ(again[1].columns.at("v_type").values, (std::vector<std::string>{"5", "6"}));
  EXPECT_EQ(again[1].species, s.species);
}

/// All distances between atoms and their images in the nearest cells, sorted: what turning a structure must keep.
std::vector<double> distances(const Structure& s) {
  std::vector<double> all;
  for (Eigen::Index i = 0; i < s.positions.rows(); ++i)
    for (Eigen::Index j = 0; j < s.positions.rows(); ++j)
      all.push_back(s.cell.minimum_image((s.positions.row(j) - s.positions.row(i)).transpose()).norm());
  std::sort(all.begin(), all.end());
  return all;
}

TEST(LammpsFiles, TurnAnyCellAndKeepItsDistances) {
  Structure s = rich_structure();
  s.positions.row(2) << 3, 1, 2;
  Matrix3 cell;
  cell << 0.3, 5, 0.1, -6, 0.5, 1, 2, 0.3, 7;
  for (const double handedness : {1.0, -1.0}) {
    s.cell = Cell(Matrix3(Vector3(1, handedness, 1).asDiagonal() * cell));
    for (const char* name : {"a.dump", "a.lammps-data"}) {
      const auto file = scratch_folder() / name;
      write_frames(file, {s});
      const Structure r = read_frames(file)[0];
      EXPECT_GT(r.cell.matrix().diagonal().minCoeff(), 0);
      EXPECT_NEAR(r.cell.volume(), s.cell.volume(), 1e-9);
      const auto before = distances(s), after = distances(r);
      for (std::size_t k = 0; k < before.size(); ++k) EXPECT_NEAR(before[k], after[k], 1e-10);
      EXPECT_NEAR(r.velocities.row(0).norm(), s.velocities.row(0).norm(), 1e-15);
      if (r.labels.has_forces()) {
        // The component of a force along a bond does not change.
        const auto along = [](const Structure& t) {
          return t.labels.forces.row(0).dot(
              t.cell.minimum_image((t.positions.row(2) - t.positions.row(0)).transpose()));
        };
        EXPECT_NEAR(along(r), along(s), 1e-12);
      }
    }
  }
}

TEST(Dump, PlacesErrors) {
  const auto refused = [](const std::string& text, std::size_t line, const std::string& part) {
    expect_refused(make_file("bad.dump", text), line, part);
  };
  const std::string good = dump(straight, "id type x y z\n1 1 0 0 0\n2 1 1 1 1\n");
  refused(good + dump(straight, "id type x y z\n1 1 0 0 0\n"), 21, "ends inside");
  refused(dump(straight, "id type x y z\n1 1 0 0 0\n") + good, 11, "holds 1 atoms, its header says 2");
  refused(good + "3 1 0 0 0\n", 12, "follows the last atom");
  refused(dump(straight, "id type x y z\n1 1 0 0 0\n1 1 1 1 1\n"), 9, "id 1 stands twice");
  refused(dump(straight, "id type x y z\n1 1 0 0\n2 1 1 1 1\n"), 10, "4 columns");
  refused(dump(straight, "id type x y z\n1 1 0 0 inf\n2 1 1 1 1\n"), 10, "inf");
  refused(dump(straight, "id type x y\n1 1 0 0\n2 1 1 1\n"), 9, "not complete");
  refused(dump(straight, "id x y z\n1 0 0 0\n2 1 1 1\n"), 9, "neither type nor element");
  refused(dump("pp pp pp\n0 0\n0 5\n0 6\n", "id type x y z\n1 1 0 0 0\n2 1 1 1 1\n"), 8, "no extent along x");
  refused("ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n-3\n", 4, "cannot be");
  refused("ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n2000000000\nITEM: BOX BOUNDS " + straight +
              "ITEM: ATOMS id type x y z\n1 1 0 0 0\n",
          10, "ends inside");
}

TEST(Dump, ReadsReferenceData) {
  VITRION_NEEDS_REFERENCE("transport/mgv2o5/dump_600K.lammpstrj.gz");
  ReadOptions options;
  options.species = parse_species_list("Mg,V,O");
  const auto reader = open_frames(reference("transport/mgv2o5/dump_600K.lammpstrj.gz"), options);
  int n = 0;
  Structure frame;
  while (auto next = reader->next()) {
    frame = std::move(*next);
    ++n;
  }
  EXPECT_EQ(n, 26);
  EXPECT_EQ(frame.size(), 768u);
  EXPECT_TRUE(std::is_sorted(frame.ids.begin(), frame.ids.end()));
  const auto magnesium = std::count(frame.species.begin(), frame.species.end(), Species::element("Mg"));
  EXPECT_EQ(magnesium, 96);
}

std::string data(const std::string& before_atoms, const std::string& atoms, const std::string& title = "title") {
  return title + "\n\n2 atoms\n2 atom types\n\n-1 3 xlo xhi\n0 5 ylo yhi\n0 6 zlo zhi\n" + before_atoms + "\nAtoms " +
         atoms;
}
const std::string masses = "\nMasses\n\n1 6.94\n2 16.00\n";

TEST(LammpsData, ReadsEveryAtomStyle) {
  const std::vector<std::string> files{
      data(masses, "\n\n2 2 1 2 3\n1 1 0 0 0\n"),
      data(masses, "# charge\n\n2 2 -1.0 1 2 3 0 0 1\n1 1 0.5 0 0 0 0 0 0\n"),
      data(masses, "\n\n2 2 -1.0 1 2 3\n1 1 0.5 0 0 0\n"),
      data(masses, "\n\n2 7 2 -1.0 1 2 3\n1 7 1 0.5 0 0 0\n"),
      data(masses, "# full\n\n2 7 2 -1.0 1 2 3 # O\n\n1 7 1 0.5 0 0 0\n"),
      data(masses, "\n\n2 7 2 1 2 3\n1 7 1 0 0 0\n"),
  };
  for (const std::string& text : files) {
    const Structure s = read_one("a.lammps-data", text);
    EXPECT_EQ(composition(s.species), "Li1 O1") << text;
    EXPECT_EQ(s.positions.row(1), Eigen::RowVector3d(2, 2, 3)) << text;
  }
  EXPECT_EQ(read_one("a.data", files[1]).images[1], (std::array<int, 3>{0, 0, 1}));
}

TEST(LammpsData, NamesTypesByMassNameOrNotAtAll) {
  const std::string atoms = "\n\n1 1 0 0 0\n2 2 1 2 3\n";
  EXPECT_EQ(composition(read_one("a.data", data("", atoms)).species), "type01 type11");
  EXPECT_EQ(composition(read_one("a.data", data("\nMasses\n\n1 1.0\n2 55.5\n", atoms)).species), "type01 type11");
  EXPECT_EQ(composition(read_one("a.data", data("\nMasses\n\n1 1.0 # Li\n2 30.973762\n", atoms)).species), "Li1 P1");
  const std::string named = "\nAtom Type Labels\n\n1 Mg\n2 V\n";
  EXPECT_EQ(composition(read_one("a.data", data(named, "\n\n1 V 0 0 0\n2 Mg 1 2 3\n")).species), "V1 Mg1");
  expect_refused(make_file("a.data", data("\nMasses\n\n1 15.999 # Li\n2 6.94\n", atoms)), 12, "mass of O");
}

TEST(LammpsData, ReadsTiltsVelocitiesAndWhatWriteDataSays) {
  const Structure s =
      read_one("a.data", data("1 -0.5 0.3 xy xz yz\n\nPair Coeffs # lj\n\n1 1 1\n2 1 1\n" + masses,
                              "\n\n1 1 0 0 0\n2 2 1 2 3\n\nVelocities\n\n2 1 2 3\n1 0 0 1\n\nBonds\n\n1 1 1 2\n",
                              "LAMMPS data file via write_data, version 29 Sep 2021, timestep = 5000, units = real"));
  Matrix3 cell;
  cell << 4, 0, 0, 1, 5, 0, -0.5, 0.3, 6;
  EXPECT_EQ(s.cell.matrix(), cell);
  EXPECT_EQ(s.velocities.row(1), Eigen::RowVector3d(1, 2, 3));
  EXPECT_EQ(s.step, 5000);
  const Structure general = read_one("b.data",
                                     "t\n\n1 atoms\n1 atom types\n0 4 0 avec\n-5 0 0 bvec\n0 0 6 cvec\n"
                                     "1 1 1 abc origin\n\nAtoms\n\n1 1 2 3 4\n");
  EXPECT_EQ(general.cell.matrix()(1, 0), -5);
  EXPECT_EQ(general.positions.row(0), Eigen::RowVector3d(1, 2, 3));
}

TEST(LammpsData, ReadsBackWhatItWrote) {
  Structure s = rich_structure();
  Matrix3 cell;
  cell << 5.1, 0, 0, 1.0 / 3.0, 6.2, 0, -0.7, 0.1, 7.25;
  s.cell = Cell(cell);
  s.images = {{1, 0, 0}, {0, 0, 0}, {-1, 2, 0}};
  s.wrapping = Wrapping::wrapped;
  const auto file = scratch_folder() / "s.lammps-data";
  write_frames(file, {s}, {"", parse_species_list("P,O,Li")});
  const Structure r = read_frames(file)[0];
  EXPECT_EQ(r.cell, s.cell);
  EXPECT_EQ(r.species, s.species);
  EXPECT_EQ(r.positions, s.positions);
  EXPECT_TRUE(r.velocities.isApprox(s.velocities, 1e-14));
  EXPECT_EQ(r.images, s.images);
  EXPECT_THAT(read_file(file), ::testing::HasSubstr("3 atom types"));
}

TEST(LammpsData, ReducesTiltsAndRecountsImages) {
  Structure s = rich_structure();
  Matrix3 cell;
  cell << 5, 0, 0, 4, 6, 0, -3, 5, 7;
  s.cell = Cell(cell);
  s.positions.row(2) << 1, 1, 1;
  s.images = {{1, 0, 0}, {0, 2, 0}, {-1, 2, 1}};
  const auto file = scratch_folder() / "s.lammps-data";
  write_frames(file, {s});
  const Structure r = read_frames(file)[0];
  const Matrix3& m = r.cell.matrix();
  EXPECT_LE(std::abs(m(1, 0)), 2.5);
  EXPECT_LE(std::abs(m(2, 0)), 2.5);
  EXPECT_LE(std::abs(m(2, 1)), 3.0);
  for (Eigen::Index i = 0; i < 3; ++i) {
    const auto unwrapped = [i](const Structure& t) {
      Eigen::RowVector3d x = t.positions.row(i);
      for (std::size_t k = 0; k < 3; ++k)
        x += t.images[static_cast<std::size_t>(i)][k] * t.cell.matrix().row(static_cast<Eigen::Index>(k));
      return x;
    };
    EXPECT_TRUE(unwrapped(r).isApprox(unwrapped(s), 1e-12));
  }
}

TEST(LammpsData, TellsChargeFromMolecularByEveryRowOrRefuses) {
  const auto data = [](const std::string& rows) {
    return "charges\n\n4 atoms\n2 atom types\n0 9 xlo xhi\n0 9 ylo yhi\n0 9 zlo zhi\n\nMasses\n\n1 24.305\n2 15.999\n\n"
           "Atoms\n\n" +
           rows;
  };
  const Structure charged =
      read_frames(make_file("q.data", data("1 1 2 0 0 0\n2 1 2 0 0 4\n3 2 -2 2 2 0\n4 2 -2 2 2 4\n")))[0];
  EXPECT_EQ(charged.species[0].name(), "Mg");
  EXPECT_EQ(charged.species[3].name(), "O");
  const Structure molecular =
      read_frames(make_file("m.data", data("1 1 2 0 0 0\n2 1 2 0 0 4\n3 7 1 2 2 0\n4 7 1 2 2 4\n")))[0];
  EXPECT_EQ(molecular.species[0].name(), "O");
  EXPECT_EQ(molecular.species[3].name(), "Mg");
  expect_refused(make_file("both.data", data("1 1 2 0 0 0\n2 1 2 0 0 4\n3 2 1 2 2 0\n4 2 1 2 2 4\n")), 19,
                 "the numbers allow both");
}

TEST(LammpsData, PlacesErrors) {
  const auto refused = [](const std::string& text, std::size_t line, const std::string& part) {
    expect_refused(make_file("bad.lammps-data", text), line, part);
  };
  refused(data("", "\n\n1 1 0 0 0\n"), 12, "ends inside");
  refused(data("", "\n\n1 1 0 0 0\n2 3 1 1 1\n"), 13, "type 3");
  refused(data("", "\n\n1 1 0 0 0\n2 2 1 nan 1\n"), 13, "nan");
  refused(data("", "\n\n1 1 0 0 0\n2 2 1 1 1 0 0 0\n"), 13, "8 columns");
  refused(data("", "# sphere\n\n1 1 0 0 0\n2 2 1 1 1\n"), 12, "sphere");
  refused(data("", "\n\n1 1 0 0 0\n\nVelocities\n"), 14, "fewer rows");
  refused(data("", "\n\n1 1 0 0 0\n1 1 0 0 0\n"), 0, "id 1 stands twice");
  refused("title\n\n2 atoms\n0 4 xlo xhi\n\nAtoms\n\n1 1 0 0 0\n2 1 0 0 0\n", 9, "box");
}

TEST(LammpsData, ReadsReferenceData) {
  VITRION_NEEDS_REFERENCE("structure/mgv2o5_96.lammps-data");
  ReadOptions options;
  options.species = parse_species_list("Mg,V,O");
  const Structure s = read_frames(reference("structure/mgv2o5_96.lammps-data"), options)[0];
  EXPECT_EQ(composition(s.species), "Mg12 V24 O60");
  EXPECT_EQ(s.positions(1, 2), 5.88584);
}

}  // namespace
}  // namespace vitrion::io
