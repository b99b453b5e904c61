#include "select/reference.hpp"

#include "select/active_set.hpp"
#include "select/ellipsoid.hpp"

namespace vitrion::select {

std::unique_ptr<Reference> make_reference(const SelectionState& state) {
  if (state.kind == ReferenceKind::ellipsoid) return std::make_unique<Ellipsoid>(state.inverse);
  return std::make_unique<ActiveSet>(state);
}

}  // namespace vitrion::select
