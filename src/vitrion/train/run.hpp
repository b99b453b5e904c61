// One training, step by step: what the kinds of potentials implement, each in a folder of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "vitrion/core/structure.hpp"
#include "vitrion/potentials/potential.hpp"
#include "vitrion/train/checkpoint.hpp"
#include "vitrion/train/model_card.hpp"
#include "vitrion/train/training.hpp"

namespace vitrion::train {

/// Wall time of a training.
class Stopwatch {
 public:
  /// Goes on from `earlier` seconds.
  explicit Stopwatch(double earlier = 0) : earlier_(earlier) {}
  double seconds() const { return earlier_ + std::chrono::duration<double>(Clock::now() - begin_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  double earlier_;
  Clock::time_point begin_ = Clock::now();
};

/// The most steps a fit may take, for displays.
struct Extent {
  std::int64_t steps = 0;
  std::string unit;  ///< "batches"
};

/// What one step did.
struct FitStep {
  std::int64_t done = 0;  ///< steps so far, of Extent::steps
  std::string log_line;   ///< of the loss curve, when the step completes one
  std::string said;       ///< to stand beside the progress; empty: as before
};

/// One training of one kind of potential.
///
/// run_fit (loop.hpp) calls `resume` where there is a checkpoint, then `step` until `finished` says why, and `save` now
/// and then. train() writes and judges what came of it, in the order in which the functions stand here. The same state
/// gives the same next state at any number of threads.
class TrainingRun {
 public:
  virtual ~TrainingRun() = default;

  /// What these data and options make doubtful, known before the first step.
  virtual std::vector<Warning> warnings() const { return {}; }
  virtual Extent extent() const = 0;
  /// Why the fit is over; empty: it goes on.
  virtual std::string finished() const = 0;
  /// Takes one step; the watch is for the log. Throws Interrupted before anything has changed.
  virtual FitStep step(const Stopwatch& watch) = 0;
  /// What step comes next, for people: "iteration 5".
  virtual std::string next_step() const = 0;
  /// Puts all that the next step depends on into `counters` and `numbers` of a checkpoint.
  virtual void save(Checkpoint& to) const = 0;
  /// Takes it from there. False, and nothing has changed, when the fit cannot go on from it under these limits.
  virtual bool resume(const Checkpoint& from) = 0;

  /// Writes the potential that the fit found, and what belongs to it.
  virtual void write(const TrainFiles& files) = 0;
  /// The potential as the file that was written holds it.
  virtual const potentials::Potential& written() const = 0;
  /// Energy (eV), forces (eV/Å) and stress (eV/Å^3) by what was written, with all that it was trained on top of.
  virtual std::vector<Labels> predict(const std::vector<Structure>& structures) const = 0;
  /// What the fit has not seen of `result`, by which grades are calibrated: "test" or "validation".
  virtual std::string held_out() const = 0;
  /// Keeps with the potential what its grades mean, where its file has a place for that.
  virtual void keep_calibration(const TrainFiles&, const potentials::Calibration&) {}
  virtual CardOfPotential card(const TrainResult& result) const = 0;
};

}  // namespace vitrion::train
