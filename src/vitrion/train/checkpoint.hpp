// The state of a running fit on disk, of whatever kind: written atomically, read back bit for bit, damage found out.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace vitrion::train {

/// All that a training goes on from.
struct Checkpoint {
  std::string kind;                                      ///< of the potential
  std::string fingerprint;                               ///< of data, options and version: see run_fingerprint
  nlohmann::json counters = nlohmann::json::object();    ///< steps done, rates, best losses: of that kind's fit
  std::map<std::string, std::vector<double>> numbers{};  ///< parameters, and what the optimiser remembers
  std::vector<std::string> log{};                        ///< lines of the loss curve so far, without header
  double seconds = 0;                                    ///< wall time spent so far
};

/// The file is a line "vitrion-checkpoint 1 CHECKSUM", then CBOR (RFC 8949), of which CHECKSUM is the content_hash.
void write_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint);

/// Nothing when there is no file. One of another version of this form comes back empty: it belongs to no run. Throws
/// InputError when the file is damaged or is no checkpoint.
std::optional<Checkpoint> read_checkpoint(const std::filesystem::path& file);

/// What is wrong with a file whose bytes are not those that were written, or do not hold what they should.
[[noreturn]] void refuse_damaged_checkpoint(const std::filesystem::path& file);

/// Moves a checkpoint that cannot be gone on from out of the way, to FILE.old; returns that name.
std::filesystem::path set_aside_checkpoint(const std::filesystem::path& file);

}  // namespace vitrion::train
