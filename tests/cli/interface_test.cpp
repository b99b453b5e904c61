// `vitrion interface` from outside, and the ions of one region in `vitrion transport`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "../interface/samples.hpp"
#include "program.hpp"
#include "schema.hpp"
#include "support.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/result.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// One run for all: writing it takes longer than measuring it.
const fs::path& run_file() {
  static const fs::path file = [] {
    fs::path made = fs::temp_directory_path() / ("vitrion-interface-" + std::to_string(::getpid()) + ".extxyz");
    io::write_frames(made, test::interface_run(600, 0.15));
    return made;
  }();
  return file;
}

class InterfaceCommand : public ::testing::Test {
 protected:
  static void TearDownTestSuite() { fs::remove(run_file()); }
  test::Run measure(const std::string& flags) const {
    return test::run_program("vitrion interface " + run_file().string() + "@600 " + flags);
  }
  const fs::path folder = test::scratch_folder();
};

TEST_F(InterfaceCommand, SaysAndWritesWhatItMeasured) {
  const std::string where = (folder / "result.json").string();
  const test::Run run = measure("--json " + where + " --plots " + (folder / "figures").string());
  EXPECT_EQ(run.exit_code, 0) << run.output;
  for (const char* said : {"metal", "transition", "glass", "Ohm cm", "cm^2/s"})
    EXPECT_THAT(run.output, HasSubstr(said));
  const nlohmann::json result = read_json(where);
  EXPECT_EQ(test::violations(result, "interface"), "");
  EXPECT_EQ(result["regions"].size(), 3U);
  EXPECT_FALSE(fs::is_empty(folder / "figures"));
}

TEST_F(InterfaceCommand, RegionsOfOnesOwnStandAsGiven) {
  const std::string where = (folder / "result.json").string();
  const test::Run run = measure("--regions metal=0:12,glass=20:38 --json " + where);
  EXPECT_EQ(run.exit_code, 0) << run.output;
  const nlohmann::json regions = read_json(where)["regions"];
  EXPECT_EQ(regions[0]["name"], "metal");
  EXPECT_EQ(regions[0]["ranges_A"][0], (nlohmann::json{0, 12}));
}

TEST_F(InterfaceCommand, WhatCannotBeMeasuredIsRefusedWithTheRemedy) {
  for (const auto& [flags, said] : {std::pair{"--regions metal=0:50", "42"},
                                    {"--regions metal", "metal=0:12"},
                                    {"--frames :20", "64"},
                                    {"--ion Na", "Na"},
                                    {"--host Xe", "Xe"},
                                    {"--charge 0", "--charge"}}) {
    const test::Run run = measure(flags);
    EXPECT_EQ(run.exit_code, 2) << flags << '\n' << run.output;
    EXPECT_THAT(run.output, HasSubstr(said)) << flags;
  }
  EXPECT_EQ(test::run_program("vitrion interface").exit_code, 2);
}

TEST_F(InterfaceCommand, CoverageCountsHowOftenIntervalsHold) {
  const test::Run run = test::run_program("vitrion interface coverage --runs 2 --motion 'two frozen'");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("two frozen regions"));
  EXPECT_EQ(test::run_program("vitrion interface coverage --motion nothing").exit_code, 2);
}

// Lithium 1 to 24 walks anywhere, 25 to 40 stay in the metal.
TEST_F(InterfaceCommand, TransportFollowsTheIonsOfARegion) {
  const std::string result = (folder / "result.json").string();
  ASSERT_EQ(measure("--json " + result).exit_code, 0);
  const auto ions_of = [&](const std::string& flags) {
    const std::string json = (folder / "transport.json").string();
    const test::Run run =
        test::run_program("vitrion transport " + run_file().string() + "@600 --ion Li --json " + json + " " + flags);
    EXPECT_EQ(run.exit_code, 0) << flags << '\n' << run.output;
    return read_json(json)["temperatures"][0]["n_ions"].get<int>();
  };
  EXPECT_EQ(ions_of(""), 40);
  EXPECT_EQ(ions_of("--ids 1-24"), 24);
  EXPECT_EQ(ions_of("--ids 3,7,25-30"), 8);
  const int metal = ions_of("--region " + result + ":metal");
  EXPECT_GE(metal, 16);
  EXPECT_LT(metal, 40);
  EXPECT_EQ(ions_of("--within 0:16"), ions_of("--within 0:16 --ids 1-40"));
  for (const char* wrong : {"--ids 0", "--ids 41-60", "--ids 7-3", "--within 5", "--within 0:16 --region x:y",
                            "--region nowhere.json:glass", "--within 100:110"}) {
    const test::Run run = test::run_program("vitrion transport " + run_file().string() + "@600 --ion Li " + wrong);
    EXPECT_EQ(run.exit_code, 2) << wrong << '\n' << run.output;
  }
  EXPECT_EQ(
      test::run_program("vitrion transport " + run_file().string() + "@600 --ion Li --region " + result + ":brine")
          .exit_code,
      2);
}

}  // namespace
}  // namespace vitrion
