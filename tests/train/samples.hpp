// Small random structures and potentials that the tests of this room share.
#pragma once

#include "vitrion/core/random.hpp"
#include "vitrion/core/structure.hpp"
#include "vitrion/potentials/mtp/moment_levels.hpp"

namespace vitrion::test {

/// Atoms on a distorted lattice of about 2 Å, with random species out of `species`; every label present but
/// meaningless.
inline Structure random_structure(const std::vector<Species>& species, int n_per_axis, std::uint64_t seed) {
  Random random(seed);
  const double a = 2.1 * n_per_axis;
  Structure s;
  Matrix3 cell;
  cell << a, 0, 0, 0.3, a * 1.05, 0, -0.2, 0.4, a * 0.95;
  s.cell = Cell(cell);
  const int n = n_per_axis * n_per_axis * n_per_axis;
  s.positions.resize(n, 3);
  for (int i = 0; i < n; ++i) {
    const Vector3 lattice(i % n_per_axis, i / n_per_axis % n_per_axis, i / n_per_axis / n_per_axis);
    const Vector3 noise(random.normal(), random.normal(), random.normal());
    s.positions.row(i) = (s.cell.to_cartesian(lattice / n_per_axis) + 0.1 * noise).transpose();
    s.species.push_back(species[random.below(species.size())]);
  }
  s.labels.energy = random.normal();
  s.labels.forces = Positions::NullaryExpr(n, 3, [&] { return random.normal(); });
  s.labels.stress = Matrix3::Identity() * 0.01;
  return s;
}

/// Random coefficients of a size that gives energies of order 1 eV.
inline void randomise(potentials::mtp::MtpParameters& p, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> theta(p.n_parameters());
  for (std::size_t i = 0; i < theta.size(); ++i) theta[i] = (i < p.n_radial() ? 0.02 : 0.1) * random.normal();
  p.set_flat(theta);
}

}  // namespace vitrion::test
