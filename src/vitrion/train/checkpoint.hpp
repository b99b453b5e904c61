// The state of a running fit on disk: written atomically, read back bit for bit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/train/mtp/fit.hpp"

namespace vitrion::train {

/// A fit that has ended, of several begun at different radial functions.
struct EndedStart {
  std::uint64_t seed = 0;  ///< of its first radial functions
  int iterations = 0;
  double loss = 0;  ///< its lowest validation loss (training loss without a validation set)
  std::string reason;
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(EndedStart, seed, iterations, loss, reason)
};

struct Checkpoint {
  std::string fingerprint;  ///< of data, options and version: another run's checkpoint is not taken
  std::string limits;       ///< when to end: of FitOptions, what `fingerprint` leaves out
  mtp::FitState state;      ///< of the start under way
  std::vector<EndedStart> ended;
  std::vector<double> kept;      ///< coefficients of the best of them
  std::vector<std::string> log;  ///< lines of the loss curve so far, without header
  double seconds = 0;            ///< wall time spent so far
};

void write_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint);

/// Nothing when there is no file. Throws InputError when the file is damaged.
std::optional<Checkpoint> read_checkpoint(const std::filesystem::path& file);

/// For a checkpoint that cannot be gone on from: renames it (FILE.old) and says that training starts anew.
void set_aside_checkpoint(const std::filesystem::path& file, const Session& session);

}  // namespace vitrion::train
