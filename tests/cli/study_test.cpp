// A whole study from outside: the example, made small.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "browser.hpp"
#include "program.hpp"
#include "schema.hpp"
#include "support.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/result.hpp"

namespace vitrion {
namespace {

// The example, made small, with what `changed` says.
test::Run run_example(const std::filesystem::path& folder, const std::string& changed = {}) {
  return test::run_program("bash -c '. " + test::source("tests/cli/small_study.sh").string() +
                           "; $VITRION_PROGRAM run " + test::source("examples/lipon/study.yaml").string() +
                           " \"${settings[@]}\" " + changed + " --output " + folder.string() + "'");
}

TEST(Study, ReportIsDrawnByABrowserAndAnswersTheQuestions) {
  VITRION_NEEDS_BROWSER();
  const auto folder = test::scratch_folder();
  const test::Run run = run_example(folder);
  ASSERT_EQ(run.exit_code, 0) << run.output;
  const test::DrawnPage page = test::draw_in_browser(folder / "report.html");
  EXPECT_GE(page.figures, 15);
  EXPECT_EQ(page.drawn, page.figures);
  EXPECT_EQ(page.problems, "");
  const auto report = nlohmann::json::parse(read_file(folder / "report" / "report.json"));
  EXPECT_EQ(report.at("headlines").size(), 7u);
  for (const auto& headline : report.at("headlines")) EXPECT_NE(headline.at("answer").get<std::string>(), "");
  // Every result is in the provenance by its hash.
  const auto manifest = nlohmann::json::parse(read_file(folder / "manifest.json"));
  EXPECT_GT(manifest.size(), 0u);
  EXPECT_GE(report.at("provenance").size(), 12u);
  // Every result and section is as docs/schemas says.
  for (const auto& [stage, kind] : {std::pair{"train", "training"},
                                    {"quench-1", "quench"},
                                    {"md-600K-2", "md"},
                                    {"structure", "structure"},
                                    {"transport", "transport"}}) {
    EXPECT_EQ(test::violations(read_json(folder / stage / "result.json"), kind), "") << stage;
    EXPECT_EQ(test::violations(read_json(folder / stage / "section.json"), "section"), "") << stage;
  }
  // Once more beside itself under another folder's name: two studies in one page.
  const auto copy = folder.parent_path() / (folder.filename().string() + "-copy");
  std::filesystem::remove_all(copy);
  std::filesystem::copy(folder, copy, std::filesystem::copy_options::recursive);
  const auto both = folder / "both.html";
  const test::Run join =
      test::run_program("vitrion report " + folder.string() + " " + copy.string() + " --output " + both.string());
  ASSERT_EQ(join.exit_code, 0) << join.output;
  const test::DrawnPage pair = test::draw_in_browser(both);
  EXPECT_EQ(pair.figures, 2 * page.figures);
  EXPECT_EQ(pair.drawn, pair.figures);
  EXPECT_EQ(pair.problems, "");
  const auto json = read_json(folder / "both.json");
  EXPECT_EQ(json.at("headlines").size(), 14u);
  EXPECT_NE(json.at("headlines").at(1).at("question").get<std::string>().find("-copy"), std::string::npos);
}

// Replicas of a tenth of a picosecond cannot but warn.
TEST(Study, StrictEndsWithCodeThreeWhereItsResultsHoldWarnings) {
  const auto folder = test::scratch_folder();
  const test::Run run = run_example(folder, "--strict");
  EXPECT_EQ(run.exit_code, 3) << run.output;
  EXPECT_NE(run.output.find("and --strict was given: exit code 3. The first: "), std::string::npos) << run.output;
  EXPECT_TRUE(std::filesystem::exists(folder / "report.html")) << "all is written all the same";
  EXPECT_FALSE(read_json(folder / "report" / "report.json").at("warnings").empty());
  EXPECT_EQ(run_example(folder, "").exit_code, 0) << "nothing is left to run, and nobody asks";
  EXPECT_EQ(run_example(folder, "--strict").exit_code, 3) << "warnings last";
}

// One line of the study is another: the potential. The network grades the runs, and the report tells of it.
TEST(Study, RunsWithNequipInPlaceOfMtp) {
  const auto folder = test::scratch_folder();
  const test::Run run =
      run_example(folder, "train.potential=\"{type: nequip, r_max: 4.0, num_layers: 2, l_max: 0, num_features: 4}\"");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  const auto card = nlohmann::json::parse(read_file(folder / "train" / "potential.card.json"));
  EXPECT_EQ(card.at("kind"), "NequIP");
  EXPECT_FALSE(card.at("extrapolation_grades").at("bins").empty());
  EXPECT_TRUE(std::filesystem::exists(folder / "quench-1" / "melt.grades.csv"));
  const std::string report = read_file(folder / "report" / "report.html");
  EXPECT_NE(report.find("grade-error"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(read_file(folder / "report" / "report.json")).at("headlines").size(), 7u);
}

}  // namespace
}  // namespace vitrion
