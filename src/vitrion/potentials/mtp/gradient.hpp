// Predictions of an MTP and the gradient of any function of them, in two sweeps a neighbourhood.
#pragma once

#include <memory>
#include <span>

#include "vitrion/potentials/mtp/configuration.hpp"
#include "vitrion/potentials/mtp/scheme.hpp"

namespace vitrion::potentials::mtp {

/// Energy, forces and virial, and the adjoint: weights on them turned into a gradient by every parameter. It costs a
/// small part of the design matrix (Jacobian) and is what losses of high levels or large data need.
///
/// The gradient of sum_rows w_row * prediction_row is the derivative of dE/dtheta along the displacement field that w
/// defines (forces and virial are derivatives of E): tangents of moments go forward through the product list, tangents
/// of adjoints back (forward over reverse). Products of eight atoms are swept side by side, one in each vector lane.
/// One object serves one thread.
class Gradient {
 public:
  explicit Gradient(const Scheme& scheme);
  ~Gradient();
  Gradient(Gradient&&) noexcept;

  /// Rows as in Configuration::n_rows: forces [axis][atom], virial, energy.
  void predict(std::span<const double> theta, const Configuration& configuration, double* rows);
  /// Adds d(sum_rows weight * prediction)/d(theta) to `gradient` (n_parameters). `predict` must have been called last
  /// for the same theta and configuration.
  void add_gradient(std::span<const double> theta, const Configuration& configuration, const double* weight,
                    double* gradient);

  struct Scratch;

 private:
  const Scheme& scheme_;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace vitrion::potentials::mtp
