// The session of this program: stop signals of its process, progress on its terminal.
#pragma once

#include "vitrion/core/session.hpp"

namespace vitrion::cli {

/// What every command hands to the library.
const Session& terminal_session();

/// Ctrl-C and SIGTERM stop that session from here on.
void listen_to_stop_signals();

}  // namespace vitrion::cli
