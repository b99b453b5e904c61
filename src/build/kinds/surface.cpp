// Settings of the builders of slabs and interfaces.
#include "build/kinds/kinds.hpp"

namespace vitrion::build {

std::vector<Builder> surface_builders() {
  return {};
}

}  // namespace vitrion::build
