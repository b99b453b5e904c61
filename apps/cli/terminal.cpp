#include "cli/terminal.hpp"

#include "frontend/stop_signals.hpp"
#include "frontend/terminal_log.hpp"

namespace vitrion::cli {
namespace {

StopSignal& stop_signal() {
  static StopSignal stop;
  return stop;
}

}  // namespace

const Session& terminal_session() {
  static frontend::TerminalLog log;
  static const Session session(&stop_signal(), &log);
  return session;
}

void listen_to_stop_signals() {
  frontend::install_stop_signals(stop_signal());
}

}  // namespace vitrion::cli
