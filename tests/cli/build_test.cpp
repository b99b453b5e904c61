// `vitrion build` from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"
#include "support.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion {
namespace {

using test::run_program;
using ::testing::HasSubstr;

TEST(BuildCommand, CommandLineAndRecipeMakeTheSame) {
  const auto folder = test::scratch_folder();
  const std::string in = "cd '" + folder.string() + "' && ";
  const test::Run crystal = run_program(
      in + "vitrion build crystal --lengths 3.51,3.51,3.51 --space-group Im-3m --sites 'Li 0 0 0' --output li.extxyz");
  EXPECT_EQ(crystal.exit_code, 0) << crystal.output;
  EXPECT_THAT(crystal.output, HasSubstr("space group Im-3m (229)"));
  const test::Run flags = run_program(
      in +
      "vitrion build displace li.extxyz --sigma 0.1 --copies 4 --seed 3 --name hot --output a.extxyz --json a.json");
  EXPECT_EQ(flags.exit_code, 0) << flags.output;
  write_file_atomically(folder / "r.yaml",
                        "output: b.extxyz\nbuilders:\n"
                        "  - {kind: displace, name: hot, input: li.extxyz, sigma_A: 0.1, copies: 4, seed: 3}\n");
  const test::Run recipe = run_program(in + "vitrion build r.yaml");
  EXPECT_EQ(recipe.exit_code, 0) << recipe.output;
  const auto a = io::read_frames(folder / "a.extxyz"), b = io::read_frames(folder / "b.extxyz");
  ASSERT_EQ(a.size(), 4U);
  ASSERT_EQ(b.size(), 4U);
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(a[k].positions, b[k].positions);
    EXPECT_EQ(a[k].info.at("config_type"), "hot");
  }
  EXPECT_EQ(nlohmann::json::parse(read_file(folder / "a.json"))["n_structures"], 4);
}

TEST(BuildCommand, WritesOtherFormats) {
  const auto folder = test::scratch_folder();
  const std::string in = "cd '" + folder.string() + "' && ";
  const test::Run run = run_program(
      in +
      "vitrion build packed --composition 'Li6 O3' --density 1.5 --min-distances Li-O=1.7 --output POSCAR && "
      "vitrion build supercell POSCAR --repeat 1,1,2 --output out.data");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  io::ReadOptions options;
  options.species = parse_species_list("Li,O");
  EXPECT_EQ(io::read_frames(folder / "out.data", options)[0].size(), 18U);
}

TEST(BuildCommand, RefusesWithARemedy) {
  const std::string in = "cd '" + test::scratch_folder().string() + "' && ";
  const auto refused = [&](const std::string& command, const std::string& message) {
    const test::Run run = run_program(in + command);
    EXPECT_EQ(run.exit_code, 2) << command;
    EXPECT_THAT(run.output, HasSubstr(message)) << command;
  };
  refused("vitrion build", "needs a recipe or the name of a builder");
  refused("vitrion build nowhere.yaml", "nowhere.yaml");
  refused("vitrion build packed --composition Li2.5 --density 2 --output a.extxyz", "not a composition");
  refused("vitrion build packed --composition Li --density 2 --min-distances Li --output a.extxyz", "lacks a value");
  refused("vitrion build crystal --lengths 3,3 --space-group 1 --sites 'Li 0 0 0' --output a.extxyz",
          "vitrion: \"lengths_A\" must be 3 numbers");
}

// From a published cell to an interface with a glass, by flags alone.
TEST(BuildCommand, LithiumOnLipon) {
  const auto folder = test::scratch_folder();
  const std::string in = "cd '" + folder.string() + "' && ";
  const test::Run run = run_program(
      in +
      "vitrion build crystal --lengths 3.51,3.51,3.51 --space-group Im-3m --sites 'Li 0 0 0' --output li.extxyz && "
      "vitrion build slab li.extxyz --miller 1,1,0 --thickness 12 --output li110.extxyz && "
      "vitrion build interface li110.extxyz --film '" +
      test::source("examples/lipon/start.extxyz").string() +
      "' --max-area 140 --max-strain 0.09 --bonds P-O=2.0,P-N=2.0 --output i.extxyz");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("194 atoms: 70 of the substrate, 124 of the film"));
  EXPECT_EQ(io::read_frames(folder / "i.extxyz").front().size(), 194U);
}

TEST(BuildCommand, EveryBuilderHasHelpWithExamples) {
  const test::Run run = run_program("vitrion build --help");
  for (const char* kind : {"crystal", "supercell", "strain", "displace", "packed", "frames", "substitute", "insert",
                           "slab", "interface"}) {
    EXPECT_THAT(run.output, HasSubstr(kind));
    EXPECT_THAT(run_program(std::string("vitrion build ") + kind + " --help").output, HasSubstr("Examples:"));
  }
}

}  // namespace
}  // namespace vitrion
