// vitrion info as a user runs it: what it prints and writes, and how bad files of every kind are refused.
#include <regex>

#include "cli/files.hpp"

namespace vitrion::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Info, PrintsAndWritesWhatAFileHolds) {
  const Workplace here;
  here.write(
      "two.extxyz",
      "2\nLattice=\"4 0 0 0 5 0 0 0 6\" Properties=species:S:1:pos:R:3:forces:R:3:charge:R:1 energy=-4 "
      "stress=\"0.01 0 0 0 0.01 0 0 0 0.01\" time=10 config_type=a\nLi 0 0 0 0.3 0 0 1\nO 0 0 2 -0.3 0 0 -1\n"
      "2\nLattice=\"4 0 0 0 5 0 0 0 6\" Properties=species:S:1:pos:R:3:forces:R:3:charge:R:1 energy=-6 "
      "stress=\"0.01 0 0 0 0.01 0 0 0 0.01\" time=12 config_type=b\nLi 0 0 0 0 0.4 0 1\nO 0 0 1.5 0 -0.4 0 -1\n");
  const auto outcome = here.run("vitrion info two.extxyz --json info.json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  for (const char* line :
       {"format       extxyz\n", "frames       2\n", "atoms        2 per frame\n", "composition  Li1 O1\n",
        "species      Li, O\n", "cell         4.0000 5.0000 6.0000 Å, 90.00 90.00 90.00 deg, periodic along abc\n",
        "volume       120.00 Å^3\n", "time         0.01 to 0.012 ps, 2.000 fs between frames\n",
        "energy       -3.00000 to -2.00000 eV/atom, in 2 of 2 frames", "Li-O 1.500", "further keys config_type\n",
        "further columns charge\n",
        // (22.94 u / 120 Å^3) * 1.66054; -0.01 eV/Å^3 * 160.218
        "density      0.3174 g/cm^3\n", "pressure     -1.602 GPa, in 2 of 2 frames\n"})
    EXPECT_THAT(outcome.output, HasSubstr(line));
  const nlohmann::json json = here.json("info.json");
  EXPECT_EQ(json.at("n_frames"), 2);
  EXPECT_EQ(json.at("formats"), nlohmann::json({"extxyz"}));
  EXPECT_EQ(json.at("frames_with_energy"), 2);
  EXPECT_EQ(json.at("energy_eV_per_atom"), nlohmann::json({-3.0, -2.0}));
  EXPECT_EQ(json.at("spacing_fs"), nlohmann::json({2.0, 2.0}));
  EXPECT_EQ(json.at("cell_A")[2][2], 6.0);
  EXPECT_EQ(json.at("keys"), nlohmann::json({"config_type"}));
  EXPECT_EQ(json.at("columns"), nlohmann::json({"charge"}));
  EXPECT_NEAR(json.at("min_distance_A").at("Li-O"), 1.5, 1e-12);
  EXPECT_NEAR(json.at("force_rms_eV_per_A"), std::sqrt((2 * 0.09 + 2 * 0.16) / 12), 1e-12);
}

