#include "vitrion/build/slab.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "vitrion/build/geometry.hpp"
#include "vitrion/build/lattice.hpp"
#include "vitrion/build/molecules.hpp"
#include "vitrion/core/error.hpp"

namespace vitrion::build {
namespace {

double whole_part_removed(double x) {
  const double r = x - std::floor(x);
  return r > 1 - 1e-9 ? 0 : r;
}

// Whether two heights in periods are the same up to whole periods.
bool same_height(double a, double b, double tolerance) {
  return std::abs(a - b - std::round(a - b)) < tolerance;
}

// g = gcd(a, b) = p a + q b.
std::array<int, 3> extended_gcd(int a, int b) {
  if (b == 0) return {std::abs(a), a < 0 ? -1 : 1, 0};
  const auto [g, p, q] = extended_gcd(b, a % b);
  return {g, q, p - a / b * q};
}

// Rows u, v, w of determinant 1 with h.u = h.v = 0 and h.w = 1.
Eigen::Matrix3i plane_basis(const Miller& m) {
  const auto [h, k, l] = m;
  Eigen::Matrix3i u;
  if (h == 0 && k == 0) {
    u << 1, 0, 0, 0, l, 0, 0, 0, l;  // l is 1 or -1
    return u;
  }
  const auto [g, p, q] = extended_gcd(h, k);
  const auto [one, r, s] = extended_gcd(g, l);
  u << k / g, -h / g, 0, p * l, q * l, -g, r * p, r * q, s;
  return u;
}

// One atom of each set that translations by the rows of `lattice` (Å) take into each other.
Structure in_cell(const Structure& s, const Matrix3& lattice, double precision) {
  Structure out;
  out.cell = Cell(lattice);
  std::vector<Eigen::Index> kept;
  for (Eigen::Index i = 0; i < s.positions.rows(); ++i) {
    const bool known = std::any_of(kept.begin(), kept.end(), [&](Eigen::Index j) {
      return s.species[static_cast<std::size_t>(i)] == s.species[static_cast<std::size_t>(j)] &&
             out.cell.minimum_image((s.positions.row(i) - s.positions.row(j)).transpose()).norm() < 3 * precision;
    });
    if (!known) kept.push_back(i);
  }
  for (const Eigen::Index i : kept) out.species.push_back(s.species[static_cast<std::size_t>(i)]);
  out.positions = s.positions(kept, Eigen::all);
  return out;
}

// The crystal with a and b in the plane, c one period up; and how heights follow from its fractional coordinates.
struct Oriented {
  Structure structure;
  Vector3 heights;  // height in periods = heights . fractional coordinates of the crystal as given
};

Oriented orient(const Structure& crystal, const SlabOptions& o, const std::vector<SymmetryOperation>& operations) {
  const Matrix3 lattice = o.primitive ? primitive_vectors(crystal.cell, operations) : Matrix3::Identity();
  // Indices in the primitive basis are h.a_i, scaled to whole numbers without a common divisor.
  const Vector3 scaled = lattice * Vector3(o.miller[0], o.miller[1], o.miller[2]) / lattice.determinant();
  Miller m{};
  for (std::size_t k = 0; k < 3; ++k) m[k] = static_cast<int>(std::lround(scaled[static_cast<Eigen::Index>(k)]));
  const int common = std::gcd(std::gcd(m[0], m[1]), m[2]);
  for (int& index : m) index /= common;

  const Matrix3 rows = plane_basis(m).cast<double>() * lattice;
  const Matrix3 basis = reduced_in_plane(rows, crystal.cell.matrix());
  const Structure cell = in_cell(crystal, basis * crystal.cell.matrix(), o.symmetry_precision);
  return {turned_to_axes(cell), lattice.inverse() * Vector3(m[0], m[1], m[2])};
}

// The height, in periods, that decides to which side of a cut an atom goes: its own, or that of its unit's middle.
std::vector<double> deciding_heights(Structure& period, const SlabOptions& o) {
  std::vector<double> heights;
  if (!o.whole_units) {
    for (Eigen::Index i = 0; i < period.positions.rows(); ++i)
      heights.push_back(period.cell.to_fractional(period.positions.row(i))[2]);
    return heights;
  }
  const Units units = make_units_whole(period, o.bonds);
  if (units.n_endless > 0)
    throw InputError("the bonds tie the crystal together across every plane: there are no units to keep whole",
                     "Name the bonds within units only, or allow bonds to be cut (max_cut_bonds).");
  for (const std::size_t unit : units.of) heights.push_back(units.middle[unit]);
  return heights;
}

// Half way between neighbouring layers.
std::vector<double> cuts_between(std::vector<double> heights, double tolerance) {
  for (double& h : heights) h = whole_part_removed(h);
  std::sort(heights.begin(), heights.end());
  std::vector<double> cuts;
  for (std::size_t k = 0; k < heights.size(); ++k) {
    const double next = k + 1 < heights.size() ? heights[k + 1] : heights.front() + 1;
    if (next - heights[k] > tolerance) cuts.push_back(whole_part_removed((heights[k] + next) / 2));
  }
  std::sort(cuts.begin(), cuts.end());
  if (cuts.empty()) throw InputError("no two layers of atoms are apart", "Choose a smaller layer_tolerance_A.");
  return cuts;
}

// An operation that takes heights t to sign * t + offset.
struct HeightOperation {
  int sign;
  double offset;
};

std::vector<HeightOperation> height_operations(const std::vector<SymmetryOperation>& operations,
                                               const Vector3& heights) {
  std::vector<HeightOperation> list;
  for (const SymmetryOperation& op : operations) {
    const Vector3 turned = op.rotation.cast<double>().transpose() * heights;
    for (const int sign : {1, -1})
      if ((turned - sign * heights).norm() < 1e-6) list.push_back({sign, heights.dot(op.translation)});
  }
  return list;
}

int count_cut_bonds(const Structure& s, const PairDistances& bonds, double shift) {
  const double period = s.cell.matrix()(2, 2);
  const auto periods_below = [&](double z) { return std::floor(z / period - shift); };
  double cuts = 0;
  for_each_neighbor(s, longest(bonds), [&](std::size_t i, std::size_t j, const Vector3& d) {
    if (d.norm() >= distance_of(bonds, s.species[i], s.species[j], 0)) return;
    const double z = s.positions(static_cast<Eigen::Index>(i), 2);
    cuts += std::abs(periods_below(z) - periods_below(z + d[2]));
  });
  return static_cast<int>(std::lround(cuts / 2));  // each bond was seen from both ends
}

// n periods above the cut.
Structure cut_out(const Structure& period, const std::vector<double>& heights, double shift, int n, double vacuum) {
  const Matrix3& m = period.cell.matrix();
  Structure s;
  const Eigen::Index atoms = period.positions.rows();
  s.positions.resize(atoms * n, 3);
  for (int k = 0; k < n; ++k)
    for (Eigen::Index i = 0; i < atoms; ++i) {
      const double above = heights[static_cast<std::size_t>(i)] - shift;
      Vector3 f = period.cell.to_fractional(period.positions.row(i));
      f[2] += whole_part_removed(above) - above - shift + k;
      // c leans: the place in the plane is wrapped once the atom is at its height.
      Vector3 x = (f.transpose() * m).transpose();
      Vector3 in_plane = period.cell.to_fractional(Vector3(x[0], x[1], 0));
      for (int d = 0; d < 2; ++d) in_plane[d] = whole_part_removed(in_plane[d]);
      x.head<2>() = (in_plane.transpose() * m).transpose().head<2>();
      s.positions.row(k * atoms + i) = x.transpose();
      s.species.push_back(period.species[static_cast<std::size_t>(i)]);
    }
  Matrix3 cell = m;
  cell.row(2) *= n;
  if (vacuum > 0) {
    const double low = s.positions.col(2).minCoeff(), high = s.positions.col(2).maxCoeff();
    cell.row(2) << 0, 0, high - low + vacuum;
    s.positions.col(2).array() += vacuum / 2 - low;
  }
  s.cell = Cell(cell);
  return s;
}

Slab slab_at(const Structure& period, const std::vector<double>& heights, double shift, const SlabOptions& o,
             const std::vector<HeightOperation>& operations, double tolerance) {
  const double height = period.cell.matrix()(2, 2);
  const double periods = std::ceil(o.thickness / height - 1e-9);
  if (periods * static_cast<double>(period.size()) > 10'000'000) throw InputError("the slab is too thick");
  Slab slab;
  slab.structure = cut_out(period, heights, shift, static_cast<int>(periods), o.vacuum);
  slab.shift = shift;
  slab.cut_bonds = o.whole_units ? 0 : count_cut_bonds(period, o.bonds, shift);
  slab.symmetric = std::any_of(operations.begin(), operations.end(), [&](const HeightOperation& op) {
    return op.sign < 0 && same_height(op.offset - shift, shift, tolerance);
  });
  slab.area = period.cell.matrix()(0, 0) * period.cell.matrix()(1, 1);
  const auto z = slab.structure.positions.col(2);
  slab.thickness = z.maxCoeff() - z.minCoeff();
  if (!o.charges.empty()) {
    const std::vector<double> q = charges_of(slab.structure.species, o.charges);
    slab.dipole = z.dot(Eigen::Map<const Eigen::VectorXd>(q.data(), z.size()));
  }
  return slab;
}

}  // namespace

std::vector<Slab> make_slabs(const Structure& crystal, const SlabOptions& o) {
  require_solid(crystal, "the crystal");
  if (o.miller == Miller{})
    throw InputError("there is no plane with Miller indices 0 0 0", "Give a plane, as in 1 1 0.");
  if (!(o.thickness > 0) || !(o.vacuum >= 0))
    throw InputError("a slab needs a positive thickness and a vacuum of 0 or more (Å)");
  if (!o.charges.empty() && std::abs(total_charge(crystal.species, o.charges)) > charge_tolerance)
    throw InputError(fmt::format("the crystal carries {:+g} e: its slabs have no dipole that means anything",
                                 total_charge(crystal.species, o.charges)),
                     "Mend the oxidation states.");
  const std::vector<SymmetryOperation> operations = symmetry_of(crystal, o.symmetry_precision);
  Oriented oriented = orient(crystal, o, operations);
  const std::vector<double> heights = deciding_heights(oriented.structure, o);
  const std::vector<HeightOperation> of_heights = height_operations(operations, oriented.heights);
  const double period = oriented.structure.cell.matrix()(2, 2);
  const double tolerance = 3 * o.symmetry_precision / period;
  std::vector<double> distinct;
  // Heights are counted from the crystal's origin in both: atoms were turned about it, not moved.
  for (const double cut : cuts_between(heights, o.layer_tolerance / period)) {
    const bool known = std::any_of(of_heights.begin(), of_heights.end(), [&](const HeightOperation& op) {
      return std::any_of(distinct.begin(), distinct.end(),
                         [&](double d) { return same_height(op.sign * cut + op.offset, d, tolerance); });
    });
    if (!known) distinct.push_back(cut);
  }
  std::vector<Slab> slabs;
  for (const double cut : distinct)
    slabs.push_back(slab_at(oriented.structure, heights, cut, o, of_heights, tolerance));
  return slabs;
}

std::vector<Miller> distinct_planes(const Structure& crystal, int largest, double symmetry_precision) {
  if (largest < 1 || largest > 10) throw InputError("Miller indices are enumerated up to 1 .. 10");
  const std::vector<SymmetryOperation> operations = symmetry_of(crystal, symmetry_precision);
  std::vector<Miller> candidates, planes;
  for (int h = largest; h >= -largest; --h)
    for (int k = largest; k >= -largest; --k)
      for (int l = largest; l >= -largest; --l)
        if (std::gcd(std::gcd(h, k), l) == 1) candidates.push_back({h, k, l});
  const auto size = [](const Miller& m) { return m[0] * m[0] + m[1] * m[1] + m[2] * m[2]; };
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](const Miller& a, const Miller& b) { return size(a) < size(b); });
  std::set<Miller> seen;
  for (const Miller& m : candidates) {
    if (seen.count(m) != 0) continue;
    planes.push_back(m);
    for (const SymmetryOperation& op : operations) {
      const Eigen::Vector3i image = op.rotation.transpose() * Eigen::Vector3i(m[0], m[1], m[2]);
      seen.insert({image[0], image[1], image[2]});
      seen.insert({-image[0], -image[1], -image[2]});
    }
  }
  return planes;
}

}  // namespace vitrion::build
