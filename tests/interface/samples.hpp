// A cell with an interface, made up: lithium between planes 0 and 14 Å, and among resting oxygen from 18 to 40 Å.
#pragma once

#include <vector>

#include "vitrion/core/random.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::test {

/// 24 lithium atoms that walk anywhere (`step` Å a frame and axis), 16 that vibrate in the metal, 60 oxygen atoms that
/// vibrate in the glass; `n_frames` frames 100 fs apart.
inline std::vector<Structure> interface_run(std::size_t n_frames, double step, std::uint64_t seed = 7) {
  Random random(seed);
  const double length = 42, edge = 9;
  Positions site(100, 3);
  for (Eigen::Index i = 0; i < 100; ++i) {
    site(i, 0) = edge * random.uniform();
    site(i, 1) = edge * random.uniform();
    site(i, 2) = i < 24 ? length * random.uniform() : i < 40 ? 1 + 12 * random.uniform() : 18 + 22 * random.uniform();
  }
  std::vector<Structure> frames(n_frames);
  for (std::size_t t = 0; t < n_frames; ++t) {
    Structure& s = frames[t];
    s.cell = Cell::orthorhombic(edge, edge, length);
    for (int i = 0; i < 100; ++i) s.species.push_back(Species::element(i < 40 ? "Li" : "O"));
    s.time = 100 * static_cast<double>(t);
    s.time_source = TimeSource::stated;
    s.wrapping = Wrapping::unwrapped;
    for (Eigen::Index i = 0; i < 24; ++i)
      for (Eigen::Index k = 0; k < 3; ++k) site(i, k) += step * random.normal();
    s.positions = site;
    for (Eigen::Index i = 0; i < 100; ++i)
      for (Eigen::Index k = 0; k < 3; ++k) s.positions(i, k) += 0.1 * random.normal();
  }
  return frames;
}

}  // namespace vitrion::test
