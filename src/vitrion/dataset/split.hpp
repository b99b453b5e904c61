// Splitting a dataset so that a test says something: correlated frames never stand on both sides.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vitrion/core/structure.hpp"

namespace vitrion::dataset {

struct SplitOptions {
  /// Info key that names what frames have in common: a trajectory, a parent crystal. Frames with the same value are
  /// correlated and stay together; a frame without the key is a group of its own. Empty: every frame is one.
  std::string group_key;
  double validation_fraction = 0;  ///< of all frames
  double test_fraction = 0;
  std::uint64_t seed = 1;
};

/// Frame numbers, increasing; together each frame once.
struct Split {
  std::vector<std::size_t> train, validation, test;
};

/// Groups in random order fill the test set, then the validation set, up to their share of frames; a group that would
/// overfill is passed over. The same data, options and seed give the same split everywhere.
///
/// Throws InputError when fractions leave no training frame, when no frame has the group key, or when a wanted set
/// stays empty because every group is too large.
Split split_by_group(const std::vector<Structure>& frames, const SplitOptions& options);

/// How many of `held_out` come right before or after a frame of `training` in one run: next to it in the list, of the
/// same atoms in the same order, moved by less than 1 Å rms (minimum image). Errors on them say little: the potential
/// has all but seen them. Copies of one structure moved a little count as well. Numbers are those of `frames`.
std::size_t torn_from_runs(const std::vector<Structure>& frames, const std::vector<std::size_t>& held_out,
                           const std::vector<std::size_t>& training);

}  // namespace vitrion::dataset
