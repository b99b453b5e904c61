#include "build/interface.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "build/geometry.hpp"
#include "build/supercell.hpp"
#include "core/error.hpp"
#include "neighbors/neighborhoods.hpp"

namespace vitrion::build {
namespace {

// A bond from one atom to an image of another, `cells` cells up along c.
struct Bond {
  std::size_t to;
  int cells;
};

std::vector<std::vector<Bond>> bonds_of(const Structure& s, const PairDistances& bonds) {
  double longest = 0;
  for (const auto& [pair, length] : bonds) longest = std::max(longest, length);
  std::vector<std::vector<Bond>> list(s.size());
  const PeriodicNeighborhoods lists(s, std::vector<int>(s.size(), 0), longest);
  const Neighborhoods near = lists.view();
  const Eigen::Map<const Positions> x(near.positions, static_cast<Eigen::Index>(near.n_total), 3);
  for (std::size_t i = 0; i < near.n_local; ++i)
    for (const int j : near.of(i)) {
      const auto n = static_cast<std::size_t>(j);
      const std::size_t owner = n < near.n_local ? n : static_cast<std::size_t>(lists.owners()[n - near.n_local]);
      const Species &a = s.species[i], &b = s.species[owner];
      const auto ab = bonds.find({a, b}), ba = bonds.find({b, a});
      const double length = ab != bonds.end() ? ab->second : ba != bonds.end() ? ba->second : 0;
      if ((x.row(j) - x.row(static_cast<Eigen::Index>(i))).norm() >= length) continue;
      const Vector3 shift = x.row(j) - x.row(static_cast<Eigen::Index>(owner));
      list[i].push_back({owner, static_cast<int>(std::lround(s.cell.to_fractional(shift)[2]))});
    }
  return list;
}

// Moves atoms by whole cells along c until bonded ones stand side by side. Returns how many units reach through the
// cell and cannot be made whole; they stay as they are.
int make_units_whole(Structure& s, const PairDistances& bonds) {
  if (bonds.empty()) return 0;
  const std::vector<std::vector<Bond>> graph = bonds_of(s, bonds);
  std::vector<bool> seen(s.size(), false);
  int endless = 0;
  const Vector3 c = s.cell.matrix().row(2);
  for (std::size_t start = 0; start < s.size(); ++start) {
    if (seen[start]) continue;
    std::vector<std::size_t> unit = {start};
    std::vector<int> cells(s.size(), 0);
    seen[start] = true;
    bool whole = true;
    for (std::size_t k = 0; k < unit.size(); ++k)
      for (const Bond& b : graph[unit[k]]) {
        const int place = cells[unit[k]] + b.cells;
        if (seen[b.to]) {
          whole = whole && cells[b.to] == place;
          continue;
        }
        seen[b.to] = true;
        cells[b.to] = place;
        unit.push_back(b.to);
      }
    if (!whole) {
      ++endless;
      continue;
    }
    // Of all images of the unit the one whose middle lies in the cell.
    double middle = 0;
    for (const std::size_t i : unit)
      middle += s.cell.to_fractional(s.positions.row(static_cast<Eigen::Index>(i)))[2] + cells[i];
    const int down = static_cast<int>(std::floor(middle / static_cast<double>(unit.size())));
    for (const std::size_t i : unit) s.positions.row(static_cast<Eigen::Index>(i)) += (cells[i] - down) * c.transpose();
  }
  return endless;
}

// Turned so that a lies along x and b in the xy plane, cut at the widest gap along c, atoms above z = 0.
Structure laid_out(const Structure& s, const PairDistances& bonds, int& endless) {
  Structure t = turned_to_axes(bare(s));
  std::vector<double> heights;
  for (Eigen::Index i = 0; i < t.positions.rows(); ++i) {
    const double f = t.cell.to_fractional(t.positions.row(i))[2];
    heights.push_back(f - std::floor(f));
  }
  std::vector<double> sorted = heights;
  std::sort(sorted.begin(), sorted.end());
  double widest = -1, bottom = 0;
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    const double below = k > 0 ? sorted[k - 1] : sorted.back() - 1;
    if (sorted[k] - below <= widest + 1e-9) continue;
    widest = sorted[k] - below;
    bottom = sorted[k] - widest / 2;
  }
  for (Eigen::Index i = 0; i < t.positions.rows(); ++i) {
    Vector3 f = t.cell.to_fractional(t.positions.row(i));
    f[2] = f[2] - bottom - std::floor(f[2] - bottom);
    t.positions.row(i) = t.cell.to_cartesian(f).transpose();
  }
  endless = make_units_whole(t, bonds);
  t.positions.col(2).array() -= t.positions.col(2).minCoeff();
  return t;
}

Structure repeated_in_plane(const Structure& s, const Eigen::Matrix2i& rows) {
  IntegerMatrix3 m = IntegerMatrix3::Identity();
  m.topLeftCorner<2, 2>() = rows;
  return supercell(s, m);
}

Matrix2 plane_of(const Structure& s) {
  return s.cell.matrix().topLeftCorner<2, 2>();
}

const LatticeMatch& chosen(const std::vector<LatticeMatch>& matches, const InterfaceOptions& o) {
  if (matches.empty())
    throw InputError(fmt::format("no common cell of up to {:g} Å^2 strains the film by {:g} % or less",
                                 o.match.max_area, 100 * o.match.max_strain),
                     "Raise max_area_A2 or max_strain.");
  if (o.choice < 1 || o.choice > matches.size())
    throw InputError(fmt::format("there are {} matches, number {} is asked for", matches.size(), o.choice),
                     "Raise max_area_A2 for more.");
  return matches[o.choice - 1];
}

// In-plane deformation, and the height that keeps the volume.
void strain_film(Structure& film, const LatticeMatch& match, bool keep_volume) {
  Matrix3 f = Matrix3::Identity();
  f.topLeftCorner<2, 2>() = match.deformation;
  if (keep_volume) f(2, 2) = 1 / match.area_ratio;
  film.positions = film.positions * f;
  film.cell = Cell(film.cell.matrix() * f);
}

}  // namespace

