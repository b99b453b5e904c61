// Sums over a training set: loss, errors, and the normal equations of the linearised fit.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/potentials/mtp/gradient.hpp"
#include "vitrion/potentials/mtp/jacobian.hpp"
#include "vitrion/train/metrics.hpp"
#include "vitrion/train/mtp/labelled.hpp"
#include "vitrion/train/mtp/row_loss.hpp"

namespace vitrion::train::mtp {

/// J^T W J and J^T W r of the wanted columns, r = prediction - target, W the row weights.
struct NormalEquations {
  Eigen::MatrixXd matrix;    ///< J^T W J, both triangles
  Eigen::VectorXd gradient;  ///< J^T W r: half the gradient of a quadratic loss
  double loss = 0;           ///< loss at theta
  double weighted = 0;       ///< r^T W r: the loss when it is quadratic
  ErrorTable errors;         ///< of the set at theta
};

/// A training (or validation) set and its loss.
///
/// Results do not depend on the number of threads: configurations are shared out, every sum runs in a fixed order.
/// Matrix products run inside these threads; a BLAS with threads of its own has to be told to use one (for programs
/// with a front end, frontend::set_threads does), else it is slower and its last bits are its own.
class FitProblem {
 public:
  /// Both must outlive the object.
  FitProblem(const potentials::mtp::Scheme& scheme, const std::vector<LabelledConfiguration>& set,
             const LossOptions& loss, const Session& session = {});

  /// With huber the weights are those that touch the loss at theta (`Columns::all`), and stay for `Columns::linear`.
  NormalEquations linearise(std::span<const double> theta, potentials::mtp::Columns columns);
  /// Loss and errors only.
  NormalEquations evaluate(std::span<const double> theta);

  bool is_quadratic() const { return loss_.is_quadratic(); }
  const std::vector<LabelledConfiguration>& set() const { return set_; }

 private:
  struct Batch;
  Batch batch_from(std::size_t first, int n_columns);
  void fill_rows(std::span<const double> theta, potentials::mtp::Columns columns, std::size_t i, Batch& batch);
  void add_batch(const Batch& batch, NormalEquations& sums) const;

  const potentials::mtp::Scheme& scheme_;
  const std::vector<LabelledConfiguration>& set_;
  RowLoss loss_;
  Session session_;
  std::vector<std::vector<double>> weights_;           // [configuration][row]
  std::vector<potentials::mtp::Jacobian> workers_;     // one per thread
  std::vector<potentials::mtp::Gradient> predictors_;  // one per thread
  potentials::AlignedVector<double> jacobian_;         // of one batch
};

}  // namespace vitrion::train::mtp
