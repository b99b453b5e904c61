// What a fit minimises: weights of energies, forces and stresses, by name.
#pragma once

#include <string>
#include <vector>

#include "vitrion/train/configuration.hpp"

namespace vitrion::train {

/// Losses by name. K configurations of N atoms; dE, dF, dW, ds: prediction minus label.
enum class LossKind {
  /// MLIP's "vibrations" (Novikov et al. 2021, doi 10.1088/2632-2153/abc9fe):
  ///   (1/K) sum_cfg [ w_e dE^2/N + w_f sum_atoms |dF|^2 + w_s |dW|^2/N ]      E, W in eV (W = -V*stress, 9 components)
  mlip,
  /// Mean squares of what error tables show:
  ///   w_e mean_cfg (dE/N)^2 + w_f mean_components dF^2 + w_s mean_components ds^2      eV/atom, eV/Å, GPa
  per_atom_mse,
  /// per_atom_mse with h(x) = x^2 for |x| <= delta, else 2 delta |x| - delta^2, in place of every square: outliers pull
  /// with constant strength (Huber 1964, doi 10.1214/aoms/1177703732).
  huber
};

struct LossOptions {
  LossKind kind = LossKind::mlip;
  double energy_weight = 1, force_weight = 0.01, stress_weight = 0.001;
  double energy_delta = 0.005;  ///< eV/atom, huber only
  double force_delta = 0.2;     ///< eV/Å
  double stress_delta = 0.5;    ///< GPa

  /// Default weights of a loss.
  static LossOptions defaults(LossKind kind);
};

LossKind parse_loss(const std::string& name);
std::string name_of(LossKind kind);
/// For messages and choices: "mlip", "per_atom_mse", "huber".
const std::vector<std::string>& loss_names();

/// The loss as a sum over rows of the design matrix: sum_rows weight * h(residual / unit), h(x) = x^2 unless `delta`.
class RowLoss {
 public:
  /// Shares the weights among the configurations of `set` (how many labels of each kind there are).
  RowLoss(const LossOptions& options, const std::vector<Configuration>& set);

  /// Weight of each row's squared residual (eV, eV/Å, eV units), shape (n_rows): 0 where there is no label. With huber
  /// and a `residual` it is the weight of the quadratic that touches the loss there (iteratively reweighted least
  /// squares).
  void weights(const Configuration& c, const double* residual, double* weight) const;
  /// The loss of one configuration.
  double value(const Configuration& c, const double* residual) const;
  bool is_quadratic() const { return options_.kind != LossKind::huber; }

 private:
  // Weight and kink (in the row's unit; infinite when quadratic) of the energy, force and virial rows.
  struct Scales {
    double energy, force, virial;
    double energy_kink, force_kink, virial_kink;
  };
  Scales scales(const Configuration& c) const;

  LossOptions options_;
  double n_configurations_ = 0, n_energies_ = 0, n_forces_ = 0, n_stresses_ = 0;
};

/// Target minus prediction of every row is y - p; this is p - y, 0 where there is no label.
void subtract_targets(const Configuration& c, double* prediction);

}  // namespace vitrion::train