TEST(Info, ReadsSeriesRangesTypesAndTimes) {
  const Workplace here;
  here.write("a10.extxyz", lithium_run(2, 2));
  here.write("a9.extxyz", lithium_run(0, 2));
  const auto outcome = here.run("vitrion info a*.extxyz --timestep 2 --frames 1: --json info.json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("(2 files as one run)"));
  EXPECT_EQ(here.json("info.json").at("time_fs"), nlohmann::json({20.0, 60.0}));
  EXPECT_EQ(here.json("info.json").at("n_frames"), 3);
  here.write("types.dump",
             "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp pp\n0 4\n0 4\n0 4\n"
             "ITEM: ATOMS id type x y z\n1 1 0 0 0\n");
  EXPECT_THAT(here.run("vitrion info types.dump").output, HasSubstr("--species"));
  EXPECT_THAT(here.run("vitrion info types.dump --species Mg").output, HasSubstr("composition  Mg1"));
}

TEST(Info, NamesTheFilesOfARunThatRepeatsSteps) {
  const Workplace here;
  here.write("part1.extxyz", lithium_run(0, 5));
  here.write("part2.extxyz", lithium_run(3, 4));
  const auto run = here.run("vitrion info part1.extxyz part2.extxyz --timestep 1");
  EXPECT_THAT(run.output, HasSubstr("part2.extxyz begins at step 30, part1.extxyz ended at step 40"));
  // The very frame the first part ended with counts once, and is no overlap.
  here.write("part2.extxyz", lithium_run(4, 3));
  EXPECT_THAT(here.run("vitrion info part1.extxyz part2.extxyz").output, Not(HasSubstr("begins at step")));
}

TEST(Info, ATimeWithoutAUnitIsShownAsSuch) {
  const Workplace here;
  here.write(
      "run.dump",
      "ITEM: TIME\n0.5\nITEM: TIMESTEP\n500\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp pp\n0 4\n0 4\n0 4\n"
      "ITEM: ATOMS id type element x y z\n1 1 Li 0 0 0\n");
  const auto run = here.run("vitrion info run.dump");
  EXPECT_THAT(run.output, HasSubstr("time         0.5 to 0.5, in a unit the file does not name"));
  EXPECT_THAT(here.run("vitrion info run.dump --units metal").output, HasSubstr("time         0.5 to 0.5 ps\n"));
}

TEST(Info, ListsFormats) {
  const auto outcome = run_program("vitrion info --formats");
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* format : {"extxyz", "cfg", "dump", "lammps-data", "poscar", "xdatcar", "outcar", "vasprun", "cp2k"})
    EXPECT_THAT(outcome.output, HasSubstr("\n" + std::string(format) + " "));
}

struct Bad {
  std::string name, content;
  int line;          ///< 0: the file as a whole
  std::string part;  ///< of the message
};

const std::string head = "Lattice=\"4 0 0 0 5 0 0 0 6\" Properties=species:S:1:pos:R:3";
const std::string dump =
    "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 4\n0 4\n0 4\nITEM: ATOMS id type x y "
    "z\n";
const std::string cfg = "BEGIN_CFG\n Size\n 1\n AtomData: id type cartes_x cartes_y cartes_z\n";
const std::string data = "t\n\n1 atoms\n1 atom types\n0 1 xlo xhi\n0 1 ylo yhi\n0 1 zlo zhi\n";
const std::string poscar = "t\n1.0\n4 0 0\n0 4 0\n0 0 4\nLi\n2\n";

