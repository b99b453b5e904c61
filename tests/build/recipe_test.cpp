// Recipes: provenance, counts, seeds, and errors at their line.
#include "vitrion/build/recipe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "support.hpp"
#include "vitrion/build/builder.hpp"
#include "vitrion/build/charges.hpp"
#include "vitrion/build/geometry.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::build {
namespace {

using ::testing::HasSubstr;

constexpr const char* lithium_step =
    "  - {name: li, kind: crystal, lengths_A: [3.5, 3.5, 3.5], space_group: Im-3m, sites: [Li 0 0 0], write: false}\n";

std::vector<StepResult> run(const std::string& steps, std::uint64_t seed = 1) {
  Config recipe = Config::parse("seed: " + std::to_string(seed) + "\nbuilders:\n" + lithium_step + steps, "r.yaml");
  return run_recipe(recipe, [](const StepResult&) {});
}

std::string error_of(const std::string& steps) {
  try {
    run(steps);
  } catch (const InputError& e) {
    return e.what();
  }
  return "no error";
}

const std::string two_steps =
    "  - {name: big, kind: supercell, input: li, repeat: [2, 2, 2]}\n"
    "  - {name: rattled, kind: displace, input: [li, big], sigma_A: 0.1, copies: 5, count: 7}\n";

TEST(Recipe, EveryStructureSaysWhereItComesFrom) {
  const auto results = run(two_steps);
  ASSERT_EQ(results.size(), 3U);
  EXPECT_FALSE(results[0].write);
  EXPECT_EQ(results[1].structures.front().size(), 16U);
  EXPECT_EQ(results[2].n_made, 10U);
  ASSERT_EQ(results[2].structures.size(), 7U);
  std::set<std::string> trajectories;
  for (const Structure& s : results[2].structures) {
    EXPECT_EQ(s.info.at("config_type"), "rattled");
    EXPECT_EQ(s.info.at("builder"), "displace");
    EXPECT_EQ(s.info.at("traj"), s.size() == 2 ? "rattled-0" : "rattled-1");
    EXPECT_THAT(s.info.at("parameters"), HasSubstr("sigma_A: 0.1"));
    EXPECT_THAT(s.info.at("parameters"), HasSubstr("input: [li, big]"));
    trajectories.insert(s.info.at("traj"));
  }
  EXPECT_EQ(trajectories.size(), 2U);
}

// The seed that stands in a structure makes it again, outside of the recipe.
TEST(Recipe, SeedOfAStructureMakesItAgain) {
  const auto results = run("  - {name: r, kind: displace, input: li, sigma_A: 0.1}\n");
  const std::string seed = results[1].structures[0].info.at("seed");
  const auto again = run("  - {name: other, kind: displace, input: li, sigma_A: 0.1, seed: " + seed + "}\n", 99);
  EXPECT_EQ(again[1].structures[0].positions, results[1].structures[0].positions);
}

TEST(Recipe, DependsOnTheSeedAndTheNameOnly) {
  const auto a = run(two_steps), b = run(two_steps), other = run(two_steps, 2);
  for (std::size_t k = 0; k < 7; ++k) {
    EXPECT_EQ(a[2].structures[k].positions, b[2].structures[k].positions);
    EXPECT_NE(a[2].structures[k].positions, other[2].structures[k].positions);
  }
  // A step in between changes nothing in the others.
  const auto more = run("  - {name: first, kind: displace, input: li, sigma_A: 0.2}\n" + two_steps);
  for (std::size_t k = 0; k < 7; ++k) EXPECT_EQ(a[2].structures[k].positions, more[3].structures[k].positions);
}

TEST(Recipe, ReadsFilesBesideItAndPacks) {
  const auto folder = vitrion::test::scratch_folder();
  io::write_frames(folder / "li.extxyz", {run("")[0].structures[0]});
  Config recipe = Config::parse(
      "builders:\n  - {kind: strain, input: li.extxyz, range: [-0.1, 0.1], steps: 5}\n"
      "  - {kind: packed, composition: Li8, density_g_per_cm3: [0.4, 0.5], copies: 2}\n"
      "  - {kind: frames, input: not-there.extxyz, skip_if_missing: true}\n",
      (folder / "r.yaml").string());
  const auto results = run_recipe(recipe, [](const StepResult&) {});
  ASSERT_EQ(results[0].structures.size(), 5U);
  EXPECT_EQ(results[0].structures[0].info.at("volume_ratio"), "0.900000");
  ASSERT_EQ(results[1].structures.size(), 4U);
  EXPECT_NEAR(results[1].structures[3].density(), 0.5, 1e-9);
  EXPECT_NE(results[1].structures[2].info.at("seed"), results[1].structures[3].info.at("seed"));
  EXPECT_TRUE(results[2].skipped);
}

TEST(Recipe, ErrorsNameTheLine) {
  EXPECT_THAT(error_of("  - {kind: supercell, input: li}\n"),
              HasSubstr("r.yaml:4: a supercell needs repeat or matrix"));
  EXPECT_THAT(error_of("  - {kind: supercell, input: li, repeat: [2, 2, 0]}\n"), HasSubstr("r.yaml:4: the supercell"));
  EXPECT_THAT(error_of("  - {kind: supercel, input: li, repeat: [2, 2, 2]}\n"), HasSubstr("Did you mean"));
  EXPECT_THAT(error_of("  - {kind: supercell, input: na, repeat: [2, 2, 2]}\n"), HasSubstr("neither an earlier"));
  EXPECT_THAT(error_of("  - {kind: supercell, input: li, repeet: 3, repeat: [2, 2, 2]}\n"), HasSubstr("unknown key"));
  EXPECT_THAT(error_of("  - {kind: displace, input: li, sigma_A: 0.1, count: 3}\n"), HasSubstr("makes 1 structures"));
  EXPECT_THAT(error_of("  - {kind: displace, input: li, sigma_A: -1}\n"), HasSubstr("must be positive"));
  EXPECT_THAT(error_of("  - {kind: substitute, input: li, substitute: 1 Li -> Na, charges: {Li: 1}}\n"),
              HasSubstr("r.yaml:4: Na has no oxidation state"));
  EXPECT_THAT(error_of("  - {kind: substitute, input: li, substitute: 1 Li -> Na, charges: {Lx: 1}}\n"),
              HasSubstr("Lx"));
  EXPECT_THAT(error_of(two_steps + two_steps), HasSubstr("is taken"));
}

// Numbers of Seth et al. 2025 (doi 10.1021/acsmaterialsau.4c00117); nothing overlaps, and what should be neutral is.
TEST(Recipe, TheLiponDatasetHasItsSubsets) {
  Config recipe = Config::load(vitrion::test::source("examples/lipon/dataset-recipe.yaml").string());
  std::map<std::string, std::size_t> counts;
  const OxidationStates states = {{Species::element("Li"), 1},
                                  {Species::element("P"), 5},
                                  {Species::element("O"), -2},
                                  {Species::element("N"), -3}};
  for (const StepResult& step : run_recipe(recipe, [](const StepResult&) {})) {
    if (!step.write) continue;
    counts[step.name] = step.structures.size();
    for (const Structure& s : step.structures) {
      EXPECT_FALSE(nearest_contact(s, 1.25)) << step.name;
      const std::set<Species> kinds(s.species.begin(), s.species.end());
      const bool metal = kinds.size() == 1;
      if (metal || step.name == "li7pn4-rich-displaced") continue;
      EXPECT_NEAR(total_charge(s.species, states), 0, 1e-9) << step.name;
    }
  }
  EXPECT_EQ(counts["hydrostatic"], 306U);
  EXPECT_EQ(counts["monoclinic"], 252U);
  EXPECT_EQ(counts["orthorhombic"], 328U);
  EXPECT_EQ(counts["li-rich"] + counts["li-poor"], 256U);
  EXPECT_EQ(counts["li7pn4-rich-displaced"], 74U);
  EXPECT_EQ(counts["slabs"], 1219U);
  EXPECT_GT(counts["melt-start"], 0U);
}

TEST(Recipe, TheLiponInterfacesHaveTheirSizes) {
  Config recipe = Config::load(vitrion::test::source("examples/lipon/interfaces.yaml").string());
  std::vector<std::size_t> sizes;
  for (const StepResult& step : run_recipe(recipe, [](const StepResult&) {}))
    if (step.write) sizes.push_back(step.structures.front().size());
  ASSERT_EQ(sizes.size(), 4U);
  for (const std::size_t k : {0U, 1U}) EXPECT_NEAR(static_cast<double>(sizes[k]), 200, 20);
  for (const std::size_t k : {2U, 3U}) EXPECT_NEAR(static_cast<double>(sizes[k]), 1300, 60);
}

TEST(Recipe, SlabsAndInsertionAreBuilders) {
  const auto results =
      run("  - {name: faces, kind: slab, input: li, miller: [1 1 0, 1 0 0], thickness_A: 8}\n"
          "  - {name: all, kind: slab, input: li, max_index: 1, thickness_A: 8}\n"
          "  - {name: glass, kind: packed, composition: V4 O10, density_g_per_cm3: 2.0, write: false}\n"
          "  - {kind: insert, input: glass, ion: Mg, number: 1, charges: {Mg: 2, V: 5, O: -2}, redox: V}\n");
  ASSERT_EQ(results[1].structures.size(), 2U);
  EXPECT_EQ(results[1].structures[0].info.at("miller"), "1 1 0");
  EXPECT_EQ(results[2].structures.size(), 3U);
  EXPECT_EQ(results[4].structures.front().size(), 15U);
  EXPECT_THAT(error_of("  - {kind: slab, input: li, miller: [0, 0, 0]}\n"), HasSubstr("r.yaml:4: there is no plane"));
  EXPECT_THAT(error_of("  - {kind: slab, input: li, miller: [1, 0]}\n"), HasSubstr("three whole numbers"));
  EXPECT_THAT(error_of("  - {kind: interface, input: li, film: nowhere}\n"), HasSubstr("neither an earlier builder"));
}

TEST(Builders, ExplainThemselves) {
  for (const Builder& b : builders()) {
    EXPECT_FALSE(b.summary.empty()) << b.name;
    EXPECT_THAT(b.example, HasSubstr("vitrion build " + b.name)) << b.name;
    for (const Setting& s : b.settings) EXPECT_FALSE(s.help.empty()) << b.name << " " << s.key;
  }
}

}  // namespace
}  // namespace vitrion::build
