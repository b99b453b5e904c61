// What a run remembers on disk, so that the same command goes on after a kill.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "vitrion/md/options.hpp"

namespace vitrion::md {

/// The last state everything on disk agrees on. Written atomically after each segment of a run; whatever was written
/// after it is made again.
struct Journal {
  std::string key;           ///< hash of what the run is made of: another run must not go on from it
  std::size_t stage = 0;     ///< number of the stage under way; the number of stages when all are done
  std::int64_t step = 0;     ///< step in that stage
  std::string restart;       ///< LAMMPS restart file in the state folder; empty at the very beginning
  std::string restart_hash;  ///< content_hash of the restart file
  std::map<std::string, std::uintmax_t> lengths;  ///< bytes of every growing file that count
  std::map<std::string, std::string> hashes;      ///< content_hash of those bytes
  std::string reference_hash;  ///< content_hash of the positions the stage under way began with; empty before it

  std::array<double, 9> stage_cell{};  ///< Å, rows a, b, c: the cell the stage under way began with; zero before it

  /// Å^2 by stage and species: how far atoms stood from where the stage began, at its end.
  std::map<std::string, std::map<std::string, double>> displacements;

  std::uintmax_t length_of(const std::string& file) const;
  std::string hash_of(const std::string& file) const;

  /// Reads `folder`/state/journal.json; a missing one is a new run. Throws InputError when it is not a journal, was
  /// changed since it was written, belongs to a run with another `expected_key`, or names a file or a place that no run
  /// of these stages has.
  static Journal load(const std::filesystem::path& folder, const std::string& expected_key,
                      const std::vector<Stage>& stages);
  void save(const std::filesystem::path& folder) const;
};

}  // namespace vitrion::md