std::vector<Bad> bad_files() {
  return {
      // empty, or of no kind
      {"empty.extxyz", "", 0, "is empty"},
      {"blank.dump", "\n \n", 0, "is empty"},
      {"poem.txt", "Roses are red,\nviolets are blue\n", 0, "not recognised"},
      // cut
      {"cut.extxyz", "2\n" + head + "\nLi 0 0 0\n", 3, "ends inside"},
      {"cut_row.extxyz", "2\n" + head + "\nLi 0 0 0\nLi 1 1\n", 4, "3 columns, 4 are due"},
      {"cut.dump", dump + "1 1 0 0 0\n", 10, "ends inside"},
      {"cut.cfg", cfg + " 1 0 0 0 0\n", 5, "END_CFG"},
      {"cut.data", data, 7, "no section Atoms"},
      {"POSCAR_cut", poscar + "Direct\n0 0 0\n", 9, "ends inside"},
      {"XDATCAR_cut", poscar + "Direct configuration= 1\n0 0 0\n", 9, "ends inside"},
      {"OUTCAR_cut", " vasp.5.4.4\n--------- Iteration      1(   1)  ------\n", 2, "stopped inside ionic step 1"},
      {"vasprun.xml", "<?xml version=\"1.0\"?>\n<modeling>\n <calculation>\n", 3, "ends inside"},
      {"cp2k.out", " **** PROGRAM STARTED AT 2025\n CP2K| version\n", 2, "did not end"},
      // no frame at all
      {"OUTCAR_none", " vasp.5.4.4\n", 0, "holds no frame"},
      // not numbers, not finite
      {"word.extxyz", "1\n" + head + "\nLi 0 0 zero\n", 3, "\"zero\", not a number"},
      {"nan.extxyz", "1\n" + head + "\nLi 0 nan 0\n", 3, "nan"},
      {"inf_energy.extxyz", "1\n" + head + " energy=inf\nLi 0 0 0\n", 2, "inf"},
      {"nan.dump", dump + "1 1 0 0 0\n2 1 0 NaN 0\n", 11, "NaN"},
      {"nan.cfg", cfg + " 1 0 0 nan 0\nEND_CFG\n", 5, "nan"},
      {"nan.data", data + "\nAtoms\n\n1 1 0 0 nan\n", 11, "nan"},
      {"POSCAR_nan", poscar + "Direct\n0 0 0\n0 0 nan\n", 10, "nan"},
      {"XDATCAR_nan", poscar + "Direct configuration= 1\n0 0 0\n0 0 -inf\n", 10, "-inf"},
      // species
      {"element.extxyz", "1\n" + head + "\nXx 0 0 0\n", 3, "\"Xx\" is not the symbol"},
      {"type.dump", dump + "1 1 0 0 0\n2 0 1 1 1\n", 11, "type is 0"},
      {"type.data", data + "\nAtoms\n\n1 2 0 0 0\n", 11, "type 2"},
      {"mass.data", data + "\nMasses\n\n1 15.999 # Li\n\nAtoms\n\n1 1 0 0 0\n", 11, "mass of O"},
      {"POSCAR_counts", "t\n1.0\n4 0 0\n0 4 0\n0 0 4\nLi O\n2\nDirect\n", 7, "1 numbers of atoms for 2 species"},
      // units and signs that contradict each other
      {"units.dump", "ITEM: UNITS\nlj\n" + dump, 2, "units \"lj\""},
      {"units.data", "title, units = si\n" + data.substr(2), 1, "units \"si\""},
      {"stress.extxyz", "1\n" + head + " stress=\"1 2 3 0 0 0\" virial=\"1 2 3 0 0 0\"\nLi 0 0 0\n", 2, "contradict"},
      {"stress.cfg", cfg + " 1 0 0 0 0\n Stress: xx yy zz yz xz xy\n 1 2 3 4 5 6\nEND_CFG\n", 6, "sign is not certain"},
      // malformed
      {"lost.dump", dump + "1 1 0 0 0\n" + dump, 11, "holds 1 atoms, its header says 2"},
      {"twice.dump", dump + "1 1 0 0 0\n1 1 1 1 1\n", 9, "id 1 stands twice"},
      {"flat.vasp", "t\n1.0\n1 0 0\n0 1 0\n2 0 0\nLi\n1\nDirect\n0 0 0\n", 5, "one plane"},
      {"columns.extxyz", "1\nLattice=\"4 0 0 0 5 0 0 0 6\" Properties=species:S:1\nLi\n", 2, "no column pos"},
      {"twice.extxyz", "1\nProperties=species:S:1:pos:R:3:pos:R:3\nLi 0 0 0 1 1 1\n", 2, "stands twice"},
      {"binary.cfg", std::string("\1\0\2MLIP\3\4\n\5", 11), 1, "expected BEGIN_CFG"},
      {"not.gz.extxyz.gz", "\x1f\x8b\x08\x01 this is no gzip", 0, "gzip"},
  };
}

