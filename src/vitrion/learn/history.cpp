#include "vitrion/learn/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/json.hpp"
#include "vitrion/core/result.hpp"
#include "vitrion/learn/plan.hpp"

namespace vitrion::learn {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

Errors errors_in(const Json& table) {
  Errors e;
  e.energy = table.at("energy").at("rmse_meV_per_atom").get<double>();
  e.force = table.at("force").at("rmse_eV_per_A").get<double>();
  if (table.contains("stress") && table.at("stress").is_object())
    e.stress = table.at("stress").at("rmse_GPa").get<double>();
  return e;
}

Json errors_json(const Errors& e) {
  Json j{{"energy_rmse_meV_per_atom", e.energy}, {"force_rmse_eV_per_A", e.force}};
  if (e.stress) j["stress_rmse_GPa"] = *e.stress;
  return j;
}

Errors errors_back(const Json& j) {
  Errors e{j.at("energy_rmse_meV_per_atom").get<double>(), j.at("force_rmse_eV_per_A").get<double>(), {}};
  if (j.contains("stress_rmse_GPa")) e.stress = j.at("stress_rmse_GPa").get<double>();
  return e;
}

double number_or_zero(const Json& j, const char* key) {
  const auto found = j.find(key);
  return found == j.end() || !found->is_number() ? 0 : found->get<double>();
}

Json run_json(const RunRecord& r) {
  return {{"name", r.name},
          {"broke", r.broke},
          {"reason", r.reason},
          {"message", r.message},
          {"length_ps", r.length_ps},
          {"planned_ps", r.planned_ps},
          {"looks", r.looks},
          {"above_save", r.above},
          {"candidates", r.candidates},
          {"highest_grade", r.highest},
          {"median_grade", r.median},
          {"geometric_mean_grade", r.geometric_mean}};
}

RunRecord run_back(const Json& j) {
  RunRecord r;
  r.name = j.at("name").get<std::string>();
  r.broke = j.at("broke").get<bool>();
  r.reason = j.at("reason").get<std::string>();
  r.message = j.at("message").get<std::string>();
  r.length_ps = j.at("length_ps").get<double>();
  r.planned_ps = j.at("planned_ps").get<double>();
  r.looks = j.at("looks").get<std::size_t>();
  r.above = j.at("above_save").get<std::size_t>();
  r.candidates = j.at("candidates").get<std::size_t>();
  r.highest = number_or_zero(j, "highest_grade");
  r.median = number_or_zero(j, "median_grade");
  r.geometric_mean = number_or_zero(j, "geometric_mean_grade");
  return r;
}

Json failures_json(const std::vector<Failure>& failures) {
  Json list = Json::array();
  for (const Failure& f : failures)
    list.push_back({{"composition", f.composition}, {"traj", f.traj}, {"reason", f.reason}});
  return list;
}

std::vector<Failure> failures_back(const Json& list) {
  std::vector<Failure> failures;
  for (const Json& f : list)
    failures.push_back(
        {f.at("composition").get<std::string>(), f.at("traj").get<std::string>(), f.at("reason").get<std::string>()});
  return failures;
}

Json round_json(const RoundRecord& r) {
  Json runs = Json::array();
  for (const RunRecord& run : r.runs) runs.push_back(run_json(run));
  return {{"round", r.round},
          {"potential_of_round", r.trained},
          {"training_frames", r.n_training},
          {"validation_frames", r.n_validation},
          {"training_errors", errors_json(r.training)},
          {"validation_errors", errors_json(r.validation)},
          {"min_distance_A", r.min_distances},
          {"pairs_never_met", r.pairs_never_met},
          {"runs", runs},
          {"selected", r.selected},
          {"labelled", r.labelled},
          {"candidates", r.n_candidates},
          {"refused", r.n_refused},
          {"refused_because", r.refused_because},
          {"chosen", r.n_chosen},
          {"cut", r.n_cut},
          {"labels", r.n_labels},
          {"not_begun", r.n_not_begun},
          {"failures", failures_json(r.failures)}};
}

RoundRecord round_back(const Json& j) {
  RoundRecord r;
  r.round = j.at("round").get<int>();
  r.trained = j.at("potential_of_round").get<int>();
  r.n_training = j.at("training_frames").get<std::size_t>();
  r.n_validation = j.at("validation_frames").get<std::size_t>();
  r.training = errors_back(j.at("training_errors"));
  r.validation = errors_back(j.at("validation_errors"));
  r.min_distances = j.at("min_distance_A").get<std::map<std::string, double>>();
  r.pairs_never_met = j.at("pairs_never_met").get<std::vector<std::string>>();
  for (const Json& run : j.at("runs")) r.runs.push_back(run_back(run));
  r.selected = j.at("selected").get<bool>();
  r.labelled = j.at("labelled").get<bool>();
  r.n_candidates = j.at("candidates").get<std::size_t>();
  r.n_refused = j.at("refused").get<std::size_t>();
  r.refused_because = j.at("refused_because").get<std::map<std::string, std::size_t>>();
  r.n_chosen = j.at("chosen").get<std::size_t>();
  r.n_cut = j.at("cut").get<std::size_t>();
  r.n_labels = j.at("labels").get<std::size_t>();
  r.n_not_begun = j.at("not_begun").get<std::size_t>();
  r.failures = failures_back(j.at("failures"));
  return r;
}

constexpr LoopStatus all_statuses[] = {LoopStatus::running,      LoopStatus::converged,     LoopStatus::out_of_labels,
                                       LoopStatus::out_of_hours, LoopStatus::out_of_rounds, LoopStatus::stalled};

}  // namespace

