// What analyses say and leave: the same sentences on a terminal and on a page, results as docs/schemas describe them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "../structure/samples.hpp"
#include "../transport/walks.hpp"
#include "schema.hpp"
#include "vitrion/present/md.hpp"
#include "vitrion/present/structure.hpp"
#include "vitrion/present/training.hpp"
#include "vitrion/present/transport.hpp"
#include "vitrion/present/windows.hpp"
#include "vitrion/report/text.hpp"

namespace vitrion::present {
namespace {

using ::testing::HasSubstr;

// Walks of three temperatures; the coldest does not move enough to be resolved.
transport::TransportSeries series() {
  transport::RunsByTemperature runs;
  std::uint64_t seed = 3;
  for (const auto& [temperature, step] : {std::pair{600.0, 1e-5}, {900.0, 0.05}, {1200.0, 0.2}}) {
    transport::TrackBuilder builder({.species = Species::element("Li"), .file = "simulated"});
    for (const Structure& frame : test::frames(test::walk(8, 400, {step, step, step}, seed++), 8, 100, 20))
      builder.add(frame);
    runs[temperature].push_back(transport::measure_motion(builder.finish()));
  }
  return transport::analyse_series(std::move(runs), {}, {300});
}

TEST(TransportSection, SaysOnATerminalWhatIsResolvedAndWhatWouldResolveTheRest) {
  const std::string text = report::to_text(transport_section(series()));
  for (const char* said : {"How fast does Li move? (!) D* = ", "Mind the warnings", "is vacuum", "cm^2/s",
                           "At 900 K, the lowest temperature resolved", "E_a = ", "NOT RESOLVED", "EXTRAPOLATED",
                           "600 K: D*: ", "of runs would resolve it", "two temperatures: nothing tests the law",
                           "simulated", "log-log slope"})
    EXPECT_THAT(text, HasSubstr(said));
}

TEST(TransportSection, AndItsResultAreAsTheSchemasSay) {
  const transport::TransportSeries s = series();
  const nlohmann::json result = with_header(transport::transport_kind, transport::to_json(s));
  EXPECT_EQ(test::violations(result, "transport"), "");
  EXPECT_EQ(result["temperatures"][0]["ion"], "Li");
  EXPECT_EQ(result["temperatures"][0]["species"], "Li");
  EXPECT_EQ(test::violations(with_header(report::section_kind, report::to_json(transport_section(s))), "section"), "");
  // The schema is not empty talk.
  nlohmann::json damaged = result;
  damaged["temperatures"][0]["D_tracer"].erase("resolved");
  EXPECT_NE(test::violations(damaged, "transport"), "");
  EXPECT_NE(test::violations(transport::to_json(s), "transport"), "");
}

TEST(WindowsSection, SaysHowOftenIntervalsHeldAndItsResultIsAsTheSchemaSays) {
  std::vector<transport::WindowedResult> runs;
  for (std::uint64_t seed : {1U, 2U}) {
    Random random(seed);
    transport::TrackOptions options{.species = Species::element("Li"), .file = "walk"};
    Structure s;
    s.species.assign(8, Species::element("Li"));
    s.species.push_back(Species::element("O"));
    s.positions = Positions::Zero(9, 3);
    s.cell = Cell::orthorhombic(20, 20, 20);
    s.wrapping = Wrapping::unwrapped;
    int t = 0;
    const auto next = [&]() -> std::optional<Structure> {
      if (t == 1001) return {};
      s.time = 100.0 * t++;
      for (Eigen::Index i = 0; i < 8; ++i)
        for (Eigen::Index k = 0; k < 3; ++k) s.positions(i, k) += 0.3 * random.normal();
      return s;
    };
    const std::vector<double> lengths{10000, 20000};
    runs.push_back(transport::compare_windows(transport::follow_windows(next, options, lengths), lengths, {}));
  }
  const report::Section section = windows_section(runs);
  const std::string text = report::to_text(section);
  for (const char* said :
       {"Do the intervals of D* hold? ", "windows that resolve D*", "all", "too high", "Between 2 runs"})
    EXPECT_THAT(text, HasSubstr(said));
  const nlohmann::json result = with_header(transport::windows_kind, transport::to_json(runs));
  EXPECT_EQ(test::violations(result, "windows"), "");
  EXPECT_EQ(result["runs"][1]["windows"][0]["D_tracer"]["windows"], 10);
  EXPECT_EQ(test::violations(with_header(report::section_kind, report::to_json(section)), "section"), "");
  nlohmann::json damaged = result;
  damaged["runs"][0]["D_tracer"].erase("resolved");
  EXPECT_NE(test::violations(damaged, "windows"), "");
}

TEST(StructureSection, AndItsResultAreAsTheSchemasSay) {
  structure::Analyser analyser;
  for (std::uint64_t seed = 1; seed <= 2; ++seed)
    analyser.add(test::supercell(test::rock_salt(4.2, "Mg", "O"), 2, 2, 2, 0.08, seed));
  const structure::Analysis analysis = analyser.finish();
  EXPECT_EQ(test::violations(with_header(structure::structure_kind, structure::to_json(analysis)), "structure"), "");
  EXPECT_EQ(
      test::violations(with_header(report::section_kind, report::to_json(structure_section(analysis))), "section"), "");
}

md::RunOutcome outcome() {
  md::RunOutcome run;
  run.stages.push_back(
      {.name = "melt",
       .steps = 100,
       .duration = 1e5,
       .temperature = 2000,
       .target = 2000,
       .density = 2.3,
       .displacement = {{"Li", 12.5}},
       .framework_displacement = {},
       .melted = {},
       .grade = md::GradeSummary{.median = 1.1, .highest = 14, .share_above = 0.25, .table = "melt.grades.csv"},
       .trajectory = {},
       .thermo = "melt.thermo.csv"});
  run.notes = {"density 2.300 g/cm³"};
  run.final_structure = "final.extxyz";
  run.final_data = "final.data";
  return run;
}

TEST(MdSection, NamesTheRunAndWarnsWhereThePotentialGuesses) {
  const report::Section section = md_section(outcome(), "study/md-900K-1");
  const std::string text = report::to_text(section);
  for (const char* said :
       {"md-900K-1", "melt", "Li 12.50", "density 2.300", "extrapolation grade up to 14", "25 % of the time"})
    EXPECT_THAT(text, HasSubstr(said));
  EXPECT_EQ(section.headlines.at(0).severity, report::Severity::warning);
  EXPECT_TRUE(section.replica);
}

TEST(MdSection, AndResultsAreAsTheSchemasSay) {
  md::RunOutcome run = outcome();
  EXPECT_EQ(test::violations(with_header(md::md_kind, md::to_json(run)), "md"), "");
  run.status = md::RunOutcome::Status::stopped_by_guard;
  run.guard =
      md::GuardEvent{.kind = md::GuardEvent::Kind::force, .stage = "melt", .message = "too hot", .remedy = "cool"};
  EXPECT_EQ(test::violations(with_header(md::md_kind, md::to_json(run)), "md"), "");
  EXPECT_THAT(report::to_text(md_section(run, "md-900K-1")), HasSubstr("error: The guard stopped a run"));
  nlohmann::json replica = md::to_json(run);
  replica["folder"] = ".";
  EXPECT_EQ(test::violations(with_header(quench_kind, {{"replicas", {replica}}}), "quench"), "");
}

TEST(EvaluationSection, TrustsOnlyWhatTheUserVouchesFor) {
  Structure s = test::rock_salt(4.2, "Mg", "O");
  s.labels.energy = -10.0;
  s.labels.forces = Positions::Zero(static_cast<Eigen::Index>(s.size()), 3);
  Labels predicted = s.labels;
  predicted.energy = -10.0 + 0.00123 * static_cast<double>(s.size());
  Evaluation e{
      .potential = "mgo.almtp", .errors = train::compare({s}, {predicted}), .parity = train::parity({s}, {predicted})};
  EXPECT_EQ(evaluation_section(e).headlines.at(0).severity, report::Severity::warning);
  e.held_out = true;
  const report::Section section = evaluation_section(e);
  EXPECT_EQ(section.headlines.at(0).severity, report::Severity::neutral);
  EXPECT_THAT(section.headlines.at(0).answer, HasSubstr("1.23 meV/atom"));
  EXPECT_EQ(test::violations(with_header(evaluation_kind, train::to_json(e.errors)), "evaluation"), "");
}

}  // namespace
}  // namespace vitrion::present
