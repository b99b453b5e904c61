#include "vitrion/train/nequip/batch_loss.hpp"

#include <cmath>
#include <limits>

#include "vitrion/core/units.hpp"

namespace vitrion::train::nequip {
namespace {

// weight * h(x), h(x) = x^2 up to the kink and a straight line beyond; returns the value, sets the slope by x.
double term(double weight, double x, double kink, double& slope) {
  const double size = std::abs(x);
  if (size <= kink) {
    slope = 2 * weight * x;
    return weight * x * x;
  }
  slope = 2 * weight * std::copysign(kink, x);
  return weight * (2 * kink * size - kink * kink);
}

struct Weights {
  double energy = 0, force = 0, virial = 0;  // of squares in eV, eV/Å, eV
  double energy_kink, force_kink, virial_kink;
};

Weights weights(const LossOptions& o, const LabelCounts& batch, double n_atoms, double volume) {
  constexpr double none = std::numeric_limits<double>::infinity();
  if (o.kind == LossKind::mlip)
    return {o.energy_weight / (n_atoms * batch.configurations),
            o.force_weight / batch.configurations,
            o.stress_weight / (n_atoms * batch.configurations),
            none,
            none,
            none};
  const double to_GPa = volume > 0 ? units::eV_per_A3_in_GPa / volume : 0;
  Weights w{0, 0, 0, none, none, none};
  if (batch.energies > 0) w.energy = o.energy_weight / (n_atoms * n_atoms * batch.energies);
  if (batch.force_components > 0) w.force = o.force_weight / batch.force_components;
  if (batch.stresses > 0) w.virial = o.stress_weight * to_GPa * to_GPa / (9 * batch.stresses);
  if (o.kind == LossKind::huber) {
    w.energy_kink = o.energy_delta * n_atoms;
    w.force_kink = o.force_delta;
    if (to_GPa > 0) w.virial_kink = o.stress_delta / to_GPa;
  }
  return w;
}

}  // namespace

void LabelCounts::add(const Structure& structure) {
  configurations += 1;
  energies += structure.labels.energy ? 1 : 0;
  force_components += structure.labels.has_forces() ? 3 * static_cast<double>(structure.size()) : 0;
  stresses += structure.labels.stress ? 1 : 0;
}

StructureLoss structure_loss(const LossOptions& options, const LabelCounts& batch, const Structure& labelled,
                             double energy, const Positions& forces, const Matrix3& virial) {
  const double volume = labelled.cell.has_volume() ? labelled.cell.volume() : 0;
  const Weights w = weights(options, batch, static_cast<double>(labelled.size()), volume);
  const Labels& labels = labelled.labels;
  StructureLoss loss;
  loss.slopes.forces = Positions::Zero(static_cast<Eigen::Index>(labelled.size()), 3);
  if (labels.energy) loss.value += term(w.energy, energy - *labels.energy, w.energy_kink, loss.slopes.energy);
  if (labels.has_forces())
    for (Eigen::Index k = 0; k < forces.size(); ++k)
      loss.value +=
          term(w.force, forces.data()[k] - labels.forces.data()[k], w.force_kink, loss.slopes.forces.data()[k]);
  if (labels.stress && volume > 0)
    for (Eigen::Index k = 0; k < 9; ++k)
      loss.value += term(w.virial, virial.data()[k] + volume * labels.stress->data()[k], w.virial_kink,
                         loss.slopes.virial.data()[k]);
  return loss;
}

}  // namespace vitrion::train::nequip
