// What a learning loop says of itself, finished and not.
#include "vitrion/present/learning.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "schema.hpp"
#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/report/text.hpp"

namespace vitrion::present {
namespace {

using learn::LoopStatus;
using ::testing::HasSubstr;
using ::testing::Not;

// Two rounds: everything breaks in the first and is labelled but for one structure; one run of two breaks in the last.
learn::Learning two_rounds(LoopStatus status) {
  learn::Learning learning{.title = "Two rounds", .name = "two", .goal = {}, .budget = {}, .history = {}, .hashes = {}};
  learning.budget.rounds = 1;
  learning.hashes["potential.almtp"] = "0123";
  learn::RoundRecord first, second;
  first.n_training = 6;
  first.n_validation = second.n_validation = 4;
  first.validation = {12.5, 0.31, {}};
  first.min_distances = {{"Mg-O", 1.9}};
  first.pairs_never_met = {"O-O"};
  first.runs = {{.name = "heat-1",
                 .broke = true,
                 .reason = "grade",
                 .message = "grade 40",
                 .length_ps = 0.1,
                 .planned_ps = 1,
                 .looks = 10,
                 .above = 8,
                 .candidates = 8,
                 .highest = 40,
                 .median = 9,
                 .geometric_mean = 8}};
  first.selected = first.labelled = true;
  first.n_candidates = 8;
  first.n_chosen = 3;
  first.n_labels = 2;
  first.failures = {{"Mg9O9", "two-r00-heat-1", "not converged"}};
  second.round = second.trained = 1;
  second.n_training = 8;
  second.validation = {3.5, 0.11, 0.2};
  second.min_distances = {{"Mg-O", 1.7}, {"O-O", 2.2}};
  learning.history = {.seeds = learn::SeedRecord{4, 3, {{"Mg9O9", "packed-0", "too hot"}}},
                      .rounds = {first, second},
                      .status = status,
                      .now = {}};
  return learning;
}

TEST(LearningSection, AndItsResultAreAsTheSchemasSay) {
  for (const LoopStatus status : {LoopStatus::running, LoopStatus::converged, LoopStatus::out_of_rounds}) {
    const learn::Learning learning = two_rounds(status);
    EXPECT_EQ(test::violations(with_header(learn::learning_kind, learn::to_json(learning)), "learning"), "");
    EXPECT_EQ(
        test::violations(with_header(report::section_kind, report::to_json(learning_section(learning))), "section"),
        "");
  }
}

TEST(LearningSection, WarnsWhereLearningEndedBeforeItsGoal) {
  const learn::Learning ended = two_rounds(LoopStatus::out_of_rounds);
  const report::Section section = learning_section(ended);
  EXPECT_EQ(section.headlines.at(0).severity, report::Severity::warning);
  const auto* warning = std::get_if<report::Callout>(&section.blocks.at(0));
  ASSERT_NE(warning, nullptr);
  EXPECT_EQ(warning->severity, report::Severity::warning);
  const std::string text = report::to_text(section);
  for (const char* said : {"ended before its goal", "budget of rounds is spent", "3.5 meV/atom, 0.110 eV/Å",
                           "2 structures got no label", "Of those built first", "heat-1"})
    EXPECT_THAT(text, HasSubstr(said));
  const nlohmann::json outcome = learn::to_json(ended).at("outcome");
  EXPECT_EQ(outcome.at("converged"), false);
  EXPECT_EQ(outcome.at("rounds"), 2);
  EXPECT_EQ(outcome.at("labels"), 2);
  EXPECT_EQ(outcome.at("failed"), 1);
  EXPECT_THAT(outcome.at("warning").get<std::string>(), HasSubstr("not learned to the end"));
}

TEST(LearningSection, DoesNotWarnWhereTheGoalWasReached) {
  const learn::Learning learning = two_rounds(LoopStatus::converged);
  EXPECT_THAT(report::to_text(learning_section(learning)), Not(HasSubstr("ended before its goal")));
  EXPECT_FALSE(learn::to_json(learning).at("outcome").contains("warning"));
}

TEST(LearningSection, IsTheSameFromTheResultOnDisk) {
  const learn::Learning learning = two_rounds(LoopStatus::out_of_labels);
  const auto file = test::scratch_folder() / "result.json";
  write_file_atomically(file, with_header(learn::learning_kind, learn::to_json(learning)).dump(1));
  EXPECT_EQ(report::to_json(learning_section(learn::read_learning(file))), report::to_json(learning_section(learning)));
  write_file_atomically(file, R"({"vitrion": {"kind": "learning", "version": 1}})");
  EXPECT_THROW(learn::read_learning(file), InputError);
}

TEST(LearningPage, TellsTheCostThatTheSectionLeavesOut) {
  const learn::Learning learning = two_rounds(LoopStatus::converged);
  const report::Report page =
      learning_page(learning, {.hours = 2, .n_labels = 2, .label_cpu_seconds = 30},
                    {{.study = {}, .name = "training", .section = {.heading = "The potential"}}});
  EXPECT_EQ(page.title, "Two rounds");
  ASSERT_EQ(page.sections.size(), 2u);
  EXPECT_EQ(page.sections[1].heading, "The potential");
  EXPECT_THAT(page.headlines.back().basis, HasSubstr("15.0 CPU s a label"));
  EXPECT_EQ(page.provenance.back().first, "potential.almtp");
  EXPECT_NO_THROW(report::to_html(page));
}

}  // namespace
}  // namespace vitrion::present
