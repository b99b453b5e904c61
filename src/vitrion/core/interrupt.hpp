// Stopping on request: long work asks `stop_requested()` between steps and leaves a state that can be resumed.
#pragma once

namespace vitrion::inline core {

/// Ctrl-C and SIGTERM ask the program to stop; a second one ends it at once.
void install_stop_signals();

/// Ctrl-C and SIGTERM end the program at once again: for work that has no state to save.
void remove_stop_signals();

bool stop_requested();

/// Throws Interrupted when a stop was requested.
void check_stop();

}  // namespace vitrion::inline core
