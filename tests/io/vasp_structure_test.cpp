// POSCAR, CONTCAR, XDATCAR.
#include <gtest/gtest.h>

#include <cmath>

#include "io/samples.hpp"
#include "vitrion/core/trajectory.hpp"

namespace vitrion::io {
namespace {

using namespace test;

Structure read_poscar(const std::string& text) {
  return read_frames(make_file("POSCAR", text)).at(0);
}

const std::string cell = "4 0 0\n0 5 0\n1 0 6\n";

TEST(Poscar, ReadsEveryKindOfHeader) {
  const Structure direct = read_poscar("t\n2.0\n" + cell + "Li_sv O/abc\n1 1\nDirect\n0.5 0 0.5\n0 0.1 0\n");
  EXPECT_EQ(composition(direct.species), "Li1 O1");
  EXPECT_TRUE(direct.positions.row(0).isApprox(Eigen::RowVector3d(5, 0, 6)));
  const Structure cartesian = read_poscar(
      "t\n2.0\n" + cell + "Li O Li\n1 1 1\nSelective dynamics\ncart\n1 2 3 T F T\n0 0 0 T T T\n1 1 1 F F F\n");
  EXPECT_TRUE(cartesian.positions.row(0).isApprox(Eigen::RowVector3d(2, 4, 6)));
  EXPECT_EQ(cartesian.species[2].name(), "Li");
  const Structure by_volume = read_poscar("t\n-960\n" + cell + "Li\n1\nC\n1 2 3\n");  // 120 Å^3 as written
  EXPECT_NEAR(by_volume.cell.volume(), 960, 1e-10);
  EXPECT_NEAR(by_volume.positions(0, 2), 6, 1e-12);
  const Structure scaled = read_poscar("t\n1 2 3\n" + cell + "Li\n1\nC\n1 1 1\n");
  EXPECT_TRUE(scaled.cell.matrix().row(2).isApprox(Eigen::RowVector3d(1, 0, 18)));
  EXPECT_TRUE(scaled.positions.row(0).isApprox(Eigen::RowVector3d(1, 2, 3)));
}

TEST(Poscar, ReadsVasp4WithAndWithoutNamesInTheTitle) {
  const std::string rest = "\n1.0\n" + cell + "1 2\nDirect\n0 0 0\n0.1 0 0\n0.2 0 0\n";
  EXPECT_EQ(composition(read_poscar("Li O" + rest).species), "Li1 O2");
  EXPECT_EQ(composition(read_poscar("lithium oxide run 3" + rest).species), "type01 type12");
}

TEST(Poscar, ReadsVelocitiesButNotTheZerosOfARelaxation) {
  const std::string head = "t\n1.0\n" + cell + "Li\n2\nDirect\n0 0 0\n0.5 0 0\n";
  const Structure md = read_poscar(head + "\n 0.01 0.02 0.03\n 1E-3 0 0\n\n 1\n");
  EXPECT_EQ(md.velocities(0, 1), 0.02);
  EXPECT_FALSE(read_poscar(head + "\n 0 0 0\n 0 0 0\n").has_velocities());
  EXPECT_FALSE(read_poscar(head + "\n").has_velocities());
  const Structure npt =
      read_poscar(head + "Lattice velocities and vectors\n 1\n" + cell + cell + "Cartesian\n0 0 1\n0 0 2\n");
  EXPECT_EQ(npt.velocities(1, 2), 2);
}

TEST(Poscar, ReadsBackWhatItWroteGroupedBySpecies) {
  Structure s = rich_structure();
  s.positions(2, 0) = 1.5;
  const auto file = scratch_folder() / "POSCAR";
  write_frames(file, {s});
  const Structure r = read_frames(file)[0];
  EXPECT_EQ(r.cell, s.cell);
  EXPECT_EQ(composition(r.species), "Li2 P1");
  EXPECT_TRUE(r.positions.row(0).isApprox(s.positions.row(0), 1e-14));
  EXPECT_TRUE(r.positions.row(1).isApprox(s.positions.row(2), 1e-14));
  EXPECT_TRUE(r.positions.row(2).isApprox(s.positions.row(1), 1e-14));
  EXPECT_EQ(r.velocities.row(1), s.velocities.row(2));
  EXPECT_THROW(write_frames(file, {s, s}), InputError);
}

TEST(Poscar, PlacesErrors) {
  const auto refused = [](const std::string& text, std::size_t line, const std::string& part) {
    expect_refused(make_file("POSCAR", text), line, part);
  };
  const std::string head = "t\n1.0\n" + cell;
  refused(head + "Li O\n1 1\nDirect\n0 0 0\n", 9, "ends inside");
  refused(head + "Li O\n1\nDirect\n0 0 0\n", 7, "1 numbers of atoms for 2");
  refused(head + "Li O\n1 1\n0 0 0\n0 0 0\n", 8, "Direct or Cartesian");
  refused(head + "Li Xx\n1 1\nDirect\n0 0 0\n0 0 0\n", 6, "Xx");
  refused(head + "Li\n1\nDirect\n0 nan 0\n", 9, "nan");
  refused(head + "Li\n-1\nDirect\n0 0 0\n", 7, "cannot be");
  refused(head + "Li\n2000000000\nDirect\n0 0 0\n", 9, "ends inside");
  refused("t\n1.0\n1 0 0\n2 0 0\n0 0 1\nLi\n1\nDirect\n0 0 0\n", 5, "volume zero");
}

TEST(Poscar, ReadsReferenceData) {
  VITRION_NEEDS_REFERENCE("structure/lro");
  const Structure mgv = read_frames(reference("structure/lro/mgv2o5_300K.vasp"))[0];
  EXPECT_EQ(composition(mgv.species), "Mg12 V24 O60");
  EXPECT_EQ(mgv.positions(0, 0), 7.85603);
  const auto file = reference("dft/ann-lipon/base/mp_1020019_Li2PNO2_CONTCAR");
  EXPECT_EQ(composition(read_frames(file)[0].species), "Li4 P2 N2 O4");
}

const std::string xdat_head = "t\n1.0\n" + cell + "Li O\n1 1\n";

TEST(Xdatcar, ReadsFixedAndVariableCells) {
  const auto fixed = read_frames(make_file("XDATCAR", xdat_head + "Direct configuration=     1\n0 0 0\n0.5 0.5 0.5\n" +
                                                          "Direct configuration=     2\n0.1 0 0\n0.5 0.5 0.5\n\n"));
  ASSERT_EQ(fixed.size(), 2u);
  EXPECT_TRUE(fixed[1].positions.row(1).isApprox(Eigen::RowVector3d(2.5, 2.5, 3)));
  const auto variable = read_frames(
      make_file("XDATCAR", xdat_head + "Direct configuration=     1\n0 0 0\n0.5 0.5 0.5\n" + "t\n2.0\n" + cell +
                               "Li O\n1 1\n" + "Direct configuration=     2\n0.1 0 0\n0.5 0.5 0.5\n"));
  ASSERT_EQ(variable.size(), 2u);
  EXPECT_TRUE(variable[1].positions.row(1).isApprox(Eigen::RowVector3d(5, 5, 6)));
}

TEST(Xdatcar, ReadsBlankSeparatorsAndBlankTitles) {
  ReadOptions xdatcar;
  xdatcar.format = "xdatcar";
  const auto blank =
      read_frames(make_file("XDATCAR", xdat_head + "\n0 0 0\n0.5 0.5 0.5\n\n0.1 0 0\n0.5 0.5 0.5\n"), xdatcar);
  ASSERT_EQ(blank.size(), 2u);
  EXPECT_NEAR(blank[1].positions(0, 0), 0.4, 1e-15);
  const std::string untitled = xdat_head.substr(1);
  const auto titles = read_frames(make_file("XDATCAR", untitled + "Direct configuration=     1\n0 0 0\n0.5 0.5 0.5\n" +
                                                           untitled + "Direct configuration=     2\n0 0 0\n0 0 0\n"));
  EXPECT_EQ(titles.size(), 2u);
}

TEST(Xdatcar, ReadsBackWhatItWrote) {
  Structure a = rich_structure(), b = a;
  b.cell = Cell(1.01 * a.cell.matrix());
  b.positions.array() += 0.25;
  const auto file = scratch_folder() / "XDATCAR";
  write_frames(file, {a, a, b});
  const auto frames = read_frames(file);
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[1].cell, a.cell);
  EXPECT_EQ(frames[2].cell, b.cell);
  EXPECT_EQ(composition(frames[2].species), "Li2 P1");
  EXPECT_TRUE(frames[2].positions.row(2).isApprox(b.positions.row(1), 1e-14));
}

TEST(Xdatcar, PlacesErrors) {
  const std::string two = xdat_head + "Direct configuration= 1\n0 0 0\n0 0 0\n";
  expect_refused(make_file("XDATCAR", two + "Direct configuration= 2\n0 0 0\n"), 12, "ends inside");
  expect_refused(make_file("XDATCAR", xdat_head + "Direct configuration= 1\n0 0 0\nDirect configuration= 2\n"), 10,
                 "holds 1 atoms");
  expect_refused(make_file("XDATCAR", two + "t\n1.0\nnot a cell\n"), 13, "cell vector");
}

TEST(Xdatcar, ReadsReferenceData) {
  VITRION_NEEDS_REFERENCE("transport/kinisi/example_XDATCAR.gz");
  ReadOptions options;
  options.timestep = 100;
  const auto reader = open_frames(reference("transport/kinisi/example_XDATCAR.gz"), options);
  Unwrapper unwrapper;
  while (const auto frame = reader->next()) unwrapper.add(*frame);
  const UnwrappedTrajectory run = unwrapper.finish();
  ASSERT_EQ(run.n_frames(), 140u);
  ASSERT_EQ(run.n_atoms(), 416u);
  EXPECT_EQ(run.times().back(), 14000);  // configurations 1 to 140
  // Lab-frame MSD of the 192 Li after 0.1 ps, all origins, as the data's README gives it.
  double sum = 0;
  for (std::size_t f = 1; f < 140; ++f)
    sum += (run.positions(f) - run.positions(f - 1)).topRows(192).squaredNorm() / 192;
  EXPECT_NEAR(sum / 139, 0.44538, 5e-6);
}

}  // namespace
}  // namespace vitrion::io
