#include "frontend/stop_signals.hpp"

#include <csignal>

namespace vitrion::frontend {
namespace {

std::atomic<StopSignal*> target{nullptr};  // signals belong to the process, whatever we would like

void on_signal(int signal) {
  StopSignal* stop = target.load();
  if (stop == nullptr || stop->requested()) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    return;
  }
  stop->request();
}

}  // namespace

void install_stop_signals(StopSignal& stop) {
  target = &stop;
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

void remove_stop_signals() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

}  // namespace vitrion::frontend
