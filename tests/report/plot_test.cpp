// Figures: ticks, SVG that is well-formed XML, thinning that keeps peaks, JSON that keeps everything.
#include "vitrion/report/plot.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <set>

#include "vitrion/report/palette.hpp"
#include "vitrion/report/ticks.hpp"

namespace vitrion::report {
namespace {

TEST(Palette, RepeatsNoColour) {
  for (const std::size_t n : {1u, 7u, 8u, 32u, 100u}) {
    const std::vector<std::string> colors = palette_of(n);
    EXPECT_EQ(std::set<std::string>(colors.begin(), colors.end()).size(), n);
  }
  Figure figure{.id = "f", .title = "f", .x = {"x", ""}, .y = {"y", ""}};
  for (int i = 0; i < 9; ++i) figure.series.push_back({.name = std::to_string(i), .x = {1, 2}, .y = {1, 2.0 + i}});
  const std::string svg = to_svg(figure);
  for (const std::string& color : palette_of(9)) EXPECT_NE(svg.find(color), std::string::npos) << color;
}

std::vector<std::string> labels(const Ticks& ticks) {
  std::vector<std::string> list;
  for (const Tick& t : ticks.ticks)
    if (!t.label.empty()) list.push_back(t.label);
  return list;
}

pugi::xml_document parse(const std::string& svg) {
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_string(svg.c_str());
  EXPECT_TRUE(result) << result.description() << "\n" << svg.substr(0, 2000);
  return document;
}

Figure simple() {
  Figure f{.id = "f", .title = "g_{Li-O}(r) & <more>", .x = {"r", "Å"}, .y = {"g", ""}};
  f.series.push_back({.name = "300 K", .x = {0, 1, 2, 3}, .y = {0, 1, 4, 2}});
  return f;
}

TEST(Ticks, AreRound) {
  EXPECT_EQ(labels(make_ticks({}, 0.0, 9.7, 5)), (std::vector<std::string>{"0", "2", "4", "6", "8", "10"}));
  EXPECT_EQ(labels(make_ticks({}, -0.11, 0.1, 4)), (std::vector<std::string>{"\u22120.2", "\u22120.1", "0.0", "0.1"}));
}

TEST(Ticks, LargeAndSmallNumbersShareAPowerOfTen) {
  const Ticks t = make_ticks({}, 0, 4e-9, 4);
  EXPECT_EQ(t.exponent, -9);
  EXPECT_EQ(labels(t), (std::vector<std::string>{"0", "1", "2", "3", "4"}));
}

TEST(Ticks, LogarithmicAxisShowsDecades) {
  const Axis axis{.label = "", .unit = "", .scale = Scale::logarithmic};
  EXPECT_EQ(labels(make_ticks(axis, 2e-9, 3e-5, 8)),
            (std::vector<std::string>{"10^{\u22128}", "10^{\u22127}", "10^{\u22126}", "10^{\u22125}"}));
  EXPECT_EQ(labels(make_ticks(axis, 1.5, 30, 6)), (std::vector<std::string>{"2", "5", "10", "20"}));
}

TEST(Ticks, DegenerateRangesStillHaveAnAxis) {
  for (const double v : {0.0, 3.0, -2e-12}) {
    const Ticks t = make_ticks({}, v, v, 5);
    EXPECT_LT(t.low, t.high);
    EXPECT_GE(labels(t).size(), 2u);
  }
}

TEST(Svg, IsWellFormedAndNamesItsParts) {
  const std::string svg = to_svg(simple());
  const pugi::xml_document document = parse(svg);
  EXPECT_STREQ(document.child("svg").child("title").text().get(), "gLi-O(r) & <more>");
  EXPECT_NE(svg.find("r (Å)"), std::string::npos);
  EXPECT_NE(svg.find("300 K"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
}

TEST(Svg, DrawsEveryMarkWithHolesInTheData) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Figure f{.id = "all", .title = "all", .x = {"x", "K"}, .y = {"y", "eV"}};
  f.y.scale = Scale::logarithmic;
  f.series.push_back({.name = "line", .x = {1, 2, 3, 4}, .y = {1, nan, -1, 2}, .dashed = true});
  f.series.push_back(
      {.name = "points", .mark = Mark::points, .x = {1, 2}, .y = {1, 2}, .low = {-1, 1}, .high = {2, 3}});
  f.series.push_back(
      {.name = "band", .mark = Mark::band, .x = {1, 2, 3, 4}, .low = {0, 1, nan, 1}, .high = {1, 2, 3, 4}});
  f.series.push_back({.name = "bars", .mark = Mark::bars, .x = {1, 2, 3}, .y = {1, 5, 2}});
  f.annotations = {{AnnotationKind::vertical_line, 2, 0, "here"},
                   {AnnotationKind::horizontal_line, 0, 1, "one"},
                   {AnnotationKind::identity, 0, 0, ""},
                   {AnnotationKind::text, 3, 2, "text"}};
  const std::string svg = to_svg(f);
  parse(svg);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
}

TEST(Svg, EmptyFigureHasAxes) {
  parse(to_svg({.id = "empty", .title = "", .x = {"x", ""}, .y = {"y", ""}}));
}

TEST(Svg, ThinningKeepsASpikeAmongAMillionPoints) {
  Figure f{.id = "spike", .title = "", .x = {"x", ""}, .y = {"y", ""}};
  Series s;
  for (int i = 0; i < 1000000; ++i) {
    s.x.push_back(i);
    s.y.push_back(i == 654321 ? 10 : 0);
  }
  f.series.push_back(s);
  f.y.maximum = 10;
  const std::string svg = to_svg(f);
  EXPECT_LT(svg.size(), 100000u);
  // With a y axis from 0 to 10 the spike must touch the top of the frame (pixel row 18 where there is no title).
  EXPECT_NE(svg.find(" 18.0L"), std::string::npos);
}

TEST(Figure, JsonKeepsEveryNumberAndMarksHoles) {
  Figure f = simple();
  f.series[0].y[1] = std::numeric_limits<double>::quiet_NaN();
  const nlohmann::json json = to_json(f);
  EXPECT_EQ(json["series"][0]["x"].size(), 4u);
  EXPECT_TRUE(json["series"][0]["y"][1].is_null());
  EXPECT_EQ(json["series"][0]["y"][2], 4.0);
  EXPECT_EQ(json["x"]["unit"], "Å");
}

TEST(Figure, RefusesArraysThatDoNotMatch) {
  Figure f = simple();
  f.series[0].y.pop_back();
  EXPECT_THROW(to_svg(f), std::invalid_argument);
  f = simple();
  f.id = "../x";
  EXPECT_THROW(to_json(f), std::invalid_argument);
}

TEST(Markup, BecomesHtmlOrPlainText) {
  EXPECT_EQ(markup_to_html("cm^{2}/s < g_{ab}"), "cm<sup>2</sup>/s &lt; g<sub>ab</sub>");
  EXPECT_EQ(markup_to_text("cm^{2}/s"), "cm2/s");
  EXPECT_EQ(markup_to_text("open_{brace"), "open_{brace");
}

}  // namespace
}  // namespace vitrion::report
