#include "vitrion/build/crystal.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <cmath>

#include "vitrion/build/geometry.hpp"
#include "vitrion/build/symmetry.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/units.hpp"

namespace vitrion::build {
namespace {

Cell cell_of(const Vector3& lengths, const Vector3& angles) {
  if (!(lengths.minCoeff() > 0) || !(angles.minCoeff() > 0) || !(angles.maxCoeff() < 180))
    throw InputError("a crystal needs three positive lengths (Å) and three angles between 0 and 180 degrees");
  const Vector3 cosine = (angles * units::degree).array().cos();
  const double sine = std::sin(angles[2] * units::degree);
  const double y = (cosine[0] - cosine[1] * cosine[2]) / sine;
  const double z2 = 1 - cosine[1] * cosine[1] - y * y;
  if (!(z2 > 0)) throw InputError("these three angles make no cell");
  Matrix3 m;
  m << 1, 0, 0, cosine[2], sine, 0, cosine[1], y, std::sqrt(z2);
  m = lengths.asDiagonal() * m;
  // cos 90° is zero, not 6e-17.
  m = (m.array().abs() < 1e-12 * lengths.maxCoeff()).select(0, m);
  return Cell(m);
}

// An operation that does not keep lengths and angles belongs to another crystal system.
void check_metric(const Cell& cell, const std::vector<SymmetryOperation>& operations, const std::string& group) {
  const Matrix3 metric = cell.matrix() * cell.matrix().transpose();
  for (const SymmetryOperation& op : operations) {
    const Matrix3 r = op.rotation.cast<double>();
    if (!(r.transpose() * metric * r).isApprox(metric, 1e-4))
      throw InputError("lengths and angles do not have the symmetry of " + group,
                       "Check them, or choose the setting of the space group they belong to (\"hall N\").");
  }
}

// The images of a site, each once, at the mean of the images that fall together.
std::vector<Vector3> orbit(const Cell& cell, const std::vector<SymmetryOperation>& operations, const Vector3& site,
                           double merge) {
  std::vector<Vector3> places, sums;  // fractional; sums of offsets from the place
  std::vector<int> counts;
  for (const SymmetryOperation& op : operations) {
    const Vector3 image = op.rotation.cast<double>() * site + op.translation;
    bool found = false;
    for (std::size_t p = 0; p < places.size() && !found; ++p) {
      Vector3 d = image - places[p];
      d -= d.array().round().matrix();
      found = (d.transpose() * cell.matrix()).norm() < merge;
      if (found) {
        sums[p] += d;
        ++counts[p];
      }
    }
    if (found) continue;
    places.push_back(image);
    sums.emplace_back(Vector3::Zero());
    counts.push_back(1);
  }
  for (std::size_t p = 0; p < places.size(); ++p) {
    places[p] += sums[p] / counts[p];
    places[p] -= (places[p].array() + 1e-9).floor().matrix();
  }
  return places;
}

}  // namespace

Structure crystal(const CrystalOptions& o) {
  if (o.sites.empty()) throw InputError("a crystal needs at least one site");
  const std::vector<SymmetryOperation> operations = space_group_operations(o.space_group);
  Structure s;
  s.cell = cell_of(o.lengths, o.angles);
  check_metric(s.cell, operations, o.space_group);
  std::vector<Vector3> all;
  for (const CrystalSite& site : o.sites)
    for (const Vector3& place : orbit(s.cell, operations, site.fractional, o.merge)) {
      s.species.push_back(site.species);
      all.push_back(place);
    }
  s.positions.resize(static_cast<Eigen::Index>(all.size()), 3);
  for (std::size_t i = 0; i < all.size(); ++i)
    s.positions.row(static_cast<Eigen::Index>(i)) = s.cell.to_cartesian(all[i]).transpose();
  require_solid(s, "the crystal");
  return s;
}

}  // namespace vitrion::build
