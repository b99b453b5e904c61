// `vitrion select choose` refuses what the loop would refuse, unless it is told not to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program.hpp"
#include "support.hpp"
#include "vitrion/core/result.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

// A frame of the potential's own MD, and the same with its second atom 0.6 Å from the first.
TEST(Select, ChooseHasTheLimitsOfTheLoop) {
  const fs::path folder = test::scratch_folder();
  const std::string potential = test::source("data/lipon-mtp/lipon.almtp").string();
  std::vector<Structure> frames{io::read_frames(test::source("data/lipon-pbe/own_md.extxyz"))[0]};
  frames.push_back(frames[0]);
  frames[1].positions.row(1) = frames[1].positions.row(0) + Eigen::RowVector3d(0.6, 0, 0);
  for (Structure& frame : frames) frame.labels = {};
  io::write_frames(folder / "candidates.extxyz", frames);
  const auto choose = [&](const std::string& model, const std::string& flags) {
    return test::run_program("cd " + folder.string() + " && vitrion select choose " + model +
                             " candidates.extxyz --output chosen.extxyz --json chosen.json " + flags);
  };
  const auto refused = [&](const std::string& flags) {
    const test::Run run = choose(potential, flags);
    EXPECT_EQ(run.exit_code, 0) << run.output;
    return read_json(folder / "chosen.json").at("n_refused").get<int>();
  };
  EXPECT_EQ(refused(""), 1);
  EXPECT_EQ(refused("--no-limits"), 0);
  EXPECT_EQ(refused("--distance-factor 0 --max-force 1e9"), 0);
  EXPECT_EQ(refused("--distance-factor 0"), 1) << "0.6 Å make forces beyond 50 eV/Å";
  EXPECT_EQ(refused("--max-force 1e9"), 1) << "0.6 Å are too near whatever the force";
  EXPECT_EQ(refused("--max-force 0.01"), 2);
  const test::Run both = choose(potential, "--no-limits --max-force 3");
  EXPECT_EQ(both.exit_code, 2);
  EXPECT_THAT(both.output, HasSubstr("--no-limits and --max-force contradict each other"));
  EXPECT_NE(choose(potential, "--distance-factor -1").exit_code, 0);
  fs::copy_file(potential, folder / "bare.almtp");
  EXPECT_THAT(choose("bare.almtp", "").output, HasSubstr("no model card beside bare.almtp tells distances"));
  EXPECT_THAT(choose(potential, "").output, Not(HasSubstr("no model card")));
}

}  // namespace
}  // namespace vitrion
