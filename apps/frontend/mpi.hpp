// MPI for the commands that need it: started when first asked for, ended with the program.
#pragma once

#include <functional>

#include "vitrion/core/session.hpp"

namespace vitrion::frontend {

/// Starts MPI if it is not running yet; without mpirun there is one rank. Also shares the processors out: unless the
/// number of threads was set to something else than all processors, every rank of a node gets its part of them.
void start_mpi();

/// Does `work` on this rank, with `session` on the first and its silent copy on the others. On one rank its exceptions
/// pass through. On several, an error ends all of them: an error that every rank meets is printed once, one that a
/// single rank meets is printed by it, and no rank is left waiting. Interrupted passes through on the first rank and
/// ends the others quietly.
void run_on_all_ranks(const Session& session, const std::function<void(const Session&)>& work);

}  // namespace vitrion::frontend
