// Names of ions and types in `vitrion transport`, and single results on their way to a report.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "browser.hpp"
#include "program.hpp"
#include "schema.hpp"
#include "support.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/core/result.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

// Four lithium ions that walk among four resting oxygen atoms.
fs::path walk(const fs::path& file) {
  Random random(5);
  std::vector<Structure> frames(200);
  Positions x = Positions::Zero(8, 3);
  for (Eigen::Index i = 0; i < 8; ++i) x.row(i).setConstant(1.2 * static_cast<double>(i));
  for (std::size_t t = 0; t < frames.size(); ++t) {
    Structure& s = frames[t];
    s.cell = Cell::orthorhombic(12, 12, 12);
    for (int i = 0; i < 8; ++i) s.species.push_back(Species::element(i < 4 ? "Li" : "O"));
    s.time = 100 * static_cast<double>(t);
    for (Eigen::Index i = 0; i < 4; ++i)
      for (Eigen::Index k = 0; k < 3; ++k) x(i, k) += 0.3 * random.normal();
    s.positions = x;
  }
  io::write_frames(file, frames);
  return file;
}

test::Run transport(const fs::path& file, const std::string& flags) {
  return test::run_program("vitrion transport " + file.string() + " --temperature 600 " + flags);
}

TEST(Transport, IonNamesWhatMovesAndSpeciesStillDoesWithANote) {
  const fs::path file = walk(test::scratch_folder() / "walk.extxyz");
  const test::Run ion = transport(file, "--ion Li");
  EXPECT_EQ(ion.exit_code, 0) << ion.output;
  EXPECT_THAT(ion.output, HasSubstr("How fast does Li move?"));
  EXPECT_THAT(ion.output, Not(HasSubstr("note")));
  const test::Run species = transport(file, "--species Li");
  EXPECT_EQ(species.exit_code, 0);
  EXPECT_THAT(species.output, HasSubstr("--ion Li"));
  EXPECT_EQ(transport(file, "--ion Li --species Li,O").exit_code, 0);
  EXPECT_EQ(transport(file, "--species Li --types Li,O").exit_code, 0);
}

TEST(Transport, WindowsOfARunAreComparedWithTheWhole) {
  const fs::path folder = test::scratch_folder(), file = walk(folder / "walk.extxyz");  // 20 ps
  const std::string command = "vitrion transport windows " + file.string() + " --ion Li";
  const test::Run run = test::run_program(command + " --lengths 2,4 --json " + (folder / "windows.json").string());
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("Do the intervals of D* hold?"));
  EXPECT_EQ(test::violations(read_json(folder / "windows.json"), "windows"), "");
  const test::Run defaults = test::run_program(command);
  EXPECT_EQ(defaults.exit_code, 2);
  EXPECT_THAT(defaults.output, HasSubstr("--lengths"));
}

// A run that was started again from before its end: the file that goes back in time is named, and what to cut off
// which.
TEST(Transport, SeriesThatOverlapsNamesItsFiles) {
  const fs::path folder = test::scratch_folder();
  walk(folder / "all.extxyz");  // 100 fs from frame to frame
  const std::string in = "cd " + folder.string() + " && ", series = "vitrion transport --series --ion Li ";
  const test::Run made = test::run_program(
      in +
      "vitrion convert all.extxyz a1.extxyz --frames :80 && vitrion convert all.extxyz a2.extxyz --frames 80:130 && "
      "vitrion convert all.extxyz a3.extxyz --frames 120: && vitrion convert a2.extxyz part.extxyz --frames :40");
  ASSERT_EQ(made.exit_code, 0) << made.output;
  const test::Run refused = test::run_program(in + series + "a1.extxyz a2.extxyz a3.extxyz");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.output, HasSubstr("a3.extxyz: its first frame is of 12000 fs, and a2.extxyz, which it goes on "
                                        "from, ends at 12900 fs"));
  EXPECT_THAT(refused.output, HasSubstr("vitrion convert a2.extxyz PART --frames :40"));
  const test::Run cut =
      test::run_program(in + "mv part.extxyz a2.extxyz && " + series + "a1.extxyz a2.extxyz a3.extxyz");
  EXPECT_EQ(cut.exit_code, 0) << cut.output;
  const test::Run torn = test::run_program(in + series + "a1.extxyz a3.extxyz");
  EXPECT_EQ(torn.exit_code, 2);
  EXPECT_THAT(torn.output,
              HasSubstr("a3.extxyz: its first frame is of 12000 fs, and a1.extxyz, which it goes on from, ends at "
                        "7900 fs"));
}

