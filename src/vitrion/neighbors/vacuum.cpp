#include "vitrion/neighbors/vacuum.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace vitrion::neighbors {
namespace {

constexpr double grid_spacing = 1.0;  // Å
constexpr double most_points = 2e6;

// Marks the points of a grid that lie near atoms.
class OccupancyGrid {
 public:
  OccupancyGrid(const Cell& cell, double reach)
      : matrix_(cell.matrix()), periodic_(cell.periodic()), heights_(cell.heights()), reach_(reach) {
    const double spacing = std::max(grid_spacing, std::cbrt(cell.volume() / most_points));
    for (int k = 0; k < 3; ++k) {
      n_[k] = std::max<std::int64_t>(1, std::llround(std::ceil(heights_[k] / spacing)));
      around_[k] = static_cast<std::int64_t>(std::ceil(reach / heights_[k] * static_cast<double>(n_[k]))) + 1;
    }
    near_.assign(static_cast<std::size_t>(n_[0] * n_[1] * n_[2]), 0);
  }

  void add(const Vector3& s) {
    std::int64_t at[3], first[3], last[3];
    for (int k = 0; k < 3; ++k) {
      const auto here = static_cast<std::int64_t>(std::floor(s[k] * static_cast<double>(n_[k])));
      first[k] = here - around_[k];
      last[k] = here + around_[k];
    }
    for (at[0] = first[0]; at[0] <= last[0]; ++at[0])
      for (at[1] = first[1]; at[1] <= last[1]; ++at[1])
        for (at[2] = first[2]; at[2] <= last[2]; ++at[2]) mark(at, s);
  }

  double free_share() const {
    return static_cast<double>(std::count(near_.begin(), near_.end(), 0)) / static_cast<double>(near_.size());
  }

 private:
  // `at` counts points without regard to the cell's borders.
  void mark(const std::int64_t* at, const Vector3& s) {
    std::int64_t point[3];
    Vector3 offset;
    for (int k = 0; k < 3; ++k) {
      offset[k] = (static_cast<double>(at[k]) + 0.5) / static_cast<double>(n_[k]) - s[k];
      point[k] = at[k];
      if (periodic_[static_cast<std::size_t>(k)]) point[k] = ((at[k] % n_[k]) + n_[k]) % n_[k];
      if (point[k] < 0 || point[k] >= n_[k]) return;
    }
    if ((offset.transpose() * matrix_).squaredNorm() > reach_ * reach_) return;
    near_[static_cast<std::size_t>((point[0] * n_[1] + point[1]) * n_[2] + point[2])] = 1;
  }

  Matrix3 matrix_;
  std::array<bool, 3> periodic_;
  Vector3 heights_;
  double reach_;
  std::int64_t n_[3]{}, around_[3]{};
  std::vector<char> near_;
};

// Of fractional coordinates along one axis.
double widest_gap(std::vector<double> s, bool periodic) {
  std::sort(s.begin(), s.end());
  // Beyond the ends: across the border of the cell, or up to it from both sides.
  double widest = periodic ? s.front() + 1 - s.back() : std::max(0.0, s.front()) + std::max(0.0, 1 - s.back());
  for (std::size_t i = 1; i < s.size(); ++i) widest = std::max(widest, s[i] - s[i - 1]);
  return widest;
}

}  // namespace

Vacuum measure_vacuum(const Cell& cell, const Positions& positions, double reach) {
  Vacuum vacuum;
  OccupancyGrid grid(cell, reach);
  std::array<std::vector<double>, 3> along;
  for (Eigen::Index i = 0; i < positions.rows(); ++i) {
    Vector3 s = cell.to_fractional(positions.row(i).transpose());
    for (int k = 0; k < 3; ++k) {
      const auto axis = static_cast<std::size_t>(k);
      if (cell.periodic()[axis]) s[k] -= std::floor(s[k]);
      along[axis].push_back(s[k]);
    }
    grid.add(s);
  }
  vacuum.share = grid.free_share();
  if (positions.rows() == 0) return vacuum;
  for (int k = 0; k < 3; ++k) {
    const auto axis = static_cast<std::size_t>(k);
    const double height = cell.heights()[k], gap = widest_gap(along[axis], cell.periodic()[axis]) * height;
    if (gap <= vacuum.gap) continue;
    vacuum.gap = gap;
    vacuum.gap_axis = k;
    vacuum.height = height;
  }
  return vacuum;
}

}  // namespace vitrion::neighbors
