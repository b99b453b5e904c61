// Ctrl-C and SIGTERM as a request to stop.
#pragma once

#include "vitrion/core/session.hpp"

namespace vitrion::frontend {

/// Ctrl-C and SIGTERM request a stop from here on; a second one ends the program at once. `stop` must outlive them.
void install_stop_signals(StopSignal& stop);

/// Ctrl-C and SIGTERM end the program at once again: for work that has no state to save.
void remove_stop_signals();

}  // namespace vitrion::frontend
