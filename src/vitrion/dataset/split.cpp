#include "vitrion/dataset/split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "vitrion/core/error.hpp"
#include "vitrion/core/random.hpp"

namespace vitrion::dataset {
namespace {

using Groups = std::vector<std::vector<std::size_t>>;

// In order of first appearance, so that the split does not depend on how keys sort.
Groups make_groups(const std::vector<Structure>& frames, const std::string& key) {
  Groups groups;
  std::map<std::string, std::size_t> known;
  bool found_key = key.empty();
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto found = key.empty() ? frames[i].info.end() : frames[i].info.find(key);
    if (found == frames[i].info.end()) {
      groups.push_back({i});
      continue;
    }
    found_key = true;
    const auto [group, is_new] = known.try_emplace(found->second, groups.size());
    if (is_new) groups.emplace_back();
    groups[group->second].push_back(i);
  }
  if (!found_key)
    throw InputError("no frame has the key \"" + key + "\" that should group frames",
                     "Name a key of the data (data.group_key), or leave it out to split frame by frame.");
  return groups;
}

std::vector<std::size_t> take(Groups& groups, double fraction, std::size_t n_frames, const char* name) {
  std::vector<std::size_t> taken;
  if (fraction <= 0) return taken;
  const auto wanted = static_cast<std::size_t>(std::max(1L, std::lround(fraction * static_cast<double>(n_frames))));
  for (auto& group : groups) {
    if (group.empty() || taken.size() + group.size() > wanted) continue;
    taken.insert(taken.end(), group.begin(), group.end());
    group.clear();
  }
  if (taken.empty())
    throw InputError(fmt::format("no group of frames is small enough for a {} set of {} frames", name, wanted),
                     fmt::format("Raise the {} fraction, or give a file of its own.", name));
  std::sort(taken.begin(), taken.end());
  return taken;
}

constexpr double moved_little = 1.0;  // Å rms

// Frames with a time or a step go forward in it; one that goes back begins another run.
bool goes_on(const Structure& before, const Structure& after) {
  if (before.time && after.time) return *after.time > *before.time;
  if (before.step && after.step) return *after.step > *before.step;
  return true;
}

bool consecutive(const Structure& before, const Structure& after) {
  if (before.species != after.species || before.size() == 0 || !goes_on(before, after)) return false;
  if (!after.cell.matrix().isApprox(before.cell.matrix(), 0.02)) return false;
  double squares = 0;
  for (Eigen::Index i = 0; i < before.positions.rows(); ++i) {
    const Vector3 moved = (after.positions.row(i) - before.positions.row(i)).transpose();
    squares += (after.cell.matrix().isZero(0) ? moved : after.cell.minimum_image(moved)).squaredNorm();
  }
  return squares < moved_little * moved_little * static_cast<double>(before.size());
}

}  // namespace

std::size_t torn_from_runs(const std::vector<Structure>& frames, const std::vector<std::size_t>& held_out,
                           const std::vector<std::size_t>& training) {
  std::vector<bool> trained(frames.size(), false);
  for (const std::size_t i : training) trained[i] = true;
  return static_cast<std::size_t>(std::count_if(held_out.begin(), held_out.end(), [&](std::size_t i) {
    return (i > 0 && trained[i - 1] && consecutive(frames[i - 1], frames[i])) ||
           (i + 1 < frames.size() && trained[i + 1] && consecutive(frames[i], frames[i + 1]));
  }));
}

Split split_by_group(const std::vector<Structure>& frames, const SplitOptions& options) {
  const auto bad = [](double f) { return !(f >= 0 && f < 1); };
  if (bad(options.validation_fraction) || bad(options.test_fraction) ||
      options.validation_fraction + options.test_fraction >= 1)
    throw InputError("validation and test fractions must be in [0, 1) and leave frames to train on");
  Groups groups = make_groups(frames, options.group_key);
  Random random(options.seed);
  shuffle(groups, random);
  Split split;
  split.test = take(groups, options.test_fraction, frames.size(), "test");
  split.validation = take(groups, options.validation_fraction, frames.size(), "validation");
  for (const auto& group : groups) split.train.insert(split.train.end(), group.begin(), group.end());
  std::sort(split.train.begin(), split.train.end());
  if (split.train.empty()) throw InputError("no frame is left to train on", "Lower the validation and test fractions.");
  return split;
}

}  // namespace vitrion::dataset
