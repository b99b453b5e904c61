// vitrion convert as a user runs it: every format to every other, what is kept, what is told to be lost, what is
// refused.
#include <zlib.h>

#include <algorithm>
#include <cmath>

#include "cli/files.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Three atoms in a skewed cell of volume 5 * 6 * 7 = 210 Å^3 with every label; numbers chosen by hand.
const char* const labelled =
    "3\nLattice=\"5 0 0 1 6 0 -0.5 0.25 7\" Properties=species:S:1:pos:R:3:forces:R:3:vel:R:3 energy=-12.5 "
    "stress=\"0.02 0.001 0.002 0.001 -0.03 0.003 0.002 0.003 0.04\" pbc=\"T T T\"\n"
    "Li 0.5 0.25 0.75 0.1 0.2 0.3 0.001 0 0\nO 2.5 3 1 -0.4 0.5 -0.6 0 0.002 0\nLi 4 1.5 5 0.3 -0.7 0.3 0 0 0.003\n";

/// All distances between atoms by minimum image, sorted by species and length: what no change of format may touch.
std::vector<std::pair<std::string, double>> distances(const Structure& s) {
  std::vector<std::pair<std::string, double>> all;
  for (std::size_t i = 0; i < s.size(); ++i)
    for (std::size_t j = 0; j < s.size(); ++j) {
      const auto row = [&](std::size_t k) { return s.positions.row(static_cast<Eigen::Index>(k)); };
      all.emplace_back(s.species[i].name() + s.species[j].name(),
                       s.cell.minimum_image((row(j) - row(i)).transpose()).norm());
    }
  std::sort(all.begin(), all.end());
  return all;
}

/// Lengths of the vectors in `rows`, sorted: the same in every orientation and order.
std::vector<double> lengths(const Positions& rows) {
  std::vector<double> all;
  for (Eigen::Index i = 0; i < rows.rows(); ++i) all.push_back(rows.row(i).norm());
  std::sort(all.begin(), all.end());
  return all;
}

Structure read_one(const std::filesystem::path& file) {
  io::ReadOptions options;
  options.species = parse_species_list("Li,O");
  return io::read_frames(file, options).at(0);
}

const io::FormatInfo& info_of(const std::string& name) {
  const auto& all = io::formats();
  return *std::find_if(all.begin(), all.end(), [&](const io::FormatInfo& f) { return f.name == name; });
}

TEST(Convert, TakesEveryFormatToEveryOther) {
  const Workplace here;
  here.write("labelled.extxyz", labelled);
  const Structure original = io::read_frames(here / "labelled.extxyz").at(0);
  std::vector<std::string> writable;
  for (const io::FormatInfo& format : io::formats())
    if (format.writes) writable.push_back(format.name);
  ASSERT_EQ(writable.size(), 7u);
  std::string commands = "set -e; ";
  for (const std::string& a : writable) {
    commands += "vitrion convert labelled.extxyz one." + a + " --to " + a + " --species Li,O; ";
    for (const std::string& b : writable)
      commands += "vitrion convert one." + a + " " + a + "-to." + b + " --to " + b + " --species Li,O; ";
  }
  const auto outcome = here.run(commands);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  for (const std::string& a : writable)
    for (const std::string& b : writable) {
      SCOPED_TRACE(a + " to " + b);
      const Structure s = read_one(here / (a + "-to." + b));
      const auto expected = distances(original), found = distances(s);
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t k = 0; k < found.size(); ++k) {
        EXPECT_EQ(found[k].first, expected[k].first);
        EXPECT_NEAR(found[k].second, expected[k].second, 1e-9);
      }
      EXPECT_NEAR(s.cell.volume(), 210, 1e-9);
      const io::FormatContent &first = info_of(a).content, &second = info_of(b).content;
      ASSERT_EQ(s.labels.energy.has_value(), first.energy && second.energy);
      EXPECT_EQ(s.labels.energy.value_or(-12.5), -12.5);
      ASSERT_EQ(s.labels.has_forces(), first.forces && second.forces);
      if (s.labels.has_forces()) {
        const std::vector<double> norms{std::sqrt(0.14), std::sqrt(0.67), std::sqrt(0.77)};
        for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(lengths(s.labels.forces)[k], norms[k], 1e-12);
      }
      ASSERT_EQ(s.labels.stress.has_value(), first.stress && second.stress);
      if (s.labels.stress) {
        EXPECT_NEAR((*s.labels.stress)(1, 1), -0.03, 1e-15);
        EXPECT_NEAR((*s.labels.stress)(0, 2), 0.002, 1e-15);
      }
      ASSERT_EQ(s.has_velocities(), first.velocities && second.velocities);
      for (std::size_t k = 0; s.has_velocities() && k < 3; ++k)
        EXPECT_NEAR(lengths(s.velocities)[k], std::vector<double>({0.001, 0.002, 0.003})[k], 1e-15);
    }
}

