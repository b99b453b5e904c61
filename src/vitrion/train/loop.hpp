// The loop of every training: goes on from a checkpoint, steps, logs, shows progress, stops on request, saves.
#pragma once

#include <string>

#include "vitrion/core/session.hpp"
#include "vitrion/train/run.hpp"

namespace vitrion::train {

/// Takes the fit from its start, or from the checkpoint of the same run (kind and fingerprint), to its end, with a
/// checkpoint every `checkpoint_seconds` and one at the end. Fills in log, reason and time of `result`. A checkpoint of
/// another run is set aside, and that is said. On a stop request the state is saved and Interrupted thrown. Throws
/// InputError when a file stands in the checkpoint's place that is damaged or none.
void run_fit(TrainingRun& run, const TrainOptions& options, const std::string& fingerprint, TrainResult& result,
             const Session& session);

}  // namespace vitrion::train
