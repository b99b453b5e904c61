// vitrion evaluate as a user runs it: what is labelled is compared, everything is predicted.
#include <nlohmann/json.hpp>

#include "cli/files.hpp"
#include "program.hpp"
#include "schema.hpp"
#include "support.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const char* const bare =
    "2\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3 config_type=near\nO 0 0 0\nO 1.5 0 0\n";
const char* const with_labels =
    "2\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3:forces:R:3 energy=7\nO 0 0 0 1 0 0\n"
    "O 1.6 0 0 -1 0 0\n";

void write_inputs(const Workplace& here) {
  here.write("zbl.yaml", "kind: zbl\nspecies: [O]\ninner: 1.0\nouter: 3.0\n");
  here.write("bare.extxyz", bare);
  here.write("mixed.extxyz", std::string(bare) + with_labels + bare);
}

TEST(Evaluate, PredictsForStructuresWithoutLabels) {
  const Workplace here;
  write_inputs(here);
  const auto run = here.run("vitrion evaluate zbl.yaml bare.extxyz --output p.extxyz --json p.json");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("1 of 1 configurations hold no labels: predicted, not compared."));
  EXPECT_THAT(run.output, HasSubstr("wrote p.extxyz: 1 frames with predicted energy, forces and stress"));
  const Structure s = io::read_frames(here / "p.extxyz").at(0);
  // Two oxygen cores at 1.5 Å repel, by ZBL within the switch: more than nothing, less than bare Coulomb 64 e^2/r.
  ASSERT_TRUE(s.labels.energy && s.labels.has_forces() && s.labels.stress);
  EXPECT_GT(*s.labels.energy, 0);
  EXPECT_LT(*s.labels.energy, 64 * 14.3996 / 1.5);
  EXPECT_LT(s.labels.forces(0, 0), 0);
  EXPECT_LT((*s.labels.stress)(0, 0), 0) << "a pair that repels is pressure: stress is tension positive";
  EXPECT_EQ(s.info.at("config_type"), "near");
  EXPECT_TRUE(here.json("p.json")["energy"].is_null());
  EXPECT_EQ(here.json("p.json")["n_configurations"], 0);
  // Its predictions are its own labels: no error is left.
  ASSERT_EQ(here.run("vitrion evaluate zbl.yaml p.extxyz --json again.json").exit_code, 0);
  EXPECT_LT(here.json("again.json")["force"]["max_eV_per_A"], 1e-9);
}

TEST(Evaluate, ComparesThoseOfMixedFramesThatAreLabelled) {
  const Workplace here;
  write_inputs(here);
  const auto run =
      here.run("vitrion evaluate zbl.yaml mixed.extxyz --output p.cfg --json p.json && vitrion info p.cfg");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("2 of 3 configurations hold no labels"));
  EXPECT_THAT(run.output, HasSubstr("in 3 of 3 frames"));
  EXPECT_EQ(here.json("p.json")["n_configurations"], 1);
  EXPECT_EQ(here.json("p.json")["n_atoms"], 2);
}

TEST(Evaluate, WithoutLabelsSaysWhatWouldHelp) {
  const Workplace here;
  write_inputs(here);
  for (const auto& [flags, part] :
       std::vector<std::pair<std::string, std::string>>{{"", "--output FILE writes what the potential predicts"},
                                                        {"--output p.extxyz --grades", "vitrion select grade"},
                                                        {"--output POSCAR", "has no place for predictions"},
                                                        {"--output p.unknown", "does not tell the format"}}) {
    const auto run = here.run("vitrion evaluate zbl.yaml bare.extxyz " + flags);
    EXPECT_EQ(run.exit_code, 2) << flags << run.output;
    EXPECT_THAT(run.output, HasSubstr(part));
  }
  EXPECT_THAT(here.run("vitrion evaluate zbl.yaml bare.extxyz --output p.dump").output,
              HasSubstr("holds no energies, stresses; left out"));
}

TEST(Evaluate, WarnsOfForcesWithTheWrongSign) {
  const Workplace here;
  write_inputs(here);
  ASSERT_EQ(here.run("vitrion evaluate zbl.yaml mixed.extxyz --output p.extxyz").exit_code, 0);
  std::vector<Structure> frames = io::read_frames(here / "p.extxyz");
  EXPECT_THAT(here.run("vitrion evaluate zbl.yaml p.extxyz").output, Not(HasSubstr("by a factor")));
  for (Structure& s : frames) s.labels.forces *= -1;
  io::write_frames(here / "flipped.extxyz", frames);
  const auto run = here.run("vitrion evaluate zbl.yaml flipped.extxyz");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.output, HasSubstr("warning: Labels and predictions differ by a factor"));
  EXPECT_THAT(run.output, HasSubstr("The sign is the opposite"));
}

// Labels whose sign or unit is another are named on the terminal and in the JSON.
TEST(Evaluate, KeepsItsWarningsInTheJson) {
  const auto folder = test::scratch_folder();
  std::vector<Structure> frames = io::read_frames(test::source("data/lipon-pbe/own_md.extxyz"));
  frames.resize(2);
  const auto warnings = [&](double forces, double stress) {
    std::vector<Structure> changed = frames;
    for (Structure& frame : changed) {
      frame.labels.forces *= forces;
      *frame.labels.stress *= stress;
    }
    io::write_frames(folder / "changed.extxyz", changed);
    const test::Run run =
        test::run_program("cd " + folder.string() + " && vitrion evaluate " +
                          test::source("data/lipon-mtp/lipon.almtp").string() + " changed.extxyz --json e.json");
    EXPECT_EQ(run.exit_code, 0) << run.output;
    const nlohmann::json json = nlohmann::json::parse(read_file(folder / "e.json"));
    EXPECT_EQ(test::violations(json, "evaluation"), "");
    return json.at("warnings").dump();
  };
  EXPECT_EQ(warnings(1, 1), "[]");
  EXPECT_NE(warnings(-1, 1).find("Forces given are -"), std::string::npos) << warnings(-1, 1);
  EXPECT_NE(warnings(-1, 1).find("The sign is the opposite"), std::string::npos) << warnings(-1, 1);
  EXPECT_NE(warnings(1 / 25.711, 1).find("Ry/Bohr in place of eV"), std::string::npos);
  EXPECT_NE(warnings(1, 1602.18).find("kbar in place of eV"), std::string::npos);
}

}  // namespace
}  // namespace vitrion::test