TEST(Convert, WritesTheSignsAndUnitsOfEachFormat) {
  const Workplace here;
  here.write("labelled.extxyz", labelled);
  const auto outcome = here.run(
      "vitrion convert labelled.extxyz a.cfg --species O,Li && vitrion convert labelled.extxyz a.dump --species O,Li");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("types 0, 1, ... are O, Li"));
  // PlusStress = -volume * stress: xx yy zz yz xz xy = -210 * (0.02 -0.03 0.04 0.003 0.002 0.001).
  const std::string cfg = here.read("a.cfg");
  const std::size_t at = cfg.find("PlusStress:  xx yy zz yz xz xy\n");
  ASSERT_NE(at, std::string::npos);
  const char* numbers = cfg.c_str() + cfg.find('\n', at);
  for (const double expected : {-4.2, 6.3, -8.4, -0.63, -0.42, -0.21}) {
    char* end = nullptr;
    EXPECT_NEAR(std::strtod(numbers, &end), expected, 1e-13);
    numbers = end;
  }
  EXPECT_THAT(cfg, HasSubstr("\n    1 1 0.5 0.25 0.75 0.1 0.2 0.3\n    2 0 2.5 3 1 -0.4 0.5 -0.6\n"));
  // LAMMPS metal units: types from 1, velocities in Å/ps.
  EXPECT_THAT(here.read("a.dump"), HasSubstr("\n1 2 Li 0.5 0.25 0.75 1 0 0 0.1 0.2 0.3\n2 1 O 2.5 3 1 0 2 0 "));
}

TEST(Convert, TurnsTheStressOfVaspIntoAses) {
  const Workplace here;
  here.write("OUTCAR",
             " vasp.5.4.4.18Apr17 complex\n   VRHFIN =Li: 1s1\n   ions per type =               1\n"
             "   NELM   =     60;   NELMIN=  2\n   EDIFF  = 0.1E-05\n"
             "--------------------------------------- Iteration      1(   1)  -------------------------------------\n"
             "------------------------ aborting loop because EDIFF is reached -------------------------------------\n"
             "  in kB      10.00000    20.00000    30.00000    40.00000    50.00000    60.00000\n"
             "      direct lattice vectors                 reciprocal lattice vectors\n"
             "     5.000000000  0.000000000  0.000000000     0.200000000  0.000000000  0.000000000\n"
             "     0.000000000  5.000000000  0.000000000     0.000000000  0.200000000  0.000000000\n"
             "     0.000000000  0.000000000  5.000000000     0.000000000  0.000000000  0.200000000\n"
             " POSITION                                       TOTAL-FORCE (eV/Angst)\n -----\n"
             "      1.00000      2.00000      3.00000        -0.100000      0.200000      0.300000\n -----\n"
             "  free  energy   TOTEN  =        -1.50000000 eV\n"
             "  energy  without entropy=       -1.40000000  energy(sigma->0) =       -1.45000000\n");
  ASSERT_EQ(here.run("vitrion convert OUTCAR a.extxyz").exit_code, 0);
  const Structure s = io::read_frames(here / "a.extxyz").at(0);
  // 10 kbar of pressure (1 GPa) is a stress of -1/160.21766 eV/Å^3; VASP's order is xx yy zz xy yz zx.
  const double gpa = 1 / 160.2176634;
  EXPECT_NEAR((*s.labels.stress)(0, 0), -1 * gpa, 1e-12);
  EXPECT_NEAR((*s.labels.stress)(2, 2), -3 * gpa, 1e-12);
  EXPECT_NEAR((*s.labels.stress)(0, 1), -4 * gpa, 1e-12);
  EXPECT_NEAR((*s.labels.stress)(1, 2), -5 * gpa, 1e-12);
  EXPECT_NEAR((*s.labels.stress)(0, 2), -6 * gpa, 1e-12);
  EXPECT_EQ(s.labels.energy, -1.5);
  EXPECT_EQ(s.labels.energy_kind, EnergyKind::free);
  EXPECT_EQ(s.labels.forces.row(0), Eigen::RowVector3d(-0.1, 0.2, 0.3));
}

