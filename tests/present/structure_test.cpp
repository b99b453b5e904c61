// A structure analysis as text, figures and JSON: every number with its unit, keys that others read.
#include "vitrion/present/structure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "../structure/samples.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/present/structure_figures.hpp"
#include "vitrion/report/text.hpp"

namespace vitrion::present {
namespace {

structure::Analysis analysis() {
  structure::Analyser analyser;
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    analyser.add(test::supercell(test::rock_salt(4.2, "Mg", "O"), 3, 3, 3, 0.08, seed));
  return analyser.finish();
}

std::string text_of(const std::string& pairs = {}) {
  return report::to_text(structure_section(analysis(), pairs));
}

TEST(StructureText, StatesCoordinationAndOrder) {
  const std::string text = text_of();
  EXPECT_THAT(text, ::testing::HasSubstr("216 atoms (Mg108 O108)"));
  EXPECT_THAT(text, ::testing::ContainsRegex("Mg-O .*6\\.00"));
  EXPECT_THAT(text, ::testing::HasSubstr("Crystalline:"));
  EXPECT_THAT(text, ::testing::HasSubstr("g/cm^3"));
}

TEST(StructureText, ShowsOnlyTheChosenPairs) {
  const std::string text = text_of("Mg-O");
  EXPECT_THAT(text, ::testing::HasSubstr("Mg-O "));
  EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("Mg-Mg ")));
  EXPECT_THROW(text_of("Mg-Li"), InputError);
  EXPECT_THROW(text_of("MgO"), InputError);
}

TEST(StructureFigures, AreValidAndNamed) {
  std::vector<std::string> ids;
  for (const report::Figure& figure : figures_of(analysis())) {
    report::validate(figure);
    EXPECT_FALSE(figure.x.label.empty());
    ids.push_back(figure.id);
  }
  EXPECT_THAT(ids, ::testing::ElementsAre("rdf-bonded", "rdf-other", "coordination", "structure-factor", "bragg"));
}

TEST(StructureJson, HoldsTheKeysReportsRead) {
  const nlohmann::json json = structure::to_json(analysis());
  EXPECT_EQ(json["n_frames"], 3);
  EXPECT_EQ(json["long_range_order"]["verdict"], "crystalline");
  EXPECT_EQ(json["rdf"]["Mg-O"]["coordination_to_minimum"], 6.0);
  EXPECT_NEAR(json["density_g_per_cm3"].get<double>(), 3.613, 0.01);  // 4 MgO in 4.2 Å
  EXPECT_EQ(json["structure_factor"]["q_per_A"].size(), json["structure_factor"]["faber_ziman"]["O-Mg"].size());
  EXPECT_TRUE(json["lattice_disorder"]["Mg"].contains("along_100"));
}

TEST(Analyser, RefusesUnnamedTypesAndNoFrames) {
  structure::Analyser analyser;
  EXPECT_THROW(analyser.finish(), InputError);
  Structure s = test::rock_salt(4.2, "Mg", "O");
  s.species[0] = Species::type(0);
  EXPECT_THROW(analyser.add(s), InputError);
}

}  // namespace
}  // namespace vitrion::present
