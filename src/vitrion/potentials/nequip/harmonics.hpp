// Real spherical harmonics up to l = 3, and their gradients.
#pragma once

namespace vitrion::potentials::nequip {

/// Y_lm of a unit vector, "component" normalisation (sum over m of Y_lm^2 = 2l+1), y as the polar axis so that l = 1 is
/// sqrt(3) (x, y, z); shape ((l_max + 1)^2), order l, then m = -l .. l.
void harmonics(int l_max, const double unit[3], double* values);

/// Adds the gradient of sum_lm adjoint_lm Y_lm(v/|v|) with respect to v to `gradient`.
///
/// `adjoint` has shape ((l_max + 1)^2); its first entry (l = 0) is not read. `r` is |v|, `unit` is v/r.
void add_harmonics_gradient(int l_max, const double unit[3], double r, const double* adjoint, double gradient[3]);

/// The derivative of every Y_lm(v/|v|) when v moves with velocity `rate`; shape ((l_max + 1)^2).
void harmonics_tangent(int l_max, const double unit[3], double r, const double rate[3], double* tangents);

}  // namespace vitrion::potentials::nequip
