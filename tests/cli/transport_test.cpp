// Names of ions and types in `vitrion transport`, and single results on their way to a report.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace vitrion
