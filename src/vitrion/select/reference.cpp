#include "vitrion/select/reference.hpp"

#include "vitrion/select/active_set.hpp"
#include "vitrion/select/ellipsoid.hpp"

namespace vitrion::select {

std::unique_ptr<Reference> make_reference(const potentials::SelectionState& state) {
  if (state.kind == potentials::ReferenceKind::ellipsoid) return std::make_unique<Ellipsoid>(state.inverse);
  return std::make_unique<ActiveSet>(state);
}

}  // namespace vitrion::select
