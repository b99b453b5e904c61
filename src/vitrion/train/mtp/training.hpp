// Training of a moment tensor potential: data, fit with checkpoints, potential and model card.
#pragma once

#include "vitrion/core/session.hpp"
#include "vitrion/train/training.hpp"

namespace vitrion::train::mtp {

/// Columns of the loss curve.
extern const char* const mtp_log_header;

/// Trains and writes everything. A checkpoint of the same run (same data, options, version) is gone on from: the result
/// is then, at any number of threads, what an uninterrupted run gives, bit for bit. On a stop request the state is
/// saved and Interrupted thrown. The test set is read only after the fit.
TrainResult train_mtp(const TrainOptions& options, const Session& session = {});

}  // namespace vitrion::train::mtp