std::size_t RoundRecord::n_broken() const {
  return static_cast<std::size_t>(std::count_if(runs.begin(), runs.end(), [](const RunRecord& r) { return r.broke; }));
}

std::size_t RoundRecord::n_looks() const {
  std::size_t n = 0;
  for (const RunRecord& r : runs) n += r.looks;
  return n;
}

std::size_t RoundRecord::n_above() const {
  std::size_t n = 0;
  for (const RunRecord& r : runs) n += r.above;
  return n;
}

double RoundRecord::highest_grade() const {
  double highest = 0;
  for (const RunRecord& r : runs) highest = std::max(highest, r.highest);
  return highest;
}

double RoundRecord::mean_grade() const {
  double logs = 0;
  for (const RunRecord& r : runs)
    if (r.looks > 0) logs += static_cast<double>(r.looks) * std::log(r.geometric_mean);
  return n_looks() > 0 ? std::exp(logs / static_cast<double>(n_looks())) : 0;
}

const char* name_of(LoopStatus status) {
  switch (status) {
    case LoopStatus::running:
      return "running";
    case LoopStatus::converged:
      return "converged";
    case LoopStatus::out_of_labels:
      return "out_of_labels";
    case LoopStatus::out_of_hours:
      return "out_of_hours";
    case LoopStatus::out_of_rounds:
      return "out_of_rounds";
    case LoopStatus::stalled:
      return "stalled";
  }
  return "";
}

std::string describe(LoopStatus status) {
  switch (status) {
    case LoopStatus::running:
      return "The loop is not at its end.";
    case LoopStatus::converged:
      return "The explorations stay within what the potential has learned.";
    case LoopStatus::out_of_labels:
      return "The budget of labels is spent before the explorations stayed within what was learned.";
    case LoopStatus::out_of_hours:
      return "The budget of hours is spent before the explorations stayed within what was learned.";
    case LoopStatus::out_of_rounds:
      return "The budget of rounds is spent before the explorations stayed within what was learned.";
    case LoopStatus::stalled:
      return "A round broke, and gave nothing new to learn from.";
  }
  return "";
}

std::size_t History::n_asked() const {
  std::size_t n = 0;
  for (const RoundRecord& r : rounds)
    if (r.labelled) n += r.n_chosen - r.n_not_begun;
  return n;
}

std::size_t History::n_labels() const {
  std::size_t n = 0;
  for (const RoundRecord& r : rounds) n += r.n_labels;
  return n;
}

std::size_t History::n_failed() const {
  std::size_t n = 0;
  for (const RoundRecord& r : rounds) n += r.failures.size();
  return n;
}

RoundRecord read_training(const fs::path& folder, int round, int trained) {
  const fs::path place = folder / folder_of(trained, "train");
  RoundRecord record;
  record.round = round;
  record.trained = trained;
  const Json errors = read_json(place / "result.json");
  record.training = errors_in(errors.at("training"));
  record.validation = errors_in(errors.at("test"));
  const Json card = read_json(place / "potential.card.json");
  record.n_training =
      card.at("split").at("n_train").get<std::size_t>() + card.at("split").at("n_validation").get<std::size_t>();
  record.n_validation = card.at("split").at("n_test").get<std::size_t>();
  const Json& data = card.at("training_data");
  record.min_distances = data.at("min_distance_A").get<std::map<std::string, double>>();
  record.pairs_never_met = data.at("pairs_never_met").get<std::vector<std::string>>();
  return record;
}

