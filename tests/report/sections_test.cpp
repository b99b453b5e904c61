// Sections on their way to a report: JSON and back, text of the same blocks, many joined into one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "samples.hpp"
#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/report/join.hpp"
#include "vitrion/report/text.hpp"

namespace vitrion::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Sections, ReadBackDrawTheSamePage) {
  Report before = test::everything();
  before.sections[0].headlines = {{"Is it?", "Yes", "because", Severity::good, 2.5}};
  before.sections[0].blocks.emplace_back(List{.items = {"one", "two"}, .title = "Both"});
  Report after = before;
  for (Section& section : after.sections) section = section_from_json(nlohmann::json::parse(to_json(section).dump()));
  EXPECT_EQ(to_html(after), to_html(before));
  EXPECT_EQ(to_json(after), to_json(before));
  EXPECT_EQ(after.sections[0].headlines.at(0).urgency, 2.5);
}

TEST(Sections, OtherFilesAreRefusedByName) {
  const auto file = test::scratch_folder() / "section.json";
  EXPECT_THROW(read_section(file), InputError);
  write_file_atomically(file, R"({"vitrion": {"kind": "transport", "version": 1}})");
  try {
    read_section(file);
    FAIL() << "a result was read as a section";
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(), HasSubstr("transport"));
  }
  write_file_atomically(file, R"({"vitrion": {"kind": "section", "version": 99, "program": "vitrion 9"}})");
  EXPECT_THROW(read_section(file), InputError);
  write_file_atomically(file, R"({"vitrion": {"kind": "section", "version": 1}, "heading": 3})");
  EXPECT_THROW(read_section(file), InputError);
}

TEST(Text, KeepsPowersAndDropsWhatOnlyAPageCanShow) {
  EXPECT_EQ(plain_text("7.89×10^{-6} cm^{2}/s"), "7.89×10^-6 cm^2/s");
  EXPECT_EQ(plain_text("D^{*} and D_{J} of Li_{3}"), "D* and D_J of Li3");
}

TEST(Text, SetsTablesInColumns) {
  const Table t{.id = "t", .title = "Pairs", .columns = {"pair", "CN"}, .rows = {{"P-O", "4.00"}, {"Li-O", "12.50"}}};
  EXPECT_EQ(to_text(t), "Pairs\n  pair     CN\n  P-O    4.00\n  Li-O  12.50\n");
}

TEST(Text, SaysEverythingButFigures) {
  Section section = test::everything().sections[0];
  section.headlines = {{"Is it a glass?", "Yes", "Nothing repeats.", Severity::good}};
  const std::string text = to_text(section);
  for (const char* said : {"Is it a glass? Yes", "Nothing repeats.", "Text with H2O.", "warning: Mind this", "Reason.",
                           "- One <i>", "4.00 ± 0.01"})
    EXPECT_THAT(text, HasSubstr(said));
  EXPECT_THAT(text, Not(HasSubstr("The cell")));
}

Section run(const std::string& name, double urgency) {
  Section s{.heading = "Runs", .replica = true};
  s.headlines = {{"Worst?", name, "", urgency > 10 ? Severity::warning : Severity::neutral, urgency}};
  Figure f{.id = "curve", .title = "Curve", .x = {"t", "ps"}, .y = {"E", "eV"}};
  f.series = {{.name = name, .x = {1, 2}, .y = {3, 4}}};
  s.blocks = {Table{.id = "runs", .title = "Runs", .columns = {"run"}, .rows = {{name}}}, f,
              Callout{.severity = Severity::warning, .title = "Mind", .details = {{name + " stopped"}}}};
  return s;
}

