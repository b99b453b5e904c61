// The loss of an MTP as a sum over rows of its design matrix.
#pragma once

#include <vector>

#include "vitrion/train/loss.hpp"
#include "vitrion/train/mtp/labelled.hpp"

namespace vitrion::train::mtp {

/// The loss as a sum over rows of the design matrix: sum_rows weight * h(residual / unit), h(x) = x^2 unless `delta`.
class RowLoss {
 public:
  /// Shares the weights among the configurations of `set` (how many labels of each kind there are).
  RowLoss(const LossOptions& options, const std::vector<LabelledConfiguration>& set);

  /// Weight of each row's squared residual (eV, eV/Å, eV units), shape (n_rows): 0 where there is no label. With huber
  /// and a `residual` it is the weight of the quadratic that touches the loss there (iteratively reweighted least
  /// squares).
  void weights(const LabelledConfiguration& c, const double* residual, double* weight) const;
  /// The loss of one configuration.
  double value(const LabelledConfiguration& c, const double* residual) const;
  bool is_quadratic() const { return options_.kind != LossKind::huber; }

 private:
  // Weight and kink (in the row's unit; infinite when quadratic) of the energy, force and virial rows.
  struct Scales {
    double energy, force, virial;
    double energy_kink, force_kink, virial_kink;
  };
  Scales scales(const LabelledConfiguration& c) const;

  LossOptions options_;
  double n_configurations_ = 0, n_energies_ = 0, n_forces_ = 0, n_stresses_ = 0;
};

}  // namespace vitrion::train::mtp
