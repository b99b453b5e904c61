#include "vitrion/build/geometry.hpp"

#include <fmt/format.h>

#include <Eigen/Geometry>

#include "vitrion/core/error.hpp"

namespace vitrion::build {

Structure bare(const Structure& s) {
  Structure b;
  b.cell = s.cell;
  b.species = s.species;
  b.positions = s.positions;
  return b;
}

std::optional<Contact> nearest_contact(const Structure& s, double cutoff) {
  std::optional<Contact> best;
  for_each_neighbor(s, cutoff, [&](std::size_t i, std::size_t j, const Vector3& d) {
    if (!best || d.norm() < best->distance) best = {i, j, d.norm()};
  });
  return best;
}

std::string describe(const Structure& s, const Contact& c) {
  return fmt::format("{} {} and {} {} are {:.2f} Å apart", s.species[c.i].name(), c.i + 1, s.species[c.j].name(),
                     c.j + 1, c.distance);
}

void require_solid(const Structure& s, const std::string& what) {
  if (s.size() == 0) throw InputError(what + " holds no atoms");
  validate(s);
  if (!s.cell.is_periodic() || !s.cell.has_volume())
    throw InputError(what + " does not repeat along all three cell vectors",
                     "Give it a cell (extended XYZ: Lattice=\"...\" pbc=\"T T T\").");
  if (const auto contact = nearest_contact(s, overlap_distance))
    throw InputError(what + " has overlapping atoms: " + describe(s, *contact),
                     "Remove one of them, or check cell and units (Å).");
}

Structure turned_to_axes(const Structure& s) {
  const Matrix3& m = s.cell.matrix();
  if (m.determinant() < 0)
    throw InputError("the cell is left-handed", "Exchange two cell vectors, with the atoms left where they are.");
  const Vector3 a = m.row(0), b = m.row(1);
  Matrix3 frame;  // columns: the new axes
  frame.col(0) = a.normalized();
  frame.col(2) = a.cross(b).normalized();
  frame.col(1) = frame.col(2).cross(frame.col(0));
  Matrix3 turned = m * frame;
  turned(0, 1) = turned(0, 2) = turned(1, 2) = 0;  // exactly, not to rounding
  Structure out = s;
  out.cell = Cell(turned, s.cell.periodic());
  out.positions = s.positions * frame;
  return out;
}

}  // namespace vitrion::build
