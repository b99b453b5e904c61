// Training of NequIP: data, fit with checkpoints, potential and model card.
#pragma once

#include "vitrion/core/session.hpp"
#include "vitrion/train/training.hpp"

namespace vitrion::train::nequip {

/// Columns of the loss curve: one line an epoch.
extern const char* const nequip_log_header;

/// Trains and writes everything, as `train_mtp` does: a checkpoint of the same run (same data, options, version) is
/// gone on from, and the result is then that of an uninterrupted run, bit for bit, at any number of threads. On a stop
/// request the state is saved and Interrupted thrown. The test set is read only after the fit.
TrainResult train_nequip(const TrainOptions& options, const Session& session = {});

}  // namespace vitrion::train::nequip
