#include "vitrion/train/mtp/row_loss.hpp"

#include <cmath>
#include <limits>

#include "vitrion/core/units.hpp"

namespace vitrion::train::mtp {
namespace {

constexpr double quadratic = std::numeric_limits<double>::infinity();

// Components yz, xz, xy stand for two of the nine.
double multiplicity(int v) {
  return v < 3 ? 1 : 2;
}

double huber(double x, double kink) {
  const double size = std::abs(x);
  return size <= kink ? x * x : 2 * kink * size - kink * kink;
}

double touching(double x, double kink) {
  const double size = std::abs(x);
  return size <= kink ? 1.0 : kink / size;
}

}  // namespace

RowLoss::RowLoss(const LossOptions& options, const std::vector<LabelledConfiguration>& set)
    : options_(options), n_configurations_(static_cast<double>(set.size())) {
  for (const LabelledConfiguration& c : set) {
    n_energies_ += c.targets.has_energy ? 1 : 0;
    n_forces_ += c.targets.has_forces ? 3 * c.n_atoms : 0;
    n_stresses_ += c.targets.has_stress ? 1 : 0;
  }
}

RowLoss::Scales RowLoss::scales(const LabelledConfiguration& c) const {
  const double n = c.n_atoms;
  const LossOptions& o = options_;
  if (o.kind == LossKind::mlip)
    return {o.energy_weight / (n * n_configurations_),
            o.force_weight / n_configurations_,
            o.stress_weight / (n * n_configurations_),
            quadratic,
            quadratic,
            quadratic};
  // A virial row in eV is this many GPa; 9 components of each stress.
  const double to_GPa = c.volume > 0 ? units::eV_per_A3_in_GPa / c.volume : 0;
  const bool kinks = o.kind == LossKind::huber;
  return {n_energies_ > 0 ? o.energy_weight / (n * n * n_energies_) : 0,
          n_forces_ > 0 ? o.force_weight / n_forces_ : 0,
          n_stresses_ > 0 ? o.stress_weight * to_GPa * to_GPa / (9 * n_stresses_) : 0,
          kinks ? o.energy_delta * n : quadratic,
          kinks ? o.force_delta : quadratic,
          kinks && to_GPa > 0 ? o.stress_delta / to_GPa : quadratic};
}

void RowLoss::weights(const LabelledConfiguration& c, const double* residual, double* weight) const {
  const Scales s = scales(c);
  const Targets& t = c.targets;
  const auto at = [&](int row, double full, double kink) {
    weight[row] = residual ? full * touching(residual[row], kink) : full;
  };
  for (int row = 0; row < 3 * c.n_atoms; ++row) at(row, t.has_forces ? s.force : 0.0, s.force_kink);
  for (int v = 0; v < 6; ++v) at(3 * c.n_atoms + v, t.has_stress ? s.virial * multiplicity(v) : 0.0, s.virial_kink);
  at(3 * c.n_atoms + 6, t.has_energy ? s.energy : 0.0, s.energy_kink);
}

double RowLoss::value(const LabelledConfiguration& c, const double* residual) const {
  const Scales s = scales(c);
  const Targets& t = c.targets;
  double sum = 0;
  if (t.has_forces)
    for (int row = 0; row < 3 * c.n_atoms; ++row) sum += s.force * huber(residual[row], s.force_kink);
  if (t.has_stress)
    for (int v = 0; v < 6; ++v) sum += s.virial * multiplicity(v) * huber(residual[3 * c.n_atoms + v], s.virial_kink);
  if (t.has_energy) sum += s.energy * huber(residual[3 * c.n_atoms + 6], s.energy_kink);
  return sum;
}

}  // namespace vitrion::train::mtp
