#include "vitrion/build/voids.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cmath>
#include <voro++/voro++.hh>

#include "vitrion/build/geometry.hpp"
#include "vitrion/build/lattice.hpp"
#include "vitrion/core/error.hpp"

namespace vitrion::build {
namespace {

// All vertices of all cells with their distance to the cell's atom; a vertex comes once for every cell it belongs to.
std::vector<Void> vertices(const Structure& s) {
  // voro++ wants short cell vectors with a along x and b in the xy plane.
  Structure shaped = bare(s);
  Matrix3 cell = reduced(Matrix3::Identity(), s.cell.matrix()) * s.cell.matrix();
  if (cell.determinant() < 0) cell = -cell;
  shaped.cell = Cell(cell);
  const Structure turned = turned_to_axes(shaped);
  const Matrix3& m = turned.cell.matrix();
  const Matrix3 back = m.inverse() * cell;
  // About five atoms a block is fastest (voro++ manual).
  const double block = std::cbrt(5 * m.determinant() / static_cast<double>(s.size()));
  const auto blocks = [&](int d) { return std::max(1, static_cast<int>(std::lround(m(d, d) / block))); };
  voro::container_periodic container(m(0, 0), m(1, 0), m(1, 1), m(2, 0), m(2, 1), m(2, 2), blocks(0), blocks(1),
                                     blocks(2), 8);
  for (Eigen::Index i = 0; i < turned.positions.rows(); ++i)
    container.put(static_cast<int>(i), turned.positions(i, 0), turned.positions(i, 1), turned.positions(i, 2));
  std::vector<Void> list;
  voro::voronoicell voronoi;
  voro::c_loop_all_periodic loop(container);
  if (!loop.start()) return list;
  do {
    if (!container.compute_cell(voronoi, loop)) continue;
    double x, y, z;
    loop.pos(x, y, z);
    std::vector<double> v;
    voronoi.vertices(v);
    for (std::size_t k = 0; k + 2 < v.size(); k += 3) {
      const Vector3 offset(v[k], v[k + 1], v[k + 2]);
      list.push_back({s.cell.wrap(back.transpose() * (Vector3(x, y, z) + offset)), offset.norm()});
    }
  } while (loop.inc());
  return list;
}

}  // namespace

std::vector<Void> find_voids(const Structure& s, const VoidOptions& o) {
  require_solid(s, "the host");
  if (!(o.min_radius > 0) || !(o.merge > 0))
    throw InputError("radius and merging distance of voids must be positive (Å)");
  std::vector<Void> all = vertices(s);
  std::erase_if(all, [&](const Void& v) { return v.radius < o.min_radius; });
  // The same vertex seen from two cells differs by rounding: that must not decide the order.
  const auto key = [](const Void& v) {
    const auto whole = [](double x) { return std::llround(x * 1e5); };
    return std::array{-whole(v.radius), whole(v.position[0]), whole(v.position[1]), whole(v.position[2])};
  };
  std::stable_sort(all.begin(), all.end(), [&](const Void& a, const Void& b) { return key(a) < key(b); });
  std::vector<Void> kept;
  for (const Void& v : all) {
    const bool known = std::any_of(kept.begin(), kept.end(), [&](const Void& k) {
      return s.cell.minimum_image(v.position - k.position).norm() < o.merge;
    });
    if (!known) kept.push_back(v);
  }
  return kept;
}

}  // namespace vitrion::build