// Steps of 0.3 Å a direction, said to take 0.1 fs and 100 ns: atoms of 600 K move no faster than 0.03 Å/fs, and atoms
// in free flight no slower.
TEST(Transport, TimesThatAreOffByAThousandAreNoticed) {
  const fs::path folder = test::scratch_folder();
  std::vector<Structure> frames = io::read_frames(walk(folder / "walk.extxyz"));
  const auto said = [&](double timestep, const std::string& flags) {
    for (std::size_t t = 0; t < frames.size(); ++t) frames[t].time = timestep * static_cast<double>(t);
    io::write_frames(folder / "other.extxyz", frames);
    return std::regex_replace(
        test::run_program("vitrion transport " + (folder / "other.extxyz").string() + " --ion Li " + flags).output,
        std::regex("\\s+"), " ");
  };
  const std::string too_fast = "thermal speed at 600 K allows", too_slow = "it has not met its neighbors yet";
  EXPECT_THAT(said(100, "--temperature 600"), testing::AllOf(Not(HasSubstr(too_fast)), Not(HasSubstr("any liquid"))));
  EXPECT_THAT(said(0.1, "--temperature 600"), testing::AllOf(HasSubstr(too_fast), HasSubstr("any liquid")));
  EXPECT_THAT(said(0.1, ""), HasSubstr("thermal speed at 5000 K allows"));
  EXPECT_THAT(said(1e8, "--temperature 600"), Not(HasSubstr(too_slow))) << "a walk says nothing of speeds";
  // Flight to and fro between walls 1 Å apart, along each axis at the thermal speed of Li at 600 K (8.5e-3 Å/fs) or so.
  for (std::size_t t = 0; t < frames.size(); ++t)
    for (Eigen::Index i = 0; i < 4; ++i)
      for (Eigen::Index k = 0; k < 3; ++k) {
        const double phase = std::fmod(static_cast<double>(t) + 7.0 * static_cast<double>(3 * i + k), 136.0);
        frames[t].positions(i, k) = 2.4 * static_cast<double>(i) + 0.0147 * (phase < 68 ? phase : 136 - phase);
      }
  EXPECT_THAT(said(1, "--temperature 600"), testing::AllOf(Not(HasSubstr(too_fast)), Not(HasSubstr(too_slow))));
  EXPECT_THAT(said(1000, "--temperature 600"), HasSubstr(too_slow));
}

TEST(Transport, RefusesBothMeaningsAtOnceAndNone) {
  const fs::path file = walk(test::scratch_folder() / "walk.extxyz");
  EXPECT_EQ(transport(file, "--ion Li --species Li").exit_code, 2);
  EXPECT_EQ(transport(file, "--ion Li --types Li,O --species Li,O").exit_code, 2);
  EXPECT_EQ(transport(file, "--species Li,O").exit_code, 2);
  EXPECT_EQ(transport(file, "").exit_code, 2);
}

TEST(Transport, ResultsOfTwoRunsMakeOneReport) {
  const fs::path folder = test::scratch_folder();
  const fs::path file = walk(folder / "walk.extxyz");
  for (const char* run : {"a/transport", "b/transport"}) {
    const test::Run made =
        transport(file, "--ion Li --json " + (folder / "same.json").string() + " --result " + (folder / run).string());
    ASSERT_EQ(made.exit_code, 0) << made.output;
    EXPECT_EQ(test::violations(read_json(folder / run / "result.json"), "transport"), "");
    EXPECT_EQ(read_file(folder / run / "result.json"), read_file(folder / "same.json"));
  }
  const std::string report = "cd " + folder.string() + " && vitrion report a/transport b/transport --output both.html";
  const test::Run joined = test::run_program(report);
  ASSERT_EQ(joined.exit_code, 0) << joined.output;
  const std::string page = read_file(folder / "both.html");
  for (const char* said :
       {"a: Ion transport", "b: Ion transport", "id=\"msd\"", "id=\"b-transport-msd\"", "a: transport/result.json"})
    EXPECT_THAT(page, HasSubstr(said));
  EXPECT_EQ(test::run_program("cd " + folder.string() + " && vitrion report a").exit_code, 2);
}

