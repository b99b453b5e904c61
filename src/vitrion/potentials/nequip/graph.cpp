#include "vitrion/potentials/nequip/graph.hpp"

#include <algorithm>
#include <cmath>

#include "vitrion/potentials/nequip/harmonics.hpp"

namespace vitrion::potentials::nequip {
namespace {

struct Difference {
  double v[3], r2;
};

Difference difference(const neighbors::Neighborhoods& atoms, std::size_t i, int j) {
  const double *from = atoms.positions + 3 * i, *to = atoms.positions + 3 * static_cast<std::size_t>(j);
  Difference d{{to[0] - from[0], to[1] - from[1], to[2] - from[2]}, 0};
  d.r2 = d.v[0] * d.v[0] + d.v[1] * d.v[1] + d.v[2] * d.v[2];
  return d;
}

}  // namespace

template <class T>
std::size_t Graph<T>::largest_degree() const {
  std::size_t most = 0;
  for (std::size_t i = 0; i + 1 < first.size(); ++i) most = std::max(most, degree(i));
  return most;
}

template <class T>
void Graph<T>::build(const Network<T>& network, const neighbors::Neighborhoods& system,
                     const std::vector<int>* owners) {
  const double limit = network.r_max * network.r_max;
  first.resize(system.n_local + 1);
  first[0] = 0;
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < system.n_local; ++i) {
    std::int64_t found = 0;
    // A position that is not a number counts as near, so that it shows in the result instead of dropping out.
    for (const int j : system.of(i)) found += !(difference(system, i, j).r2 >= limit);
    first[i + 1] = found;
  }
  for (std::size_t i = 0; i < system.n_local; ++i) first[i + 1] += first[i];
  const auto n = static_cast<std::size_t>(first.back());
  atoms.resize(n);
  rows.resize(n);
  types.resize(n);
  units.resize(3 * n);
  lengths.resize(n);
  harmonics.resize(n * network.harmonics_width);
  couplings.resize(n * network.coupling_width);
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < system.n_local; ++i) {
    auto e = static_cast<std::size_t>(first[i]);
    for (const int j : system.of(i)) {
      const Difference d = difference(system, i, j);
      if (d.r2 >= limit) continue;
      const auto at = static_cast<std::size_t>(j);
      atoms[e] = j;
      rows[e] = owners && at >= system.n_local ? (*owners)[at - system.n_local] : j;
      types[e] = system.types[at];
      lengths[e] = std::sqrt(d.r2);
      double* unit = &units[3 * e];
      for (int k = 0; k < 3; ++k) unit[k] = d.v[k] / lengths[e];
      double Y[(largest_l + 1) * (largest_l + 1)];
      nequip::harmonics(network.l_max, unit, Y);
      std::copy_n(Y, network.harmonics_width, &harmonics[e * network.harmonics_width]);
      network.couple(Y, couplings.data() + e * network.coupling_width);
      ++e;
    }
  }
}

template struct Graph<float>;
template struct Graph<double>;

}  // namespace vitrion::potentials::nequip