TEST(Join, ReplicasBecomeOneSectionAndTheWorstAnswerStands) {
  const Report page =
      join("Study", {{"Study", "a", run("a", 3)}, {"Study", "b", run("b", 12)}, {"Study", "c", run("c", 2)}});
  ASSERT_EQ(page.sections.size(), 1u);
  const std::vector<Block>& blocks = page.sections[0].blocks;
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_EQ(std::get<Table>(blocks[0]).rows.size(), 3u);
  EXPECT_EQ(std::get<Figure>(blocks[1]).series.size(), 3u);
  EXPECT_EQ(std::get<Callout>(blocks[2]).details.items.back(), "c stopped");
  ASSERT_EQ(page.headlines.size(), 1u);
  EXPECT_EQ(page.headlines[0].answer, "b");
}

TEST(Join, RunsOfOneKindGetTheirMeanInFrontAndAreFolded) {
  const auto glass = [](const std::string& name, const std::string& density, const std::string& kelvin) {
    Section s{.heading = "Glasses", .replica = true};
    Table t{.id = "state",
            .title = "The glasses",
            .columns = {"T (K)", "run", "density"},
            .rows = {{kelvin, name, density}}};
    t.grouped = true;
    s.blocks = {t};
    return s;
  };
  const Report page = join("Study", {{"Study", "a", glass("a", "2.10", "300")},
                                     {"Study", "b", glass("b", "2.20", "300")},
                                     {"Study", "c", glass("c", "2.00", "600")}});
  ASSERT_EQ(page.sections.at(0).blocks.size(), 2u);
  const Table& means = std::get<Table>(page.sections[0].blocks[0]);
  EXPECT_THAT(means.rows, ::testing::ElementsAre(std::vector<Markup>{"300", "2", "2.15 ± 0.07"},
                                                 std::vector<Markup>{"600", "1", "2.00"}));
  const Table& all = std::get<Table>(page.sections[0].blocks[1]);
  EXPECT_TRUE(all.folded);
  EXPECT_EQ(all.rows.size(), 3u);
  EXPECT_THAT(to_html(page), HasSubstr("<details><summary>The glasses, one by one (3 rows)"));
}

TEST(Page, FoldsHashes) {
  Report page{.title = "t"};
  page.provenance = {{"Program", "Vitrion"}, {"structure/result.json", "0123456789abcdef0123456789abcdef"}};
  const std::string html = to_html(page);
  const std::size_t fold = html.find("<summary>Hashes of the 1 files");
  ASSERT_NE(fold, std::string::npos);
  EXPECT_LT(html.find("<td>Vitrion</td>"), fold);
  EXPECT_GT(html.find("0123456789abcdef"), fold);
}

TEST(Join, StudiesStandSideBySideUnderTheirNamesWithIdsOfTheirOwn) {
  Section glass{.heading = "Glass",
                .blocks = {Table{.id = "pairs", .title = "Pairs", .columns = {"pair"}, .rows = {{"P-O"}}}}};
  glass.headlines = {{"Is it a glass?", "yes"}};
  const Report page = join("Both", {{"One", "structure", glass, {{"One: structure/result.json", "1f"}}},
                                    {"One", "quench-1", run("quench-1", 1)},
                                    {"Two", "structure", glass, {{"Two: structure/result.json", "2f"}}},
                                    {"Two", "quench-1", run("quench-1", 1)}});
  std::vector<std::string> headings;
  for (const Section& s : page.sections) headings.push_back(s.heading);
  EXPECT_THAT(headings, ::testing::ElementsAre("One: Glass", "Two: Glass", "One: Runs", "Two: Runs"));
  EXPECT_EQ(page.headlines[1].question, "Two: Is it a glass?");
  EXPECT_NO_THROW(validate(page));
  EXPECT_EQ(std::get<Table>(page.sections[1].blocks[0]).id, "two-structure-pairs");
  EXPECT_THAT(page.provenance,
              ::testing::Contains(std::pair<std::string, std::string>("Two: structure/result.json", "2f")));
  EXPECT_THAT(to_html(page), HasSubstr("quench-1 stopped"));
}

}  // namespace
}  // namespace vitrion::report
