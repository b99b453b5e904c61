// The state of a running fit on disk: written atomically, read back bit for bit.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "train/fit.hpp"

namespace vitrion::train {

struct Checkpoint {
  std::string fingerprint;  ///< names data, options and version: another run's checkpoint is not taken
  FitState state;
  std::vector<std::string> log;  ///< lines of the loss curve so far, without header
  double seconds = 0;            ///< wall time spent so far
};

void write_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint);

/// Nothing when there is no file or it belongs to another run. Throws InputError when the file is damaged.
std::optional<Checkpoint> read_checkpoint(const std::filesystem::path& file, const std::string& fingerprint);

}  // namespace vitrion::train
