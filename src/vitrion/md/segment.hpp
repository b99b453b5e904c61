// One segment of a run: from one restart file to the next.
#pragma once

#include <map>
#include <optional>

#include "vitrion/core/progress.hpp"
#include "vitrion/core/running_hash.hpp"
#include "vitrion/core/session.hpp"
#include "vitrion/md/guard.hpp"
#include "vitrion/md/journal.hpp"
#include "vitrion/md/mpi.hpp"

namespace vitrion::md {

/// What all segments of a run share.
struct RunContext {
  const MdOptions& options;
  std::vector<Species> types;  ///< by LAMMPS type
  Guard guard;
  Mpi mpi;
  Session session;
  std::map<std::string, RunningHash> hashes = {};  ///< of the files that grow, as the journal stands
};

/// Reads what the journal speaks of, on the first rank, before anything is computed from it: growing files up to their
/// lengths, the restart file, the positions a stage began with. Throws InputError when one is missing, a link, or not
/// as the run left it.
void verify_state(RunContext& context, const Journal& journal);

/// Goes on from the journal's state to `until` in the journal's stage, then brings the journal to the new state (the
/// caller saves nothing: it is saved here, after everything it speaks of is on disk). Returns the guard's event when it
/// stops; the journal then stands where it stood, and stopped.extxyz holds the configuration, if it could be had.
/// `progress` is told the step of the stage.
std::optional<GuardEvent> run_segment(RunContext& context, Journal& journal, std::int64_t until, Progress& progress);

/// The atoms as the journal's restart file holds them, with energy, forces and stress; writes LAMMPS data to `data`.
Structure final_state(RunContext& context, const Journal& journal, const std::filesystem::path& data);

}  // namespace vitrion::md
