// Progress of long work, told to the log of its session.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "vitrion/core/session.hpp"

namespace vitrion::inline core {

/// Tells how far a loop is for as long as it lives. Costs next to nothing where nobody looks.
class Progress {
 public:
  /// `total` steps of `unit` ("frames", "steps") of the work called `title`; `before` of them were done by an earlier
  /// run and do not count for the estimate.
  Progress(const Session& session, std::string title, std::int64_t total, std::string unit = "",
           std::int64_t before = 0)
      : display_(session.begin({std::move(title), total, std::move(unit), before})) {}

  /// `done` of `total`; `note` (may be empty) stands behind the bar, e.g. the current loss.
  void update(std::int64_t done, const std::string& note = {}) {
    if (display_) display_->update(done, note);
  }

 private:
  std::unique_ptr<ProgressDisplay> display_;
};

}  // namespace vitrion::inline core
