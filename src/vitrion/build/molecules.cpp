#include "vitrion/build/molecules.hpp"

#include <cmath>

#include "vitrion/build/geometry.hpp"

namespace vitrion::build {
namespace {

// A bond to the image of an atom that lies `cells` cells up along c.
struct Bond {
  std::size_t to;
  int cells;
};

std::vector<std::vector<Bond>> bonds_of(const Structure& s, const PairDistances& bonds) {
  std::vector<std::vector<Bond>> list(s.size());
  if (bonds.empty()) return list;
  const auto at = [&](std::size_t i) -> Vector3 { return s.positions.row(static_cast<Eigen::Index>(i)); };
  for_each_neighbor(s, longest(bonds), [&](std::size_t i, std::size_t j, const Vector3& d) {
    if (d.norm() >= distance_of(bonds, s.species[i], s.species[j], 0)) return;
    list[i].push_back({j, static_cast<int>(std::lround(s.cell.to_fractional(at(i) + d - at(j))[2]))});
  });
  return list;
}

}  // namespace

Units make_units_whole(Structure& s, const PairDistances& bonds) {
  const std::vector<std::vector<Bond>> graph = bonds_of(s, bonds);
  constexpr auto none = static_cast<std::size_t>(-1);
  Units units{.of = std::vector<std::size_t>(s.size(), none), .middle = {}};
  std::vector<int> cells(s.size(), 0);  // by which an atom is moved along c
  for (std::size_t start = 0; start < s.size(); ++start) {
    if (units.of[start] != none) continue;
    const std::size_t number = units.middle.size();
    std::vector<std::size_t> members = {start};
    units.of[start] = number;
    bool endless = false;
    for (std::size_t k = 0; k < members.size(); ++k)
      for (const Bond& b : graph[members[k]]) {
        const int place = cells[members[k]] + b.cells;
        if (units.of[b.to] == none) {
          units.of[b.to] = number;
          cells[b.to] = place;
          members.push_back(b.to);
        } else if (cells[b.to] != place) {
          endless = true;
        }
      }
    if (endless) {
      ++units.n_endless;
      for (const std::size_t i : members) cells[i] = 0;
    }
    double middle = 0;
    for (const std::size_t i : members)
      middle += s.cell.to_fractional(s.positions.row(static_cast<Eigen::Index>(i)))[2] + cells[i];
    middle /= static_cast<double>(members.size());
    // Heights that symmetry makes equal must not fall on both sides of the boundary by rounding.
    const int down = endless ? 0 : static_cast<int>(std::floor(middle + 1e-9));
    for (const std::size_t i : members) cells[i] -= down;
    units.middle.push_back(middle - down);
  }
  const Vector3 c = s.cell.matrix().row(2);
  for (std::size_t i = 0; i < s.size(); ++i) s.positions.row(static_cast<Eigen::Index>(i)) += cells[i] * c.transpose();
  return units;
}

}  // namespace vitrion::build
