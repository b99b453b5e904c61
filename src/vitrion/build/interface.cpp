#include "vitrion/build/interface.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "vitrion/build/geometry.hpp"
#include "vitrion/build/molecules.hpp"
#include "vitrion/build/supercell.hpp"
#include "vitrion/core/error.hpp"

namespace vitrion::build {
namespace {

// Turned so that a lies along x and b in the xy plane, cut at the widest gap along c, atoms above z = 0.
Structure laid_out(const Structure& s, const PairDistances& bonds, std::size_t& endless) {
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
  if (!bonds.empty()) endless = make_units_whole(t, bonds).n_endless;
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
  std::size_t endless = 0;  // a crystal may be one endless unit: only the film's are told of
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
