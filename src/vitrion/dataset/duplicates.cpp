#include "vitrion/dataset/duplicates.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>

#include "vitrion/core/parallel.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/neighbors/neighborhoods.hpp"

namespace vitrion::dataset {
namespace {

constexpr double reach = 5;  // Å, of the pairs a structure is told apart by at first sight

// What the same structure has in common, in whatever order and orientation it stands.
struct Invariants {
  std::map<Species, std::size_t> counts;
  std::array<bool, 3> periodic{};
  Vector3 lengths = Vector3::Zero(), angles = Vector3::Zero();
  double pairs = 0;         // sum over pairs of (1 - r/reach)^2
  std::size_t n_pairs = 0;  // within reach
};

Invariants invariants_of(const Structure& s, double tolerance) {
  Invariants v;
  for (const Species& one : s.species) ++v.counts[one];
  v.periodic = s.cell.periodic();
  if (s.cell.has_volume()) {
    v.lengths = s.cell.lengths();
    v.angles = s.cell.angles();
  }
  const std::vector<int> types(s.size(), 0);
  const neighbors::PeriodicNeighborhoods lists(s, types, reach + 2 * tolerance);
  const neighbors::Neighborhoods view = lists.view();
  for (std::size_t i = 0; i < view.n_local; ++i)
    for (const int j : view.of(i)) {
      const double* x = view.positions + 3 * i;
      const double* y = view.positions + 3 * static_cast<std::size_t>(j);
      const double r = std::hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
      ++v.n_pairs;
      if (r < reach) v.pairs += (1 - r / reach) * (1 - r / reach);
    }
  return v;
}

bool alike(const Invariants& a, const Invariants& b, double tolerance) {
  if (a.counts != b.counts || a.periodic != b.periodic) return false;
  if ((a.lengths - b.lengths).cwiseAbs().maxCoeff() > tolerance) return false;
  const double longest = std::max(1.0, a.lengths.maxCoeff());
  if ((a.angles - b.angles).cwiseAbs().maxCoeff() * units::degree * longest > 2 * tolerance) return false;
  // A distance moves by at most two tolerances and more where the cell does; (1 - r/reach)^2 by 2/reach as much.
  const auto n = static_cast<double>(std::max(a.n_pairs, b.n_pairs));
  return std::abs(a.pairs - b.pairs) <= n * 4 * tolerance * 2 / reach;
}

// Cartesian difference between two places given in fractional coordinates, the shortest image of it.
double apart(const Cell& cell, const Vector3& a, const Vector3& b) {
  return cell.minimum_image(cell.to_cartesian(a - b)).norm();
}

std::vector<std::size_t> match(const Structure& a, const std::vector<Vector3>& fa, const Structure& b,
                               const std::vector<Vector3>& fb, const Vector3& shift, double tolerance) {
  std::vector<std::size_t> to(a.size());
  std::vector<bool> taken(b.size(), false);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t found = b.size();
    for (std::size_t j = 0; j < b.size() && found == b.size(); ++j)
      if (!taken[j] && a.species[i] == b.species[j] && apart(a.cell, fa[i] + shift, fb[j]) <= tolerance) found = j;
    if (found == b.size()) return {};
    taken[found] = true;
    to[i] = found;
  }
  return to;
}

std::vector<Vector3> fractional(const Structure& s) {
  std::vector<Vector3> list;
  for (Eigen::Index i = 0; i < s.positions.rows(); ++i)
    list.push_back(s.cell.to_fractional(s.positions.row(i).transpose()));
  return list;
}

}  // namespace

std::vector<std::size_t> same_structure(const Structure& a, const Structure& b, double tolerance) {
  if (a.size() != b.size() || a.size() == 0) return {};
  const std::vector<Vector3> fa = fractional(a), fb = fractional(b);
  std::map<Species, std::size_t> counts;
  for (const Species& one : a.species) ++counts[one];
  // The first atom of the rarest species can fall on the fewest.
  std::size_t anchor = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (counts[a.species[i]] < counts[a.species[anchor]]) anchor = i;
  for (std::size_t j = 0; j < b.size(); ++j) {
    if (b.species[j] != a.species[anchor]) continue;
    // The anchor itself may be off by the tolerance: what it is off by adds to the others.
    std::vector<std::size_t> to = match(a, fa, b, fb, fb[j] - fa[anchor], 2 * tolerance);
    if (!to.empty()) return to;
  }
  return {};
}

std::vector<std::vector<std::size_t>> find_duplicates(const std::vector<Structure>& frames,
                                                      const DuplicateOptions& options, const Session& session) {
  std::vector<Invariants> invariants(frames.size());
  parallel_for(frames.size(), [&](std::size_t i) { invariants[i] = invariants_of(frames[i], options.tolerance); });
  std::vector<std::vector<std::size_t>> groups;  // of one frame or more, by their first
  // Groups by the numbers of atoms of each species.
  std::map<std::map<Species, std::size_t>, std::vector<std::size_t>> open;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    session.check_stop();
    std::vector<std::size_t>& known = open[invariants[i].counts];
    const auto twin = std::find_if(known.begin(), known.end(), [&](std::size_t g) {
      const std::size_t first = groups[g].front();
      return alike(invariants[first], invariants[i], options.tolerance) &&
             !same_structure(frames[first], frames[i], options.tolerance).empty();
    });
    if (twin != known.end()) {
      groups[*twin].push_back(i);
      continue;
    }
    known.push_back(groups.size());
    groups.push_back({i});
  }
  std::erase_if(groups, [](const std::vector<std::size_t>& group) { return group.size() < 2; });
  return groups;
}

LabelDifference compare_labels(const Structure& a, const Structure& b, const DuplicateOptions& options) {
  LabelDifference difference;
  if (a.labels.energy && b.labels.energy)
    difference.energy = std::abs(*a.labels.energy - *b.labels.energy) / static_cast<double>(a.size());
  const std::vector<std::size_t> to = same_structure(a, b, options.tolerance);
  if (a.labels.has_forces() && b.labels.has_forces())
    for (std::size_t i = 0; i < to.size(); ++i) {
      const auto row = static_cast<Eigen::Index>(i), other = static_cast<Eigen::Index>(to[i]);
      difference.force =
          std::max(difference.force, std::abs(a.labels.forces.row(row).norm() - b.labels.forces.row(other).norm()));
    }
  difference.agree = difference.energy <= options.energy_tolerance && difference.force <= options.force_tolerance;
  return difference;
}

}  // namespace vitrion::dataset
