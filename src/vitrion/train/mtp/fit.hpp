// Fitting the coefficients of an MTP: variable projection with Levenberg-Marquardt steps.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vitrion/train/checkpoint.hpp"
#include "vitrion/train/mtp/normal_equations.hpp"

namespace vitrion::train::mtp {

struct FitOptions {
  int max_iterations = 100;
  /// Stop when the loss fell by less than this fraction over the last `window` iterations.
  double tolerance = 0.01;
  int window = 10;
  /// Stop when the validation loss has not improved for so many iterations (with a validation set).
  int patience = 15;
  /// Relative ridge on species and moment coefficients: adds ridge * sum_a H_aa x_a^2 to the loss, H = J^T W J of
  /// the iteration. H_aa x_a^2 is what basis function a alone contributes to the weighted predictions: no units, no
  /// scales.
  double ridge = 1e-7;
};

/// Where a fit stands: everything that the next step depends on.
struct FitState {
  std::vector<double> theta;
  double damping = 1e-2;
  double growth = 2;  ///< factor on the damping at the next failure
  int iteration = 0;
  bool finished = false;
  std::string reason;          ///< why it finished
  std::vector<double> losses;  ///< training loss after every iteration
  std::vector<double> best;    ///< theta of the lowest validation loss (training loss without a validation set)
  double best_loss = 0;
  int best_iteration = -1;
};

/// What one iteration did, for the log.
struct FitRecord {
  int iteration = 0;
  double loss = 0, validation_loss = 0, damping = 0;
  ErrorTable training, validation;
};

/// Minimises the loss over all coefficients.
///
/// Energies, forces and stresses are linear in species and moment coefficients x and nonlinear in the radial ones c.
/// For every c tried the best x is found exactly (normal equations with ridge), so only c is searched: variable
/// projection (Golub and Pereyra 2003, doi 10.1088/0266-5611/19/2/201). The step in c is that of the joint Gauss-Newton
/// system with Marquardt damping, which equals Kaufman's approximation (1975, doi 10.1007/BF01932995); damping follows
/// Nielsen (1999). Scaling a radial function or mixing lower ones into it changes nothing that linear coefficients
/// cannot undo: the radial coefficients are kept orthonormal over mu, and steps along these n_mu (n_mu + 1) / 2
/// directions are excluded.
class Fit {
 public:
  /// `validation` may be null. All must outlive the object.
  Fit(const potentials::mtp::Scheme& scheme, FitProblem& training, FitProblem* validation, const FitOptions& options);

  /// The linear coefficients that are best for the radial ones in `theta`, and the state a fit starts from.
  FitState start(std::vector<double> theta);
  /// One iteration. Deterministic: the same state gives the same next state.
  FitRecord step(FitState& state);

 private:
  struct Trial {
    std::vector<double> theta;
    double objective;
  };
  Trial project(std::vector<double> theta, const Eigen::VectorXd& prior);
  void exclude_gauge(const std::vector<double>& theta, const Eigen::VectorXd& scale, Eigen::MatrixXd& matrix,
                     Eigen::VectorXd& descent) const;
  struct System;
  System system(const std::vector<double>& theta, const NormalEquations& n) const;
  void descend(const System& system, FitState& state);
  void judge(FitState& state, FitRecord& record);

  const potentials::mtp::Scheme& scheme_;
  FitProblem& training_;
  FitProblem* validation_;
  FitOptions options_;
};

/// Puts the state into `counters` and `numbers` of a checkpoint.
void store(const FitState& state, Checkpoint& to);
/// The same state, bit for bit. Throws std::out_of_range or nlohmann::json::exception when the checkpoint lacks parts.
FitState fit_state(const Checkpoint& from);

/// Makes the radial coefficient vectors of different mu (over all pairs and k) orthonormal by Gram-Schmidt.
void orthonormalise(const potentials::mtp::Scheme& scheme, std::vector<double>& theta);

}  // namespace vitrion::train::mtp