// What a run warns of reaches every JSON, the terminal and the report; --strict makes it an exit code.
TEST(RunWarnings, ReachTransportStructureAndTheReport) {
  const fs::path folder = test::scratch_folder();
  const fs::path file = walk(folder / "md-900K-1" / "produce.extxyz");
  write_file_atomically(folder / "md-900K-1" / "result.json", R"({"status": "finished", "stages": [{"name": "produce",
    "warnings": [{"code": "density", "message": "the density went from 1.190 to 0.410 g/cm³", "lasting": true}]}]})");
  const std::string warning = "md-900K-1: produce: the density went from 1.190 to 0.410 g/cm³";
  const std::string in_folder = "cd " + folder.string() + " && ";
  const std::string transport_run = in_folder + "vitrion transport md-900K-1/produce.extxyz --ion Li --result t";
  const std::string structure_run = in_folder + "vitrion structure md-900K-1/produce.extxyz --result s";
  const std::string report_run = in_folder + "vitrion report t s --output both.html";
  for (const std::string& command : {transport_run, structure_run, report_run}) {
    const test::Run made = test::run_program(command);
    EXPECT_EQ(made.exit_code, 0) << made.output;
    const test::Run strict = test::run_program(command + " --strict");
    EXPECT_EQ(strict.exit_code, 3) << strict.output;
    EXPECT_THAT(strict.output, HasSubstr("--strict was given"));
  }
  EXPECT_THAT(test::run_program(transport_run).output, HasSubstr("the density went from 1.190"));
  EXPECT_THAT(test::run_program(structure_run).output, HasSubstr("the density went from 1.190"));
  const nlohmann::json t = read_json(folder / "t" / "result.json"), s = read_json(folder / "s" / "result.json");
  EXPECT_EQ(test::violations(t, "transport") + test::violations(s, "structure"), "");
  EXPECT_EQ(t.at("temperatures").at(0).at("warnings").at(0), warning);
  EXPECT_EQ(s.at("warnings").at(0), warning);
  const nlohmann::json report = read_json(folder / "both.json");
  EXPECT_THAT(report.at("warnings").get<std::vector<std::string>>(), testing::Contains(HasSubstr(warning)).Times(2));
  EXPECT_THAT(read_file(folder / "both.html"), HasSubstr("the density went from 1.190"));
}

TEST(RunWarnings, StrictIsContentWithoutThem) {
  const fs::path folder = test::scratch_folder();
  std::string text;
  // A full box of 4 Å spacing; nothing to warn of.
  Random random(6);
  for (int t = 0; t < 40; ++t) {
    text += "216\nLattice=\"15 0 0 0 15 0 0 0 15\" Properties=species:S:1:pos:R:3\n";
    for (int i = 0; i < 216; ++i) {
      text += i % 2 != 0 ? "O" : "Li";
      for (const int site : {i % 6, i / 6 % 6, i / 36})
        text += " " + std::to_string(2.5 * site + 0.05 * random.normal());
      text += "\n";
    }
  }
  write_file_atomically(folder / "box.extxyz", text);
  const std::string file = (folder / "box.extxyz").string();
  EXPECT_EQ(test::run_program("vitrion structure " + file + " --strict").exit_code, 0);
  const test::Run run = test::run_program("vitrion transport " + file + " --ion Li --timestep 100 --strict");
  EXPECT_EQ(run.exit_code, 0) << run.output;
}

TEST(Transport, HostIsNamedAndMustFitTheFrame) {
  const fs::path file = walk(test::scratch_folder() / "walk.extxyz");
  EXPECT_EQ(transport(file, "--ion Li --host O").exit_code, 0);
  EXPECT_EQ(transport(file, "--ion Li --host O --frame lab").exit_code, 2);
  EXPECT_EQ(transport(file, "--ion Li --host Li").exit_code, 2);
  EXPECT_EQ(transport(file, "--ion Li --host P").exit_code, 2);
  EXPECT_EQ(transport(file, "--ion Li --charge 0").exit_code, 2);
  const test::Run moving = transport(file, "--ion O");
  EXPECT_EQ(moving.exit_code, 2) << moving.output;
  EXPECT_THAT(moving.output, HasSubstr("Li diffuses"));
  EXPECT_EQ(transport(file, "--ion O --diffusing-host").exit_code, 0);
}

}  // namespace
}  // namespace vitrion
