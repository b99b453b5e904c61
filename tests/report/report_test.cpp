// The report as a page (drawn by a real browser), as JSON and as files.
#include "vitrion/report/report.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "browser.hpp"
#include "support.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/random.hpp"

namespace vitrion::report {
namespace {

Structure phosphate() {
  Structure s;
  s.cell = Cell::orthorhombic(6, 7, 8);
  for (const char* e : {"P", "O", "O", "O", "O", "Li", "Li", "Li"}) s.species.push_back(Species::element(e));
  s.positions.resize(8, 3);
  s.positions << 0.2, 3, 3, 1.1, 3.9, 3.9, 1.1, 2.1, 2.1, 5.3, 3.9, 2.1, 5.3, 2.1, 3.9, 3, 0.5, 7, 4, 6, 1, 2, 5, 6;
  return s;
}

// Every kind of block and mark; text that would break a careless page.
Report everything() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Report r{.title = "Li_{3}PO_{4} </script><!-- & \"quotes\"", .subtitle = "<b>not bold</b>"};
  r.headlines = {{"Is it a glass?", "Yes", "because", Severity::good},
                 {"How fast?", "2×10^{\u22128} cm^{2}/s", "95 %", Severity::info},
                 {"Trust?", "No", "", Severity::error}};
  Figure f{.id = "all-marks", .title = "All marks </script>", .x = {"x", "Å"}, .y = {"y", "eV", Scale::logarithmic}};
  f.series = {{.name = "line_{1}", .x = {1, 2, 3, 4}, .y = {1, nan, 3, 4}, .dashed = true},
              {.name = "points",
               .mark = Mark::points,
               .x = {1, 2, 3},
               .y = {1, 2, 3},
               .low = {.5, 1, 2},
               .high = {2, 3, 4},
               .hover = {"a", "b", "<c>"}},
              {.name = "band", .mark = Mark::band, .x = {1, 2, 3}, .low = {.5, 1, 2}, .high = {2, 3, 4}}};
  f.annotations = {{AnnotationKind::vertical_line, 2, 0, "here"},
                   {AnnotationKind::horizontal_line, 0, 2, "level"},
                   {AnnotationKind::text, 3, 1, "remark"}};
  Figure h{.id = "histogram", .title = "Bars", .x = {"angle", "degree"}, .y = {"density", ""}};
  h.series = {{.name = "", .mark = Mark::bars, .x = {1, 2, 3}, .y = {1, 4, 2}}};
  Figure parity{.id = "parity", .title = "Parity", .x = {"DFT", "eV"}, .y = {"MTP", "eV"}};
  Series cloud{.name = "many", .mark = Mark::points};
  Random random(1);
  for (int i = 0; i < 30000; ++i) {
    cloud.x.push_back(random.normal());
    cloud.y.push_back(cloud.x.back() + 0.1 * random.normal());
  }
  parity.series = {cloud};
  parity.annotations = {{AnnotationKind::identity}};
  r.sections = {{.heading = "Structure",
                 .blocks = {Paragraph{"Text with H_{2}O."},
                            Callout{Severity::warning, "Mind this", "Reason.", {{"One <i>", "Two"}}},
                            StructureView{.id = "cell",
                                          .title = "The cell",
                                          .structure = phosphate(),
                                          .sticks = {{Species::element("P"), Species::element("O"), 1.9}}},
                            Table{.id = "table",
                                  .title = "Numbers",
                                  .columns = {"pair", "CN"},
                                  .rows = {{"P-O", "4.00 ± 0.01"}, {"Li-O", "\u22121"}}}}},
                {.heading = "Plots", .blocks = {f, h, parity}}};
  r.provenance = {{"seed", "42"}, {"hash", "00ff"}};
  return r;
}

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
