// What a fit minimises: weights of energies, forces and stresses, by name.
#pragma once

#include <string>
#include <vector>

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

}  // namespace vitrion::train
