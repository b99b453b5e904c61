#include "vitrion/core/interrupt.hpp"

#include <csignal>

#include "vitrion/core/error.hpp"

namespace vitrion::inline core {
namespace {

volatile std::sig_atomic_t requested = 0;

void on_signal(int signal) {
  if (requested != 0) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  requested = 1;
}

}  // namespace

void install_stop_signals() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

void remove_stop_signals() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool stop_requested() {
  return requested != 0;
}

void check_stop() {
  if (stop_requested()) throw Interrupted();
}

}  // namespace vitrion::inline core
