#include "vitrion/build/supercell.hpp"

#include <fmt/format.h>

#include <Eigen/LU>

#include "vitrion/build/geometry.hpp"
#include "vitrion/core/error.hpp"

namespace vitrion::build {
namespace {

using Integer3 = Eigen::Matrix<std::int64_t, 3, 3>;
using Row3 = Eigen::Matrix<std::int64_t, 1, 3>;

// S * adjugate(S) = det(S): whole numbers, so that no lattice point is lost or doubled by rounding.
Integer3 adjugate(const Integer3& s) {
  Integer3 a;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) {
      const int r0 = (j + 1) % 3, r1 = (j + 2) % 3, c0 = (i + 1) % 3, c1 = (i + 2) % 3;
      a(i, j) = s(r0, c0) * s(r1, c1) - s(r0, c1) * s(r1, c0);
    }
  return a;
}

}  // namespace

Structure supercell(const Structure& s, const IntegerMatrix3& matrix) {
  require_solid(s, "the structure to repeat");
  if (matrix.cwiseAbs().maxCoeff() > 1000) throw InputError("a supercell repeats at most 1000 times along a vector");
  const Integer3 big = matrix.cast<std::int64_t>(), adj = adjugate(big);
  const std::int64_t det = (big.row(0) * adj.col(0)).value();
  if (det <= 0)
    throw InputError(fmt::format("the supercell matrix has determinant {}; it must be positive", det),
                     det < 0 ? "Exchange two of its rows." : "Its rows must be linearly independent.");
  if (det * static_cast<std::int64_t>(s.size()) > 50'000'000)
    throw InputError(fmt::format("the supercell would hold {} atoms", det * static_cast<std::int64_t>(s.size())));

  Structure out;
  out.cell = Cell(matrix.cast<double>() * s.cell.matrix());
  const Row3 low = big.cwiseMin(0).colwise().sum(), high = big.cwiseMax(0).colwise().sum();
  std::vector<Vector3> shifts;
  for (std::int64_t i = low[0]; i <= high[0]; ++i)
    for (std::int64_t j = low[1]; j <= high[1]; ++j)
      for (std::int64_t k = low[2]; k <= high[2]; ++k) {
        const Row3 inside = Row3(i, j, k) * adj;  // det times the coordinates in the new cell
        if (inside.minCoeff() < 0 || inside.maxCoeff() >= det) continue;
        shifts.emplace_back((Row3(i, j, k).cast<double>() * s.cell.matrix()).transpose());
      }
  const auto n = static_cast<Eigen::Index>(s.size());
  out.positions.resize(n * static_cast<Eigen::Index>(shifts.size()), 3);
  for (std::size_t copy = 0; copy < shifts.size(); ++copy) {
    out.species.insert(out.species.end(), s.species.begin(), s.species.end());
    out.positions.middleRows(static_cast<Eigen::Index>(copy) * n, n) = s.positions.rowwise() + shifts[copy].transpose();
  }
  return out;
}

}  // namespace vitrion::build
