// Derivatives of energy, forces and virial with respect to every parameter of an MTP: the design matrix.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "vitrion/potentials/mtp/configuration.hpp"
#include "vitrion/potentials/mtp/scheme.hpp"

namespace vitrion::potentials::mtp {

/// Which columns of the design matrix are wanted.
enum class Columns {
  all,    ///< n_parameters
  linear  ///< species_coeffs and moment_coeffs only, n_linear; needs no reverse sweep
};

/// Computes rows of the design matrix J = d(prediction)/d(theta). One object serves one thread (it owns scratch).
///
/// Energy, forces and virial of a configuration are J_linear * (species_coeffs, moment_coeffs): the linear columns hold
/// the basis functions and their derivatives themselves.
///
/// Per atom: (1) derivatives of the basic moments along every direction (three per distinct neighbouring atom, six
/// strains); (2) forward sweep of these tangents through the product list: the linear columns; (3) reverse sweep of the
/// adjoints' tangents (forward over reverse, Griewank and Walther 2008, doi 10.1137/1.9780898717761): how the
/// derivative of V_i by each basic moment changes along every direction; (4) a small matrix product with
/// d(basic moments)/d(radial coefficients): the radial columns.
class Jacobian {
 public:
  explicit Jacobian(const Scheme& scheme);
  ~Jacobian();
  Jacobian(Jacobian&&) noexcept;

  /// Overwrites configuration.n_rows() rows of the column-major matrix `j` (leading dimension `ld`): forces in eV/Å per
  /// parameter as [axis][atom], virial -dE/dstrain in eV (Voigt order), energy in eV.
  void rows(std::span<const double> theta, const Configuration& configuration, Columns columns, double* j,
            std::size_t ld);

  struct Scratch;

 private:
  const Scheme& scheme_;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace vitrion::potentials::mtp
