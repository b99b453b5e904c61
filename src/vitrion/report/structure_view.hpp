// A structure as balls and sticks: geometry for the page's viewer and for the still picture.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "vitrion/report/report.hpp"

namespace vitrion::report {

/// A stick from one atom to another, or to the middle of a bond that leaves the cell.
struct Stick {
  int atom;     ///< row of the atom it starts at
  Vector3 end;  ///< Å, where it ends: half-way to the partner
};

/// Atoms wrapped into the cell, centred on it; sticks in halves, so that each carries the colour of its atom and bonds
/// through the boundary end in the air.
struct Scene {
  Positions atoms;  ///< Å, shape (n_atoms, 3)
  std::vector<Stick> sticks;
  std::vector<std::pair<Vector3, Vector3>> edges;  ///< of the cell, Å
  double radius = 1;                               ///< Å, of the sphere that holds everything
};

Scene scene_of(const StructureView& view);

/// What the viewer of the page needs.
nlohmann::json scene_json(const StructureView& view);

}  // namespace vitrion::report
