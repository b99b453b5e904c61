// What a run came to, from the files it wrote.
#pragma once

#include "vitrion/md/journal.hpp"
#include "vitrion/md/run.hpp"

namespace vitrion::md {

/// Fills in the stages that ended, the notes and the warnings. `options` hold the atoms and the framework.
void describe(const MdOptions& options, const Journal& journal, RunOutcome& outcome);

}  // namespace vitrion::md
