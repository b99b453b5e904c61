#include "vitrion/core/session.hpp"

#include "vitrion/core/error.hpp"

namespace vitrion::inline core {

void Session::check_stop() const {
  if (stop_requested()) throw Interrupted();
}

}  // namespace vitrion::inline core
