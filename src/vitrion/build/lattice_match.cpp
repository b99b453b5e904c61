#include "vitrion/build/lattice_match.hpp"

#include <Eigen/LU>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>

#include "vitrion/build/lattice.hpp"
#include "vitrion/core/error.hpp"

namespace vitrion::build {
namespace {

// A supercell with its shortest vectors, Å.
struct Sublattice {
  Eigen::Matrix2i rows;
  Matrix2 vectors;
};

// One supercell for every sublattice of this index.
std::vector<Sublattice> sublattices(const Matrix2& lattice, int index) {
  std::vector<Sublattice> list;
  const Matrix2 inverse = lattice.inverse();
  for (int i = 1; i <= index; ++i) {
    if (index % i != 0) continue;
    const int j = index / i;
    for (int shift = 0; shift < j; ++shift) {
      const Matrix2 hermite = (Matrix2() << i, shift, 0, j).finished();
      const Matrix2 vectors = reduced_in_plane(hermite * lattice);
      list.push_back({(vectors * inverse).array().round().matrix().cast<int>(), vectors});
    }
  }
  return list;
}

// The bases a reduced one may have to be compared in: lattices that differ a little may reduce to different corners.
std::vector<Eigen::Matrix2i> near_bases() {
  std::vector<Eigen::Matrix2i> list;
  for (int a = -1; a <= 1; ++a)
    for (int b = -1; b <= 1; ++b)
      for (int c = -1; c <= 1; ++c)
        for (int d = -1; d <= 1; ++d)
          if (a * d - b * c == 1) list.push_back((Eigen::Matrix2i() << a, b, c, d).finished());
  return list;
}

double principal_strain(const Matrix2& deformation) {
  return (Eigen::JacobiSVD<Matrix2>(deformation).singularValues().array() - 1).abs().maxCoeff();
}

// The best way to lay the second supercell on the first.
LatticeMatch best_of(const Sublattice& a, const Sublattice& b, const std::vector<Eigen::Matrix2i>& bases) {
  LatticeMatch best{.first = a.rows, .second = b.rows, .deformation = Matrix2::Identity(), .strain = 1e9};
  for (const Eigen::Matrix2i& basis : bases) {
    const Matrix2 vectors = basis.cast<double>() * b.vectors;
    const Matrix2 deformation = vectors.inverse() * a.vectors;
    const double strain = principal_strain(deformation);
    // Turned by 180° it is the same: the first one found stays.
    if (strain > best.strain - 1e-12) continue;
    best.second = basis * b.rows;
    best.deformation = deformation;
    best.strain = strain;
  }
  best.area = std::abs(a.vectors.determinant());
  best.area_ratio = best.deformation.determinant();
  return best;
}

// Among matches of the same area the one with the smallest strain, then the roundest cell.
bool better(const LatticeMatch& x, const LatticeMatch& y, const Matrix2& lattice) {
  if (std::abs(x.area - y.area) > 1e-6) return x.area < y.area;
  if (std::abs(x.strain - y.strain) > 1e-9) return x.strain < y.strain;
  const auto length = [&](const LatticeMatch& m) { return (m.first.cast<double>() * lattice).norm(); };
  return length(x) < length(y) - 1e-9;
}

}  // namespace

std::vector<LatticeMatch> match_lattices(const Matrix2& a, const Matrix2& b, const MatchOptions& o,
                                         const Session& session) {
  const double area_a = a.determinant(), area_b = b.determinant();
  if (!(area_a > 1e-6) || !(area_b > 1e-6))
    throw InputError("a surface lattice needs a right-handed cell with an area");
  if (!(o.max_area > 0) || !(o.max_strain > 0) || !(o.max_strain < 1))
    throw InputError("matching needs a positive area (Å^2) and a strain between 0 and 1");
  const std::vector<Eigen::Matrix2i> bases = near_bases();
  std::vector<LatticeMatch> found;
  for (int n = 1; n * area_a <= o.max_area; ++n) {
    const std::vector<Sublattice> first = sublattices(a, n);
    // Two principal stretches within 1 ± strain.
    const double low = n * area_a / std::pow(1 + o.max_strain, 2), high = n * area_a / std::pow(1 - o.max_strain, 2);
    for (int m = std::max(1, static_cast<int>(std::ceil(low / area_b))); m * area_b <= high; ++m) {
      session.check_stop();
      for (const Sublattice& y : sublattices(b, m))
        for (const Sublattice& x : first) {
          const LatticeMatch match = best_of(x, y, bases);
          if (match.strain <= o.max_strain) found.push_back(match);
        }
    }
  }
  std::stable_sort(found.begin(), found.end(), [&](const auto& x, const auto& y) { return better(x, y, a); });
  std::vector<LatticeMatch> useful;
  for (const LatticeMatch& m : found)
    if (useful.empty() || m.strain < useful.back().strain - 1e-9) useful.push_back(m);
  return useful;
}

}  // namespace vitrion::build