std::vector<double> x_of(const std::filesystem::path& file) {
  std::vector<double> x;
  for (const Structure& s : io::read_frames(file)) x.push_back(s.positions(0, 0));
  return x;
}

TEST(Convert, TakesSeriesInCountingOrderAndAnyRange) {
  const Workplace here;
  here.write("runs/a1.extxyz", lithium_run(0, 3));
  here.write("runs/a10.extxyz", lithium_run(5, 3));
  here.write("runs/a2.extxyz", lithium_run(3, 2));
  using List = std::vector<double>;
  for (const auto& [range, expected] : std::vector<std::pair<std::string, List>>{{"", {0, 1, 2, 3, 4, 5, 6, 7}},
                                                                                 {"--frames -1", {7}},
                                                                                 {"--frames -5:-1:2", {3, 5}},
                                                                                 {"--frames 6:", {6, 7}},
                                                                                 {"--frames :3", {0, 1, 2}},
                                                                                 {"--frames 1::3", {1, 4, 7}}}) {
    for (const std::string files : {"runs/a10.extxyz runs/a1.extxyz runs/a2.extxyz", "runs"}) {
      const auto outcome = here.run("vitrion convert " + files + " all.extxyz " + range);
      ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
      EXPECT_EQ(x_of(here / "all.extxyz"), expected) << range;
      EXPECT_THAT(outcome.output, HasSubstr(": " + std::to_string(expected.size()) + " frames"));
    }
  }
  const auto none = here.run("vitrion convert runs none.extxyz --frames 20:");
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.output, HasSubstr("no frame lies in the range"));
  EXPECT_EQ(here.run("vitrion convert runs none.extxyz --frames 1:2:0").exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(here / "none.extxyz"));
}

TEST(Convert, ReadsAndWritesGzipAndReadsStandardInput) {
  const Workplace here;
  here.write("run.extxyz", lithium_run(0, 4));
  const auto outcome = here.run(
      "vitrion convert run.extxyz run.extxyz.gz && gzip -t run.extxyz.gz && "
      "vitrion convert run.extxyz.gz back.lammpstrj.gz && vitrion convert back.lammpstrj.gz back.extxyz && "
      "vitrion convert /dev/stdin stdin.extxyz < run.extxyz");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_EQ(here.read("run.extxyz.gz").substr(0, 2), "\x1f\x8b");
  EXPECT_EQ(x_of(here / "back.extxyz"), (std::vector<double>{0, 1, 2, 3}));
  EXPECT_EQ(x_of(here / "stdin.extxyz"), (std::vector<double>{0, 1, 2, 3}));
  const auto pipe = here.run("cat run.extxyz | vitrion convert /dev/stdin pipe.extxyz");
  EXPECT_EQ(pipe.exit_code, 2);
  EXPECT_THAT(pipe.output, HasSubstr("Write it to a file first"));
}

TEST(Convert, TagsFramesWithWhatTellsTheirFilesApart) {
  const Workplace here;
  for (const std::string name : {"runs/600K/out.extxyz", "runs/900K/out.extxyz"}) here.write(name, lithium_run(0, 2));
  ASSERT_EQ(here.run("vitrion convert runs/900K/out.extxyz runs/600K/out.extxyz all.extxyz --tag file").exit_code, 0);
  std::vector<std::string> tags;
  for (const Structure& s : io::read_frames(here / "all.extxyz")) tags.push_back(s.info.at("file"));
  // The last frame of the first file is not the first of the second: four frames.
  EXPECT_EQ(tags,
            (std::vector<std::string>{"600K/out.extxyz", "600K/out.extxyz", "900K/out.extxyz", "900K/out.extxyz"}));
  // The same names where files are merged.
  ASSERT_EQ(here.run("vitrion dataset merge runs/600K/out.extxyz runs/900K/out.extxyz --tag file --keep-duplicates "
                     "--output merged.extxyz")
                .exit_code,
            0);
  EXPECT_EQ(io::read_frames(here / "merged.extxyz").at(3).info.at("file"), "900K/out.extxyz");
  ASSERT_EQ(here.run("vitrion convert runs/600K/out.extxyz one.extxyz --tag file").exit_code, 0);
  EXPECT_EQ(io::read_frames(here / "one.extxyz").at(0).info.at("file"), "out.extxyz");
}

