// Structures whose order is known by construction.
#pragma once

#include <string>
#include <vector>

#include "vitrion/core/random.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::structure {

inline const Species li = Species::element("Li"), mg = Species::element("Mg"), v = Species::element("V"),
                     p = Species::element("P"), n = Species::element("N"), o = Species::element("O");

}  // namespace vitrion::structure

namespace vitrion::test {

inline Structure from_fractions(const Cell& cell, const std::vector<std::pair<std::string, Vector3>>& sites) {
  Structure s;
  s.cell = cell;
  s.positions.resize(static_cast<Eigen::Index>(sites.size()), 3);
  for (std::size_t i = 0; i < sites.size(); ++i) {
    s.species.push_back(Species::element(sites[i].first));
    s.positions.row(static_cast<Eigen::Index>(i)) = cell.to_cartesian(sites[i].second).transpose();
  }
  return s;
}

/// nx x ny x nz copies, every coordinate displaced by a normal deviate of `amplitude` Å.
inline Structure supercell(const Structure& unit, int nx, int ny, int nz, double amplitude, std::uint64_t seed) {
  Random random(seed);
  Structure s;
  Matrix3 m = unit.cell.matrix();
  m.row(0) *= nx;
  m.row(1) *= ny;
  m.row(2) *= nz;
  s.cell = Cell(m);
  std::vector<Vector3> x;
  for (int i = 0; i < nx; ++i)
    for (int j = 0; j < ny; ++j)
      for (int k = 0; k < nz; ++k)
        for (std::size_t a = 0; a < unit.size(); ++a) {
          Vector3 r = unit.positions.row(static_cast<Eigen::Index>(a)).transpose();
          r += unit.cell.to_cartesian(Vector3(i, j, k));
          for (int c = 0; c < 3; ++c) r[c] += amplitude * random.normal();
          x.push_back(r);
          s.species.push_back(unit.species[a]);
        }
  s.positions.resize(static_cast<Eigen::Index>(x.size()), 3);
  for (std::size_t a = 0; a < x.size(); ++a) s.positions.row(static_cast<Eigen::Index>(a)) = x[a].transpose();
  return s;
}

/// Rock salt, 8 atoms.
inline Structure rock_salt(double a, const char* cation, const char* anion) {
  std::vector<std::pair<std::string, Vector3>> sites;
  for (const Vector3& f : {Vector3(0, 0, 0), Vector3(0, .5, .5), Vector3(.5, 0, .5), Vector3(.5, .5, 0)}) {
    sites.emplace_back(cation, f);
    sites.emplace_back(anion, f + Vector3(.5, 0, 0));
  }
  return from_fractions(Cell::orthorhombic(a, a, a), sites);
}

/// Atoms at random, no two nearer than `closest` Å.
inline Structure random_packing(const Cell& cell, const std::vector<std::pair<std::string, int>>& counts,
                                double closest, std::uint64_t seed) {
  Random random(seed);
  Structure s;
  s.cell = cell;
  std::vector<Vector3> x;
  for (const auto& [element, n] : counts)
    for (int i = 0; i < n;) {
      const Vector3 r = cell.to_cartesian(Vector3(random.uniform(), random.uniform(), random.uniform()));
      bool free = true;
      for (const Vector3& other : x) free = free && cell.minimum_image(r - other).norm() > closest;
      if (!free) continue;
      x.push_back(r);
      s.species.push_back(Species::element(element));
      ++i;
    }
  s.positions.resize(static_cast<Eigen::Index>(x.size()), 3);
  for (std::size_t a = 0; a < x.size(); ++a) s.positions.row(static_cast<Eigen::Index>(a)) = x[a].transpose();
  return s;
}

}  // namespace vitrion::test
