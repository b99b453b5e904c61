// A moment tensor potential's tables, rearranged for the training kernels.
#pragma once

#include <array>
#include <vector>

#include "vitrion/potentials/mtp/mtp_parameters.hpp"

namespace vitrion::potentials::mtp {

/// Everything about the functional form that does not change while coefficients are fitted.
///
/// Parameters stand in one vector theta in the order of MtpParameters::flat: radial [s_i][s_j][mu][k], then
/// species_coeffs, then moment_coeffs.
struct Scheme {
  explicit Scheme(const MtpParameters& parameters);

  /// u_x^nx u_y^ny u_z^nz; row 0 is 1. Each is its parent times one component of u.
  struct Monomial {
    std::array<int, 3> power;
    int degree, parent, axis;
    std::array<int, 3> lowered;  ///< row of the monomial with power[a] reduced by one; -1 where power[a] = 0
  };
  struct Basic {
    int mu, monomial;
  };
  /// m[target] += multiplicity * m[a] * m[b]; rows of one target stand together, and the target is first read after.
  struct Product {
    int a, b;
    double multiplicity;
  };
  struct Target {
    int moment, first, last;  ///< rows first .. last-1
    bool terminal;            ///< no product reads it
  };

  int n_types, n_mu, n_k;
  int n_k_padded;  ///< n_k rounded up to vector_pad
  double min_dist, max_dist, scaling;
  int n_moments, max_degree;
  std::vector<Monomial> monomials;
  std::vector<Basic> basic;                   ///< by moment number
  std::vector<std::vector<int>> basic_of_mu;  ///< moment numbers with that mu
  std::vector<Product> products;
  std::vector<Target> targets;
  std::vector<int> scalars;  ///< moment of each scalar

  int n_basic() const { return static_cast<int>(basic.size()); }
  int n_scalars() const { return static_cast<int>(scalars.size()); }
  int n_block() const { return n_types * n_mu * n_k; }  ///< radial coefficients of one central species
  int n_radial() const { return n_types * n_block(); }
  int n_linear() const { return n_types + n_scalars(); }
  int n_parameters() const { return n_radial() + n_linear(); }
  /// Index in theta of c[center][neighbor][mu][k].
  int radial_index(int center, int neighbor, int mu, int k) const {
    return ((center * n_types + neighbor) * n_mu + mu) * n_k + k;
  }
};

}  // namespace vitrion::potentials::mtp