TEST(Info, RefusesBadFilesWithPlaceAndRemedy) {
  const Workplace here;
  for (const Bad& bad : bad_files()) {
    here.write(bad.name, bad.content);
    const auto outcome = here.run("vitrion info " + bad.name);
    SCOPED_TRACE(bad.name + "\n" + outcome.output);
    EXPECT_EQ(outcome.exit_code, 2);
    const std::string place = bad.name + (bad.line == 0 ? "" : ":" + std::to_string(bad.line)) + ": ";
    EXPECT_THAT(outcome.output, HasSubstr("vitrion: " + place));
    EXPECT_THAT(outcome.output, HasSubstr(bad.part));
    // One line says what is wrong, the next what to do.
    EXPECT_TRUE(std::regex_search(outcome.output, std::regex("vitrion: .*\n  .{10,}\n"))) << "no remedy";
  }
  EXPECT_EQ(here.run("vitrion info").exit_code, 2);
  EXPECT_EQ(here.run("vitrion info nothing.extxyz").exit_code, 2);
  EXPECT_EQ(here.run("vitrion info poem.txt --format poem").exit_code, 2);
  EXPECT_EQ(here.run("mkdir void; vitrion info void").exit_code, 2);
}

TEST(Info, DescribesPotentialsAndNamesWhatItSkips) {
  const Workplace here;
  here.write("all/zbl.yaml", "kind: zbl\nspecies: [O, Li]\ninner: 1.0\nouter: 3.0\n");
  here.write("all/run.extxyz", lithium_run(0, 2));
  here.write("all/notes.txt", "what we did\n");
  const auto run = here.run("vitrion info all --json info.json");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  for (const char* part : {"skipped, as no reader knows them: notes.txt\n", "frames       2\n", "kind         ZBL\n",
                           "species      O, Li\n", "cutoff       3.000 Å\n"})
    EXPECT_THAT(run.output, HasSubstr(part));
  const nlohmann::json json = here.json("info.json");
  EXPECT_EQ(json.at("skipped"), nlohmann::json({"notes.txt"}));
  EXPECT_EQ(json.at("potentials")[0].at("kind"), "ZBL");
  EXPECT_EQ(json.at("n_frames"), 2);
  // Named itself, the same file is an error, not left out.
  EXPECT_EQ(here.run("vitrion info all/notes.txt").exit_code, 2);
  here.write("empty/notes.txt", "what we did\n");
  EXPECT_EQ(here.run("vitrion info empty").exit_code, 2);
}

TEST(Info, ForeignModelsAreNamedAndTheWayOutTold) {
  const Workplace here;
  here.write("data.extxyz", lithium_run(0, 1));
  for (const auto& [name, what] :
       std::vector<std::pair<std::string, std::string>>{{"lipon.nequip.zip", "is a package of NequIP 0.7 or later"},
                                                        {"lipon.nequip.pt2", "is a compiled model"},
                                                        {"last.ckpt", "is a checkpoint"},
                                                        {"allegro-lipon.pth", "is a model of Allegro"}}) {
    here.write(name, "PK\x03\x04 and more");
    EXPECT_THAT(here.run("vitrion info " + name).output, HasSubstr(what));
    for (const std::string& command :
         {"vitrion evaluate " + name + " data.extxyz", "vitrion convert " + name + " x.safetensors"}) {
      const auto run = here.run(command);
      EXPECT_EQ(run.exit_code, 2) << command;
      EXPECT_THAT(run.output, HasSubstr(name + ": " + what)) << command;
      EXPECT_THAT(run.output, HasSubstr("vitrion train")) << command;
    }
  }
  // TorchScript tells by the modules in it; of NequIP it can be imported.
  here.write("model.pth", "PK\x03\x04 model/code/__torch__/allegro/nn/_edgewise.py");
  EXPECT_THAT(here.run("vitrion bench model.pth data.extxyz").output, HasSubstr("is a model of Allegro"));
  here.write("model.pth", "PK\x03\x04 model/code/__torch__/nequip/nn/_atomwise.py");
  EXPECT_THAT(here.run("vitrion bench model.pth data.extxyz").output,
              HasSubstr("`vitrion convert model.pth model.safetensors` imports"));
}

}  // namespace
}  // namespace vitrion::test