TEST(Convert, NamesWhatTheTargetCannotHold) {
  const Workplace here;
  here.write("in.extxyz",
             "1\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3:forces:R:3:charge:R:1:tag:I:1 energy=-1 "
             "config_type=melt traj=7 time=5\nLi 0 0 0 1 2 3 0.5 4\n");
  const auto poscar = here.run("vitrion convert in.extxyz out.vasp");
  EXPECT_EQ(poscar.exit_code, 0);
  for (const char* lost : {"no energies; left out", "no forces; left out", "no times; left out",
                           "further keys; left out: config_type, traj", "columns of atoms; left out: charge, tag"})
    EXPECT_THAT(poscar.output, HasSubstr(lost));
  const auto cfg = here.run("vitrion convert in.extxyz out.cfg");
  EXPECT_THAT(cfg.output, HasSubstr("columns of atoms; left out: tag\n"));
  EXPECT_THAT(cfg.output, Not(HasSubstr("keys")));
  const auto dump = here.run("vitrion convert in.extxyz out.dump");
  EXPECT_THAT(dump.output, HasSubstr("left out: config_type, traj\n"));
  EXPECT_THAT(dump.output, Not(HasSubstr("columns")));
  const auto same = here.run("vitrion convert in.extxyz out.extxyz");
  EXPECT_THAT(same.output, Not(HasSubstr("note")));
  EXPECT_THAT(here.read("out.extxyz"), HasSubstr(":charge:R:1:tag:I:1"));
  EXPECT_THAT(here.read("out.extxyz"), HasSubstr("Li 0 0 0 1 2 3 0.5 4\n"));
  EXPECT_THAT(here.read("out.dump"), HasSubstr("fx fy fz charge tag\n"));
}

TEST(Convert, AsksForElementsAndRefusesTheWrongOnes) {
  const Workplace here;
  here.write("types.dump",
             "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 4\n0 4\n0 4\n"
             "ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 2 1 1 1\n");
  ASSERT_EQ(here.run("vitrion convert types.dump named.extxyz --species Li,N").exit_code, 0);
  EXPECT_EQ(composition(io::read_frames(here / "named.extxyz")[0].species), "Li1 N1");
  for (const auto& [command, part] : std::vector<std::pair<std::string, std::string>>{
           {"types.dump few.extxyz --species Li", "only 1 species are named"},
           {"types.dump x.extxyz --species Li,Qq", "\"Qq\" is not the symbol of an element"},
           {"named.extxyz x.cfg --species Li,O", "no type number for N"},
           {"named.extxyz named.extxyz", "is an input and the output at once"},
           {"named.extxyz x.unknown", "--to"},
           {"named.extxyz OUTCAR --to outcar", "only read"},
           {"named.extxyz x.cfg --to cfgs", "did you mean cfg?"},
           {"named.extxyz", "an input and an output"}}) {
    const auto outcome = here.run("vitrion convert " + command);
    EXPECT_EQ(outcome.exit_code, 2) << command << "\n" << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr(part));
    EXPECT_THAT(outcome.output, HasSubstr("\n  ")) << "no remedy";
  }
}

TEST(Convert, LeavesNoOutputBehindWhenTheInputIsDamaged) {
  const Workplace here;
  here.write("cut.extxyz",
             lithium_run(0, 2) + "1\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3\nLi 0 0\n");
  const auto outcome = here.run("vitrion convert cut.extxyz out.extxyz");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.output, HasSubstr("cut.extxyz:9: "));
  EXPECT_FALSE(std::filesystem::exists(here / "out.extxyz"));
  EXPECT_EQ(here.run("test \"$(ls)\" = cut.extxyz").exit_code, 0) << "a temporary file stayed";
  EXPECT_EQ(here.run("vitrion convert cut.extxyz out.extxyz --frames :2").exit_code, 0);
}

}  // namespace
}  // namespace vitrion::test
