#include "vitrion/train/mtp/labelled.hpp"

namespace vitrion::train::mtp {
namespace {

Targets targets_of(const Structure& s) {
  Targets t;
  const Labels& label = s.labels;
  const std::size_t n = s.size();
  t.has_energy = label.energy.has_value();
  if (t.has_energy) t.energy = *label.energy;
  t.has_forces = label.has_forces();
  t.forces.assign(3 * n, 0.0);
  if (t.has_forces)
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t i = 0; i < n; ++i)
        t.forces[a * n + i] = label.forces(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(a));
  t.has_stress = label.stress.has_value() && s.cell.is_periodic() && s.cell.has_volume();
  if (t.has_stress)
    for (std::size_t v = 0; v < 6; ++v) {
      const auto [a, b] = potentials::mtp::voigt[v];
      t.virial[v] = -s.cell.volume() * (*label.stress)(a, b);
    }
  return t;
}

}  // namespace

LabelledConfiguration make_labelled(const Structure& structure, const std::vector<int>& types, int n_types,
                                    double cutoff) {
  LabelledConfiguration c{potentials::mtp::make_configuration(structure, types, n_types, cutoff),
                          targets_of(structure)};
  c.wants_virial = c.targets.has_stress;
  return c;
}

void subtract_targets(const LabelledConfiguration& c, double* prediction) {
  const Targets& t = c.targets;
  const int n = 3 * c.n_atoms;
  for (int row = 0; row < n; ++row)
    prediction[row] = t.has_forces ? prediction[row] - t.forces[static_cast<std::size_t>(row)] : 0.0;
  for (int v = 0; v < 6; ++v)
    prediction[n + v] = t.has_stress ? prediction[n + v] - t.virial[static_cast<std::size_t>(v)] : 0.0;
  prediction[n + 6] = t.has_energy ? prediction[n + 6] - t.energy : 0.0;
}

}  // namespace vitrion::train::mtp
