// Simulated motion of known statistics, for tests.
#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include "vitrion/core/random.hpp"
#include "vitrion/core/structure.hpp"
#include "vitrion/core/trajectory.hpp"

namespace vitrion::test {

/// Paths of shape (n_walkers, 3, n_frames) from `position(walker, axis, frame)`.
inline std::vector<double> paths(std::size_t n_walkers, std::size_t n_frames,
                                 const std::function<double(std::size_t, std::size_t, std::size_t)>& position) {
  std::vector<double> result(n_walkers * 3 * n_frames);
  for (std::size_t i = 0; i < n_walkers; ++i)
    for (std::size_t k = 0; k < 3; ++k)
      for (std::size_t t = 0; t < n_frames; ++t) result[(3 * i + k) * n_frames + t] = position(i, k, t);
  return result;
}

/// Gaussian walk with variance `steps[axis]` (Å^2) per frame.
inline std::vector<double> walk(std::size_t n_walkers, std::size_t n_frames, const std::array<double, 3>& steps,
                                std::uint64_t seed) {
  Random random(seed);
  double x = 0;
  return paths(n_walkers, n_frames, [&](std::size_t, std::size_t k, std::size_t t) {
    return x = t == 0 ? 0.0 : x + std::sqrt(steps[k]) * random.normal();
  });
}

/// `li` lithium paths and as many oxygen atoms at rest in a cubic cell of `edge` Å, all moving by `drift` Å per frame.
inline std::vector<Structure> frames(const std::vector<double>& li, std::size_t n_walkers, double timestep, double edge,
                                     const Vector3& drift = Vector3::Zero(), bool wrapped = false) {
  const std::size_t n_frames = li.size() / (3 * n_walkers);
  std::vector<Structure> result(n_frames);
  for (std::size_t t = 0; t < n_frames; ++t) {
    Structure& s = result[t];
    s.cell = Cell::orthorhombic(edge, edge, edge);
    s.time = timestep * static_cast<double>(t);
    s.positions.resize(static_cast<Eigen::Index>(2 * n_walkers), 3);
    for (std::size_t i = 0; i < 2 * n_walkers; ++i) {
      const bool mobile = i < n_walkers;
      s.species.push_back(Species::element(mobile ? "Li" : "O"));
      Vector3 x = Vector3::Constant(0.37 * static_cast<double>(i)) + static_cast<double>(t) * drift;
      for (std::size_t k = 0; mobile && k < 3; ++k) x[static_cast<Eigen::Index>(k)] += li[(3 * i + k) * n_frames + t];
      s.positions.row(static_cast<Eigen::Index>(i)) = (wrapped ? s.cell.wrap(x) : x).transpose();
    }
    if (!wrapped) s.wrapping = Wrapping::unwrapped;
  }
  return result;
}

}  // namespace vitrion::test
