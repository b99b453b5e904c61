// The report as a page (drawn by a real browser), as JSON and as files.
#include "vitrion/report/report.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "browser.hpp"
#include "samples.hpp"
#include "support.hpp"
#include "vitrion/core/file.hpp"

namespace vitrion::report {
namespace {

using test::everything;

TEST(Report, IsDrawnByABrowserWithoutErrorOrRequest) {
  VITRION_NEEDS_BROWSER();
  const auto folder = test::scratch_folder();
  write_report(everything(), folder);
  const test::DrawnPage page = test::draw_in_browser(folder / "report.html");
  EXPECT_EQ(page.figures, 4);
  EXPECT_EQ(page.drawn, 4);
  EXPECT_EQ(page.problems, "");
  // plotly really drew: traces are in the page, and the canvas of the structure exists.
  EXPECT_NE(page.html.find("class=\"main-svg\""), std::string::npos);
  EXPECT_NE(page.html.find("<canvas"), std::string::npos);
}

TEST(Report, PageIsOneFileThatAsksForNothing) {
  const std::string html = to_html(everything());
  EXPECT_LT(html.size(), 5'000'000u);
  for (const char* outside : {"src=\"", "<link rel=\"stylesheet\"", "@import", "url(http"})
    EXPECT_EQ(html.substr(0, html.find("<script>")).find(outside), std::string::npos) << outside;
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
  EXPECT_NE(html.find("&lt;b&gt;not bold&lt;/b&gt;"), std::string::npos);
  EXPECT_NE(html.find("Li<sub>3</sub>PO<sub>4</sub>"), std::string::npos);
}

TEST(Report, ReadsWithoutScripts) {
  const std::string html = to_html(everything());
  std::size_t stills = 0;
  for (std::size_t at = html.find("<div class=\"still\"><svg"); at != std::string::npos;
       at = html.find("<div class=\"still\"><svg", at + 1))
    ++stills;
  EXPECT_EQ(stills, 4u);
}

TEST(Report, JsonHoldsEveryPoint) {
  const nlohmann::json json = to_json(everything());
  EXPECT_EQ(json["sections"][1]["blocks"][2]["series"][0]["x"].size(), 30000u);
  EXPECT_EQ(json["sections"][0]["blocks"][1]["severity"], "warning");
  EXPECT_EQ(json["provenance"][0]["value"], "42");
}

TEST(Report, WritesPageJsonAndPictures) {
  const auto folder = test::scratch_folder();
  const auto files = write_report(everything(), folder);
  for (const char* name : {"report.html", "report.json", "figures/all-marks.svg", "figures/cell.svg"})
    EXPECT_NE(std::find(files.begin(), files.end(), folder / name), files.end()) << name;
  for (const auto& file : files) {
    EXPECT_GT(std::filesystem::file_size(file), 0u) << file;
    if (file.extension() == ".svg") {
      pugi::xml_document document;
      EXPECT_TRUE(document.load_file(file.c_str())) << file;
    }
  }
}

TEST(Report, RefusesTwoBlocksOfOneNameAndRaggedTables) {
  Report r = everything();
  std::get<Figure>(r.sections[1].blocks[0]).id = "table";
  EXPECT_THROW(to_html(r), std::invalid_argument);
  r = everything();
  std::get<Table>(r.sections[0].blocks[3]).rows[0].pop_back();
  EXPECT_THROW(to_json(r), std::invalid_argument);
}

}  // namespace
}  // namespace vitrion::report
