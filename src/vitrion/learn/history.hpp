// What each round came to, read back from what its steps left.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/learn/options.hpp"

namespace vitrion::learn {

struct Errors {
  double energy = 0, force = 0;  ///< RMSE, meV/atom and eV/Å
  std::optional<double> stress;  ///< RMSE, GPa
};

/// A run of molecular dynamics of a round.
struct RunRecord {
  std::string name;
  bool broke = false;  ///< its guard stopped it
  std::string reason;  ///< why: "grade", "distance", ...
  std::string message;
  double length_ps = 0, planned_ps = 0;
  std::size_t looks = 0, above = 0, candidates = 0;  ///< looks at the grade; above the guard's grade_save
  double highest = 0, median = 0, geometric_mean = 0;
};

/// A structure that got no label.
struct Failure {
  std::string composition, traj, reason;
};

/// One round, as far as it has come. Holds no times: the same loop gives the same history.
struct RoundRecord {
  int round = 0;
  int trained = 0;                               ///< the round whose training gave its potential
  std::size_t n_training = 0, n_validation = 0;  ///< frames
  Errors training, validation;
  std::map<std::string, double> min_distances;  ///< Å, by pair of elements the training set holds
  std::vector<std::string> pairs_never_met;     ///< in the training set within the cutoff
  std::vector<RunRecord> runs;                  ///< empty: not explored (yet)
  bool selected = false, labelled = false;      ///< these steps are done
  std::size_t n_candidates = 0, n_refused = 0, n_chosen = 0, n_cut = 0, n_labels = 0, n_not_begun = 0;
  std::map<std::string, std::size_t> refused_because;
  std::vector<Failure> failures;

  std::size_t n_broken() const;
  std::size_t n_looks() const;
  std::size_t n_above() const;
  double highest_grade() const;
  /// Of all looks of all runs.
  double mean_grade() const;
};

/// The first structures, where the loop builds and labels them.
struct SeedRecord {
  std::size_t n_built = 0, n_labels = 0;
  std::vector<Failure> failures;
};

/// How the loop stands.
enum class LoopStatus { running, converged, out_of_labels, out_of_hours, out_of_rounds, stalled };
const char* name_of(LoopStatus status);
/// The same as a sentence.
std::string describe(LoopStatus status);

struct History {
  std::optional<SeedRecord> seeds;  ///< nothing: all seed data were given
  std::vector<RoundRecord> rounds;
  LoopStatus status = LoopStatus::running;
  std::string now;  ///< what is being done; empty when the loop has ended

  // Over all rounds, without the seeds.
  std::size_t n_asked() const;   ///< structures handed to DFT
  std::size_t n_labels() const;  ///< those that got a label
  std::size_t n_failed() const;  ///< those that got none
};

/// Reads what the steps of a round left: training (of round `trained`), and each further step that is done.
RoundRecord read_training(const std::filesystem::path& folder, int round, int trained);
void read_runs(const std::filesystem::path& folder, const LearnOptions& options, RoundRecord& record);
void read_selection(const std::filesystem::path& folder, RoundRecord& record);
SeedRecord read_seeds(const std::filesystem::path& folder);
void read_labels(const std::filesystem::path& folder, RoundRecord& record);

nlohmann::json to_json(const History& history);
/// The reverse. Throws nlohmann::json::exception when it is none.
History history_from_json(const nlohmann::json& json);
std::string to_csv(const History& history);

/// history.json and history.csv in `folder`.
void write_history(const History& history, const std::filesystem::path& folder);

}  // namespace vitrion::learn
