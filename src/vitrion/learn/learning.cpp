#include "vitrion/learn/learning.hpp"

#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/dft/queue.hpp"
#include "vitrion/learn/loop.hpp"

namespace vitrion::learn {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

Json goal_json(const Goal& goal) {
  return {{"goal", goal.no_extrapolation ? "no_extrapolation" : "no_break"}, {"rounds_in_a_row", goal.rounds_in_a_row}};
}

Json budget_json(const Budget& budget) {
  Json j{{"rounds", budget.rounds}};
  if (budget.labels) j["labels"] = *budget.labels;
  if (budget.hours) j["hours"] = *budget.hours;
  return j;
}

Json outcome_json(const Learning& learning) {
  const History& history = learning.history;
  Json j{{"status", name_of(history.status)},
         {"converged", history.status == LoopStatus::converged},
         {"rounds", history.rounds.size()},
         {"labels", history.n_labels()},
         {"failed", history.n_failed()}};
  if (const std::string warning = learning.warning(); !warning.empty()) j["warning"] = warning;
  return j;
}

}  // namespace

std::string Learning::warning() const {
  if (history.status == LoopStatus::running || history.status == LoopStatus::converged) return {};
  return "The potential was not learned to the end. " + describe(history.status);
}

Learning learning_of(const LearnOptions& options, const History& history, const fs::path& folder) {
  Learning learning{.title = options.title,
                    .name = options.name,
                    .seed = options.seed,
                    .threshold = options.select.threshold,
                    .goal = options.goal,
                    .budget = options.budget,
                    .history = history,
                    .hashes = {}};
  for (const std::string& file : {options.potential, std::string("dataset.extxyz"), std::string("validation.extxyz")})
    if (fs::exists(folder / file)) learning.hashes[file] = content_hash_of_file(folder / file);
  return learning;
}

Json to_json(const Learning& learning) {
  Json j = to_json(learning.history);
  j["title"] = learning.title;
  j["name"] = learning.name;
  j["seed"] = learning.seed;
  j["threshold"] = learning.threshold;
  j["until"] = goal_json(learning.goal);
  j["budget"] = budget_json(learning.budget);
  j["outcome"] = outcome_json(learning);
  j["files"] = learning.hashes;
  return j;
}

Learning read_learning(const fs::path& file) {
  const Json j = read_result(file, learning_kind);
  Learning learning;
  try {
    learning.history = history_from_json(j);
    learning.title = j.at("title").get<std::string>();
    learning.name = j.at("name").get<std::string>();
    learning.seed = j.at("seed").get<std::uint64_t>();
    learning.threshold = j.at("threshold").get<double>();
    learning.goal.no_extrapolation = j.at("until").at("goal") == "no_extrapolation";
    learning.goal.rounds_in_a_row = j.at("until").at("rounds_in_a_row").get<int>();
    const Json& budget = j.at("budget");
    learning.budget.rounds = budget.at("rounds").get<int>();
    if (budget.contains("labels")) learning.budget.labels = budget.at("labels").get<std::int64_t>();
    if (budget.contains("hours")) learning.budget.hours = budget.at("hours").get<double>();
    learning.hashes = j.at("files").get<std::map<std::string, std::string>>();
  } catch (const Json::exception& e) {
    throw InputError(Location{file.string()}, std::string("is not the result of a learning loop: ") + e.what());
  }
  return learning;
}

Cost cost_of(const fs::path& folder, int label_slots) {
  Cost cost{.hours = hours_spent(folder, label_slots)};
  if (!fs::exists(folder / "labels" / "queue.sqlite")) return cost;
  for (const dft::JobInfo& job : dft::Queue(folder / "labels").jobs())
    if (job.state == dft::JobState::done) {
      cost.label_cpu_seconds += job.cpu_seconds;
      ++cost.n_labels;
    }
  return cost;
}

}  // namespace vitrion::learn
