// What a loop has come to: the result of `vitrion learn`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "vitrion/core/result.hpp"
#include "vitrion/learn/history.hpp"
#include "vitrion/learn/options.hpp"

namespace vitrion::learn {

/// What `result.json` of a loop holds; docs/schemas/learning.json describes it. Holds no times: the same loop gives the
/// same bytes.
inline constexpr ResultKind learning_kind{"learning", 1};

/// A loop, as far as it has come: what it was asked for, its rounds, and what it made.
struct Learning {
  std::string title, name;  ///< heading; what the `traj` of its frames begins with
  std::uint64_t seed = 1;
  double threshold = 2;  ///< grade above which a frame is worth a label
  Goal goal;
  Budget budget;
  History history;
  std::map<std::string, std::string> hashes;  ///< of potential, dataset and validation frames: file name -> XXH3-128

  /// Empty, or why what was learned is to be used with care: the loop ended before its goal was reached.
  std::string warning() const;
};

/// Reads hashes of what lies in `folder`, the loop's.
Learning learning_of(const LearnOptions& options, const History& history, const std::filesystem::path& folder);

/// Without header (core/result.hpp). `outcome` sums up: status, converged, rounds, labels, failed, warning.
nlohmann::json to_json(const Learning& learning);
/// Throws InputError when the file is no such result.
Learning read_learning(const std::filesystem::path& file);

/// What a loop cost so far. Another run of the same loop costs something else.
struct Cost {
  double hours = 0;              ///< of work: steps that ended, and labels
  std::size_t n_labels = 0;      ///< computed, also those that a later selection left out
  double label_cpu_seconds = 0;  ///< of all of them
};

/// Reads what the steps and the queue in `folder` remember. `label_slots` labels were computed side by side.
Cost cost_of(const std::filesystem::path& folder, int label_slots);

}  // namespace vitrion::learn