void read_runs(const fs::path& folder, const LearnOptions& options, RoundRecord& record) {
  for (const study::Stage& stage : Planner(options, "").explore(record.round, record.trained)) {
    const Json result = read_json(folder / stage.name / "explore.json");
    RunRecord run;
    run.name = stage.name.substr(stage.name.find('-') + 1);
    for (const Exploration& e : options.explorations)
      for (const Run& planned : e.runs)
        if (planned.name == run.name) run.planned_ps = planned.length_ps;
    run.broke = result.at("status") == "stopped";
    if (run.broke) {
      run.reason = result.at("guard").at("kind").get<std::string>();
      run.message = result.at("guard").at("message").get<std::string>();
    }
    run.length_ps = result.at("length_ps").get<double>();
    run.candidates = result.at("candidates").get<std::size_t>();
    const Json& grades = result.at("grades");
    run.looks = grades.at("looks").get<std::size_t>();
    if (run.looks > 0) {
      run.above = grades.at("above_save").get<std::size_t>();
      run.highest = number_or_zero(grades, "highest");
      run.median = number_or_zero(grades, "median");
      run.geometric_mean = number_or_zero(grades, "geometric_mean");
    }
    record.runs.push_back(std::move(run));
  }
}

void read_selection(const fs::path& folder, RoundRecord& record) {
  const Json result = read_json(folder / folder_of(record.round, "select") / "select.json");
  record.selected = true;
  record.n_candidates = result.at("candidates").get<std::size_t>();
  record.n_refused = result.at("refused").get<std::size_t>();
  record.refused_because = result.at("refused_because").get<std::map<std::string, std::size_t>>();
  record.n_chosen = result.at("chosen").get<std::size_t>();
  record.n_cut = result.at("cut").get<std::size_t>();
}

void read_labels(const fs::path& folder, RoundRecord& record) {
  const Json result = read_json(folder / folder_of(record.round, "label") / "labels.json");
  record.labelled = true;
  record.n_labels = result.at("labelled").get<std::size_t>();
  record.n_not_begun = result.at("not_begun").get<std::size_t>();
  record.failures = failures_back(result.at("failed"));
}

SeedRecord read_seeds(const fs::path& folder) {
  const Json result = read_json(folder / "seeds-label" / "labels.json");
  return {result.at("asked").get<std::size_t>(), result.at("labelled").get<std::size_t>(),
          failures_back(result.at("failed"))};
}

Json to_json(const History& history) {
  Json rounds = Json::array();
  for (const RoundRecord& r : history.rounds) rounds.push_back(round_json(r));
  Json j{{"status", name_of(history.status)}, {"now", history.now}, {"rounds", rounds}};
  if (const std::optional<SeedRecord>& seeds = history.seeds)
    j["seeds"] = {{"built", seeds->n_built}, {"labels", seeds->n_labels}, {"failures", failures_json(seeds->failures)}};
  return j;
}

History history_from_json(const Json& j) {
  History history;
  const std::string status = j.at("status").get<std::string>();
  for (const LoopStatus s : all_statuses)
    if (status == name_of(s)) history.status = s;
  history.now = j.at("now").get<std::string>();
  if (j.contains("seeds")) {
    const Json& seeds = j.at("seeds");
    history.seeds = {seeds.at("built").get<std::size_t>(), seeds.at("labels").get<std::size_t>(),
                     failures_back(seeds.at("failures"))};
  }
  for (const Json& r : j.at("rounds")) history.rounds.push_back(round_back(r));
  return history;
}

std::string to_csv(const History& history) {
  std::string text =
      "round,training_frames,validation_energy_rmse_meV_per_atom,validation_force_rmse_eV_per_A,"
      "validation_stress_rmse_GPa,runs,runs_broken,explored_ps,looks,looks_above,highest_grade,geometric_mean_grade,"
      "candidates,refused,chosen,labels,failed,pairs_met\n";
  for (const RoundRecord& r : history.rounds) {
    double explored = 0;
    for (const RunRecord& run : r.runs) explored += run.length_ps;
    text += fmt::format("{},{},{:.6g},{:.6g},{},{},{},{:.6g},{},{},{:.6g},{:.6g},{},{},{},{},{},{}\n", r.round,
                        r.n_training, r.validation.energy, r.validation.force,
                        r.validation.stress ? fmt::format("{:.6g}", *r.validation.stress) : "", r.runs.size(),
                        r.n_broken(), explored, r.n_looks(), r.n_above(), r.highest_grade(), r.mean_grade(),
                        r.n_candidates, r.n_refused, r.n_chosen, r.n_labels, r.failures.size(), r.min_distances.size());
  }
  return text;
}

void write_history(const History& history, const fs::path& folder) {
  write_file_atomically(folder / "history.json", json_text(to_json(history), 1) + "\n");
  write_file_atomically(folder / "history.csv", to_csv(history));
}

}  // namespace vitrion::learn
