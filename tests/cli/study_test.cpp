// A whole study from outside: the example, made small.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "browser.hpp"
#include "core/file.hpp"
#include "program.hpp"
#include "support.hpp"

namespace vitrion {
namespace {

TEST(Study, ReportIsDrawnByABrowserAndAnswersTheQuestions) {
  VITRION_NEEDS_BROWSER();
  const auto folder = test::scratch_folder();
  const test::Run run = test::run_program(
      "bash -c '. " + test::source("tests/cli/small_study.sh").string() + "; $VITRION_PROGRAM run " +
      test::source("examples/lipon/study.yaml").string() + " \"${settings[@]}\" --output " + folder.string() + "'");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  const test::DrawnPage page = test::draw_in_browser(folder / "report.html");
  EXPECT_GE(page.figures, 15);
  EXPECT_EQ(page.drawn, page.figures);
  EXPECT_EQ(page.problems, "");
  const auto report = nlohmann::json::parse(read_file(folder / "report" / "report.json"));
  EXPECT_EQ(report.at("headlines").size(), 4u);
  for (const auto& headline : report.at("headlines")) EXPECT_NE(headline.at("answer").get<std::string>(), "");
  // Every result is in the provenance by its hash.
  const auto manifest = nlohmann::json::parse(read_file(folder / "manifest.json"));
  EXPECT_GT(manifest.size(), 0u);
  EXPECT_GE(report.at("provenance").size(), 10u);
}

}  // namespace
}  // namespace vitrion
