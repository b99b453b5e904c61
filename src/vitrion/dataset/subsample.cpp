#include "vitrion/dataset/subsample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>

#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/neighbors/neighborhoods.hpp"

namespace vitrion::dataset {
namespace {

Eigen::RowVectorXd describe_frame(const Structure& s, const std::vector<Species>& species, const DescriptorOptions& o) {
  const auto n_types = static_cast<Eigen::Index>(species.size());
  const auto n_grid = static_cast<Eigen::Index>(std::ceil(o.cutoff / o.step));
  Eigen::RowVectorXd d = Eigen::RowVectorXd::Zero(n_types * (n_types + 1) / 2 * n_grid);
  std::vector<int> types;
  for (const Species& one : s.species)
    types.push_back(static_cast<int>(std::find(species.begin(), species.end(), one) - species.begin()));
  const neighbors::PeriodicNeighborhoods lists(s, types, o.cutoff);
  const neighbors::Neighborhoods view = lists.view();
  for (std::size_t i = 0; i < view.n_local; ++i)
    for (const int j : view.of(i)) {
      const Eigen::Index a = view.types[i], b = view.types[j];
      if (a > b) continue;
      const double* x = view.positions + 3 * i;
      const double* y = view.positions + 3 * static_cast<std::size_t>(j);
      const double r = std::hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
      const double weight = 0.5 * (1 + std::cos(std::numbers::pi * r / o.cutoff)) / (r * r);
      const Eigen::Index first = (a * n_types - a * (a - 1) / 2 + b - a) * n_grid;
      // Beyond four widths a Gaussian is nothing.
      const auto low = std::max<Eigen::Index>(0, static_cast<Eigen::Index>(r / o.step) - 4);
      const auto high = std::min(n_grid - 1, static_cast<Eigen::Index>(r / o.step) + 4);
      for (Eigen::Index k = low; k <= high; ++k) {
        const double t = (r - static_cast<double>(k) * o.step) / o.step;
        d[first + k] += weight * std::exp(-0.5 * t * t);
      }
    }
  return d / static_cast<double>(s.size());
}

}  // namespace

Eigen::MatrixXd describe_frames(const std::vector<Structure>& frames, const DescriptorOptions& options) {
  if (frames.empty()) throw InputError("there is no frame to choose from");
  if (!(options.cutoff > 0) || !(options.step > 0))
    throw InputError("cutoff and step of the grid must be positive (Å)");
  std::set<Species> seen;
  for (const Structure& s : frames) seen.insert(s.species.begin(), s.species.end());
  const std::vector<Species> species(seen.begin(), seen.end());
  std::vector<Eigen::RowVectorXd> rows(frames.size());
  parallel_for(frames.size(), [&](std::size_t i) { rows[i] = describe_frame(frames[i], species, options); });
  Eigen::MatrixXd points(static_cast<Eigen::Index>(frames.size()), rows.front().size());
  for (std::size_t i = 0; i < rows.size(); ++i) points.row(static_cast<Eigen::Index>(i)) = rows[i];
  return points;
}

FarthestPoints farthest_points(const Eigen::MatrixXd& points, std::size_t count, const Session& session) {
  FarthestPoints result;
  if (points.rows() == 0) return result;
  Eigen::VectorXd distance = (points.rowwise() - points.colwise().mean()).rowwise().norm();
  bool first = true;
  while (result.chosen.size() < std::min(count, static_cast<std::size_t>(points.rows()))) {
    session.check_stop();
    Eigen::Index next = 0;
    const double far = distance.maxCoeff(&next);
    if (!first && far <= 1e-12) break;
    result.chosen.push_back(static_cast<std::size_t>(next));
    result.distances.push_back(far);
    const Eigen::VectorXd from_next = (points.rowwise() - points.row(next)).rowwise().norm();
    if (first)
      distance = from_next;
    else
      distance = distance.cwiseMin(from_next);
    first = false;
  }
  result.radius = distance.maxCoeff();
  return result;
}

}  // namespace vitrion::dataset
