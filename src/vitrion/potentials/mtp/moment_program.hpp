// Moment tables compiled into what the kernels execute.
#pragma once

#include <vector>

#include "vitrion/potentials/mtp/moment_tables.hpp"

namespace vitrion::potentials::mtp {

/// The tables of a potential as straight-line work over numbered slots.
///
/// On the unit sphere z^2 = 1 - x^2 - y^2, so the components with z^0 and z^1 determine all others:
///
///   m[a,b,c] = m[a,b,c-2] - m[a+2,b,c-2] - m[a,b+2,c-2]
///
/// Only these "reduced" moments are summed over neighbours (84 of 130 at level 16); slots come in the order reduced,
/// derived from them, products. Every slot depends on lower ones only.
///
/// For radial function mu and z^c the reduced moments x^a y^b, a + b <= degree(mu) - c, lie in graded order at
/// offset(mu, c) + (a+b)(a+b+1)/2 + b.
struct MomentProgram {
  /// slot[target] = slot[plus] - slot[minus_x] - slot[minus_y]
  struct Derived {
    int target, plus, minus_x, minus_y;
  };
  /// Adds weight * slot[a] * slot[b].
  struct Term {
    int a, b;
    double weight;
  };

  std::vector<int> degree;   ///< highest nx + ny + nz by mu; -1 where a radial function has no moment
  int max_degree = -1;       ///< over all mu
  std::vector<int> offsets;  ///< first slot by [mu][c], c = 0, 1
  int n_reduced = 0, n_basic = 0, n_slots = 0;
  std::vector<Derived> derived;

  /// Slot n_basic + t is the sum of forward[forward_first[t] .. forward_first[t + 1]).
  std::vector<Term> forward;
  std::vector<int> forward_first;
  /// The adjoint of slot s takes weight * adjoint[a] * slot[b] from backward[backward_first[s] .. [s + 1]); a > s.
  std::vector<Term> backward;
  std::vector<int> backward_first;

  std::vector<int> scalars;  ///< slot of each scalar basis function

  int offset(int mu, int c) const { return offsets[static_cast<std::size_t>(2 * mu + c)]; }

  /// How many monomials x^a y^b have a + b <= degree; 0 for degree -1.
  static int monomials(int degree) { return (degree + 1) * (degree + 2) / 2; }
};

/// `radial_funcs_count` may exceed what the tables use. The tables must be free of faults (describe_fault).
MomentProgram compile(const MomentTables& tables, int radial_funcs_count);

}  // namespace vitrion::potentials::mtp
