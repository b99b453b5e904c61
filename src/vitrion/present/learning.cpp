#include "vitrion/present/learning.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

#include "vitrion/core/text.hpp"
#include "vitrion/core/version.hpp"

namespace vitrion::present {
namespace {

using learn::Errors;
using learn::Failure;
using learn::History;
using learn::Learning;
using learn::LoopStatus;
using learn::RoundRecord;
using learn::RunRecord;
using report::Annotation;
using report::AnnotationKind;
using report::Figure;
using report::Headline;
using report::Mark;
using report::Series;
using report::Severity;

Headline goal_headline(const History& history) {
  Headline h{.question = "Do the explorations stay within what was learned?", .answer = "being learned"};
  h.basis = learn::describe(history.status);
  if (history.status == LoopStatus::running) {
    h.basis = "Now: " + history.now + ".";
    return h;
  }
  h.answer = history.status == LoopStatus::converged ? "yes" : "not yet";
  h.severity = history.status == LoopStatus::converged ? Severity::good : Severity::warning;
  return h;
}

Headline error_headline(const History& history) {
  Headline h{.question = "How large are the errors on frames never trained on?", .answer = "not known yet"};
  if (history.rounds.empty()) return h;
  const RoundRecord &first = history.rounds.front(), &last = history.rounds.back();
  h.answer = fmt::format("{:.1f} meV/atom, {:.3f} eV/Å", last.validation.energy, last.validation.force);
  h.basis = fmt::format(
      "RMSE of energy and force components on {} validation frames, the same in every round; {:.1f} "
      "and {:.3f} in round {}.",
      last.n_validation, first.validation.energy, first.validation.force, first.round);
  return h;
}

Headline cost_headline(const Learning& learning, const learn::Cost& cost) {
  Headline h{.question = "What did it take?", .answer = {}};
  h.answer = fmt::format("{} labels, {}", cost.n_labels, format_duration(3600 * cost.hours));
  h.basis = cost.n_labels > 0 ? fmt::format("{:.1f} CPU s a label on average.",
                                            cost.label_cpu_seconds / static_cast<double>(cost.n_labels))
                              : "No label yet.";
  const learn::Budget& budget = learning.budget;
  if (budget.labels)
    h.basis += fmt::format(" Budget: {} labels, {} asked for.", *budget.labels, learning.history.n_asked());
  if (budget.hours) h.basis += fmt::format(" Budget: {:g} h.", *budget.hours);
  return h;
}

/// One value a round; rounds without it are left out.
Series by_round(const History& history, const std::string& name, Mark mark,
                const std::function<std::optional<double>(const RoundRecord&)>& value) {
  Series s{.name = name, .mark = mark};
  for (const RoundRecord& r : history.rounds)
    if (const std::optional<double> y = value(r)) {
      s.x.push_back(r.round);
      s.y.push_back(*y);
    }
  return s;
}

std::optional<double> when(bool known, double value) {
  return known ? std::optional(value) : std::nullopt;
}

Figure grade_figure(double threshold, const History& history) {
  Figure f{.id = "grades", .title = "Extrapolation grade"};
  f.caption = "Of the atoms met at every look of all explorations: the highest, and the geometric mean over looks.";
  f.x = {"Round", ""};
  f.y = {"Grade", "", report::Scale::logarithmic};
  for (const Mark mark : {Mark::line, Mark::points}) {
    Series highest = by_round(history, mark == Mark::line ? "highest" : "", mark,
                              [](const RoundRecord& r) { return when(r.n_looks() > 0, r.highest_grade()); });
    Series mean = by_round(history, mark == Mark::line ? "mean" : "", mark,
                           [](const RoundRecord& r) { return when(r.n_looks() > 0, r.mean_grade()); });
    highest.color = 0;
    mean.color = 1;
    f.series.push_back(std::move(highest));
    f.series.push_back(std::move(mean));
  }
  f.annotations.push_back({AnnotationKind::horizontal_line, 0, threshold, "worth a label"});
  return f;
}

Figure error_figure(const History& history, const char* id, const char* title, const char* unit,
                    double Errors::*error) {
  Figure f{.id = id, .title = title};
  f.caption = "RMSE on the validation frames, the same in every round, and on the training frames of that round.";
  f.x = {"Round", ""};
  f.y = {"RMSE", unit};
  for (const Mark mark : {Mark::line, Mark::points}) {
    Series validation = by_round(history, mark == Mark::line ? "validation" : "", mark,
                                 [&](const RoundRecord& r) { return r.validation.*error; });
    Series training = by_round(history, mark == Mark::line ? "training" : "", mark,
                               [&](const RoundRecord& r) { return r.training.*error; });
    validation.color = 0;
    training.color = 1;
    training.dashed = mark == Mark::line;
    f.series.push_back(std::move(validation));
    f.series.push_back(std::move(training));
  }
  return f;
}

Figure label_figure(const History& history) {
  Figure f{.id = "labels", .title = "New labels by round"};
  f.x = {"Round", ""};
  f.y = {"Structures", ""};
  f.y.minimum = 0;
  f.series.push_back(by_round(history, "labels", Mark::bars,
                              [](const RoundRecord& r) { return when(r.selected, static_cast<double>(r.n_labels)); }));
  Series failed = by_round(history, "failed", Mark::points, [](const RoundRecord& r) {
    return when(r.labelled, static_cast<double>(r.failures.size()));
  });
  f.series.push_back(std::move(failed));
  return f;
}

Figure survival_figure(const History& history) {
  Figure f{.id = "survival", .title = "How far the explorations came"};
  f.caption =
      "Share of the planned molecular dynamics that was run before a guard stopped it, and share of the runs "
      "that came to their end.";
  f.x = {"Round", ""};
  f.y = {"Share", "%"};
  f.y.minimum = 0;
  f.y.maximum = 100;
  for (const Mark mark : {Mark::line, Mark::points}) {
    Series time = by_round(history, mark == Mark::line ? "time" : "", mark, [](const RoundRecord& r) {
      double run = 0, planned = 0;
      for (const RunRecord& one : r.runs) {
        run += one.length_ps;
        planned += one.planned_ps;
      }
      return when(planned > 0, 100 * run / planned);
    });
    Series runs = by_round(history, mark == Mark::line ? "runs" : "", mark, [](const RoundRecord& r) {
      return when(!r.runs.empty(), 100.0 - 100.0 * static_cast<double>(r.n_broken()) /
                                               static_cast<double>(std::max<std::size_t>(1, r.runs.size())));
    });
    time.color = 0;
    runs.color = 1;
    f.series.push_back(std::move(time));
    f.series.push_back(std::move(runs));
  }
  return f;
}

report::Table round_table(const History& history) {
  report::Table t{.id = "rounds", .title = "Rounds"};
  t.columns = {"Round",           "Frames trained on", "Validation, meV/atom", "Validation, eV/Å", "Runs broken",
               "Looks beyond, %", "Highest grade",     "Candidates",           "Chosen",           "Labels",
               "Failed"};
  for (const RoundRecord& r : history.rounds) {
    const bool explored = !r.runs.empty();
    const double beyond =
        r.n_looks() > 0 ? 100.0 * static_cast<double>(r.n_above()) / static_cast<double>(r.n_looks()) : 0;
    t.rows.push_back(
        {std::to_string(r.round), std::to_string(r.n_training), fmt::format("{:.2f}", r.validation.energy),
         fmt::format("{:.4f}", r.validation.force),
         explored ? fmt::format("{} of {}", r.n_broken(), r.runs.size()) : "-",
         explored ? fmt::format("{:.1f}", beyond) : "-", explored ? fmt::format("{:.3g}", r.highest_grade()) : "-",
         r.selected ? std::to_string(r.n_candidates) : "-", r.selected ? std::to_string(r.n_chosen) : "-",
         r.selected ? std::to_string(r.n_labels) : "-", r.selected ? std::to_string(r.failures.size()) : "-"});
  }
  return t;
}

report::Table run_table(const RoundRecord& r) {
  report::Table t{.id = "runs", .title = fmt::format("Explorations of round {}", r.round)};
  t.columns = {"Run", "Run, ps", "Planned, ps", "Median grade", "Highest grade", "Frames beyond", "Stopped because"};
  for (const RunRecord& run : r.runs)
    t.rows.push_back({run.name, fmt::format("{:.3g}", run.length_ps), fmt::format("{:.3g}", run.planned_ps),
                      run.looks > 0 ? fmt::format("{:.3g}", run.median) : "-",
                      run.looks > 0 ? fmt::format("{:.3g}", run.highest) : "-", std::to_string(run.candidates),
                      run.message});
  return t;
}

report::Table pair_table(const History& history) {
  const RoundRecord &first = history.rounds.front(), &last = history.rounds.back();
  report::Table t{.id = "pairs",
                  .title = "Pairs of elements in the training set",
                  .caption =
                      "Shortest distance, Å. A pair that was never met within the cutoff is unknown to the "
                      "potential."};
  t.columns = {"Pair", fmt::format("Round {}", first.round), fmt::format("Round {}", last.round)};
  std::map<std::string, std::pair<std::string, std::string>> rows;
  const auto fill = [&](const RoundRecord& r, std::string std::pair<std::string, std::string>::*column) {
    for (const std::string& pair : r.pairs_never_met) rows[pair].*column = "never met";
    for (const auto& [pair, distance] : r.min_distances) rows[pair].*column = fmt::format("{:.3f}", distance);
  };
  fill(first, &std::pair<std::string, std::string>::first);
  fill(last, &std::pair<std::string, std::string>::second);
  for (const auto& [pair, cells] : rows)
    t.rows.push_back({pair, cells.first.empty() ? "-" : cells.first, cells.second.empty() ? "-" : cells.second});
  return t;
}

void add_warnings(const History& history, std::vector<report::Block>& blocks) {
  if (history.rounds.empty()) return;
  const RoundRecord& last = history.rounds.back();
  if (!last.pairs_never_met.empty())
    blocks.emplace_back(report::Callout{
        .severity = Severity::warning,
        .title = fmt::format("Never met: {}", fmt::join(last.pairs_never_met, ", ")),
        .text =
            "No two such atoms are within the cutoff anywhere in the training set: how they repel is not learned."});
  report::List failed, refused;
  if (history.seeds)
    for (const Failure& f : history.seeds->failures)
      failed.items.push_back(fmt::format("Of those built first, {} of {}: {}", f.composition, f.traj, f.reason));
  for (const RoundRecord& r : history.rounds) {
    for (const Failure& f : r.failures)
      failed.items.push_back(fmt::format("Round {}, {} of {}: {}", r.round, f.composition, f.traj, f.reason));
    for (const auto& [reason, n] : r.refused_because)
      refused.items.push_back(fmt::format("Round {}: {} frames, {}", r.round, n, reason));
  }
  if (!failed.items.empty())
    blocks.emplace_back(report::Callout{
        .severity = Severity::warning,
        .title = fmt::format("{} structure{} got no label", failed.items.size(), failed.items.size() == 1 ? "" : "s"),
        .details = failed});
  if (!refused.items.empty())
    blocks.emplace_back(report::Callout{.severity = Severity::info, .title = "Candidates refused", .details = refused});
}

// What a user can do about an end before the goal.
std::string remedy_of(LoopStatus status) {
  if (status == LoopStatus::stalled) return "Widen the limits of \"select\", mend the labels, or explore more gently.";
  return "Raise the budget and start the same command again: it goes on from here.";
}

}  // namespace

report::Section learning_section(const Learning& learning) {
  const History& history = learning.history;
  report::Section section{.heading = "Learning"};
  section.headlines = {goal_headline(history), error_headline(history)};
  if (const std::string warning = learning.warning(); !warning.empty())
    section.blocks.emplace_back(report::Callout{.severity = Severity::warning,
                                                .title = "Learning ended before its goal was reached",
                                                .text = warning + " " + remedy_of(history.status)});
  if (history.rounds.empty()) return section;
  section.blocks.emplace_back(round_table(history));
  section.blocks.emplace_back(grade_figure(learning.threshold, history));
  section.blocks.emplace_back(error_figure(history, "validation-force", "Force error", "eV/Å", &Errors::force));
  section.blocks.emplace_back(error_figure(history, "validation-energy", "Energy error", "meV/atom", &Errors::energy));
  section.blocks.emplace_back(label_figure(history));
  section.blocks.emplace_back(survival_figure(history));
  add_warnings(history, section.blocks);
  const auto explored = std::find_if(history.rounds.rbegin(), history.rounds.rend(),
                                     [](const RoundRecord& r) { return !r.runs.empty(); });
  if (explored != history.rounds.rend()) section.blocks.emplace_back(run_table(*explored));
  section.blocks.emplace_back(pair_table(history));
  return section;
}

report::Report learning_page(const Learning& learning, const learn::Cost& cost, std::vector<report::Source> further) {
  std::vector<report::Source> sources{
      {.study = learning.title, .name = "learn", .section = learning_section(learning)}};
  for (report::Source& source : further) source.study = learning.title;
  sources.insert(sources.end(), std::make_move_iterator(further.begin()), std::make_move_iterator(further.end()));
  report::Report page = report::join(learning.title, std::move(sources));
  page.subtitle = "Active learning: the potential explores, what it does not know is labelled and learned.";
  page.headlines.push_back(cost_headline(learning, cost));
  page.provenance = {{"Program", std::string("Vitrion ") + version}, {"Seed", std::to_string(learning.seed)}};
  page.provenance.insert(page.provenance.end(), learning.hashes.begin(), learning.hashes.end());
  return page;
}

}  // namespace vitrion::present