Interface make_interface(const Structure& substrate, const Structure& film, const InterfaceOptions& o) {
  require_solid(substrate, "the substrate");
  require_solid(film, "the film");
  if (!(o.gap > 0)) throw InputError("the gap must be positive (Å)");
  if (o.vacuum && !(*o.vacuum > 0)) throw InputError("the vacuum must be positive (Å)", "Leave it out for none.");
  Interface result;
  int endless = 0;  // a crystal may be one endless unit: only the film's are told of
  Structure below = laid_out(substrate, {}, endless);
  Structure above = laid_out(film, o.bonds, result.cut_units);
  result.matches = match_lattices(plane_of(below), plane_of(above), o.match);
  result.match = chosen(result.matches, o);
  below = repeated_in_plane(below, result.match.first);
  above = repeated_in_plane(above, result.match.second);
  strain_film(above, result.match, o.keep_volume);
  result.n_substrate = below.size();

  const auto top = [](const Structure& s) { return s.positions.col(2).maxCoeff(); };
  const Vector3 a = below.cell.matrix().row(0), b = below.cell.matrix().row(1);
  above.positions.rowwise() += (o.offset_a * a + o.offset_b * b + Vector3(0, 0, top(below) + o.gap)).transpose();
  Structure& s = result.structure;
  s.species = below.species;
  s.species.insert(s.species.end(), above.species.begin(), above.species.end());
  s.positions.resize(below.positions.rows() + above.positions.rows(), 3);
  s.positions << below.positions, above.positions;
  Matrix3 cell = below.cell.matrix();
  cell.row(2) << 0, 0, top(s) + o.vacuum.value_or(o.gap);
  s.cell = Cell(cell);
  s = turned_to_axes(s);
  for (Eigen::Index i = 0; i < s.positions.rows(); ++i) {
    // In the plane only: an atom at z = 0 stays at the bottom.
    const double z = s.positions(i, 2);
    s.positions.row(i) = s.cell.wrap(Vector3(s.positions(i, 0), s.positions(i, 1), 0.5 * cell(2, 2))).transpose();
    s.positions(i, 2) = z;
  }
  require_solid(s, "the interface");
  return result;
}

}  // namespace vitrion::build
