// Work that was done and is doubtful, for scripts that would rather stop.
#pragma once

#include <stdexcept>

namespace vitrion::frontend {

/// Everything was computed and written; what is left to say is that a warning counts as a failure here (exit code 3).
class StrictWarnings : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace vitrion::frontend
