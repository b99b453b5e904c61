// Random potentials and structures.
#pragma once

#include "vitrion/core/random.hpp"
#include "vitrion/core/structure.hpp"
#include "vitrion/potentials/mtp/moment_levels.hpp"
#include "vitrion/potentials/mtp/mtp_parameters.hpp"

namespace vitrion::test {

inline potentials::mtp::MtpParameters random_mtp(
    int level, int n_species, std::uint64_t seed,
    potentials::mtp::RadialBasis basis = potentials::mtp::RadialBasis::chebyshev, int radial_basis_size = 8) {
  std::vector<Species> species;
  for (int s = 0; s < n_species; ++s) species.push_back(Species::element(3 + s));
  potentials::mtp::MtpParameters p = potentials::mtp::untrained_mtp(level, species, 1.9, 5.0, radial_basis_size);
  p.radial_basis = basis;
  p.scaling = 0.07;
  Random random(seed);
  std::vector<double> values(p.n_parameters());
  for (double& v : values) v = 0.3 * random.normal();
  p.set_flat(values);
  return p;
}

// Atoms at least `apart` from one another and their images; a few are moved closer for the short-range branch.
inline Structure random_structure(const Cell& cell, int n, int n_species, std::uint64_t seed, double apart = 1.6) {
  Random random(seed);
  Structure s;
  s.cell = cell;
  s.positions.resize(n, 3);
  for (int i = 0; i < n;) {
    const Vector3 f(random.uniform(), random.uniform(), random.uniform());
    const Vector3 x = Cell(cell.spanning()).to_cartesian(f);
    bool free = true;
    for (int j = 0; j < i && free; ++j) free = cell.minimum_image(x - s.positions.row(j).transpose()).norm() > apart;
    if (!free) continue;
    s.positions.row(i++) = x.transpose();
    s.species.push_back(Species::element(3 + static_cast<int>(random.below(static_cast<std::uint64_t>(n_species)))));
  }
  return s;
}

}  // namespace vitrion::test
