// The kernels for one type of numbers, VITRION_NEQUIP_REAL, and the choice of the instruction set. Each file that
// includes this defines the type and HWY_TARGET_INCLUDE, its own name: it is compiled once per instruction set.

// Left out: scalable vectors, because the kernels hold vectors in arrays, and SSSE3 and SSE4, because processors
// without AVX2 (before 2013) may as well take the scalar code.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3 | HWY_SSE4)
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "vitrion/potentials/nequip/kernel.hpp"
#include "vitrion/potentials/nequip/kernel_convolution-inl.hpp"
#include "vitrion/potentials/nequip/kernel_dense-inl.hpp"

// NOLINTBEGIN(misc-definitions-in-headers): each of the two sources that include this defines other types'.
HWY_BEFORE_NAMESPACE();
namespace vitrion::potentials::nequip::HWY_NAMESPACE {
namespace {

using Real = VITRION_NEQUIP_REAL;

void convolve_real(const Convolution<Real>& c) {
  forward(c);
}
void convolve_backward_real(const Convolution<Real>& c) {
  backward(c);
}
void multiply_real(const RowsTimesMatrix<Real>& job) {
  multiply_on_target(job);
}
void gate_real(std::span<const GateStep> steps, std::size_t channels, const Real* before, Real* features) {
  gate_on_target(steps, channels, before, features);
}
void gate_backward_real(std::span<const GateStep> steps, std::size_t channels, const Real* before,
                        const Real* feature_adjoints, Real* adjoints) {
  gate_backward_on_target(steps, channels, before, feature_adjoints, adjoints);
}
void add_outer_products_real(const SumOfOuterProducts<Real>& job) {
  add_outer_products_on_target(job);
}
void gate_tangent_real(std::span<const GateStep> steps, std::size_t channels, const Real* before,
                       const Real* before_tangents, Real* feature_tangents) {
  gate_tangent_on_target(steps, channels, before, before_tangents, feature_tangents);
}
void gate_backward_tangent_real(std::span<const GateStep> steps, std::size_t channels, const Real* before,
                                const Real* before_tangents, const Real* adjoints, const Real* adjoint_tangents,
                                Real* result) {
  gate_backward_tangent_on_target(steps, channels, before, before_tangents, adjoints, adjoint_tangents, result);
}
void silu_tangent_real(std::size_t n, Real* values, Real* tangents, Real* slopes, Real* bends) {
  silu_with_tangent_on_target(n, values, tangents, slopes, bends);
}
void silu_real(std::size_t n, Real* values, Real* slopes) {
  silu_with_slope_on_target(n, values, slopes);
}
void look_up_real(const SplineView<Real>& spline, const double* r, std::size_t n, Real* values, Real* slopes) {
  look_up_on_target(spline, r, n, values, slopes);
}
std::size_t lanes_real() {
  return lanes<Real>;
}

}  // namespace
}  // namespace vitrion::potentials::nequip::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vitrion::potentials::nequip {
namespace {

using Real = VITRION_NEQUIP_REAL;

HWY_EXPORT(convolve_real);
HWY_EXPORT(convolve_backward_real);
HWY_EXPORT(multiply_real);
HWY_EXPORT(gate_real);
HWY_EXPORT(gate_backward_real);
HWY_EXPORT(add_outer_products_real);
HWY_EXPORT(gate_tangent_real);
HWY_EXPORT(gate_backward_tangent_real);
HWY_EXPORT(silu_tangent_real);
HWY_EXPORT(silu_real);
HWY_EXPORT(look_up_real);
HWY_EXPORT(lanes_real);

}  // namespace

template <>
void convolve(const Convolution<Real>& c) {
  HWY_DYNAMIC_DISPATCH(convolve_real)(c);
}
template <>
void convolve_backward(const Convolution<Real>& c) {
  HWY_DYNAMIC_DISPATCH(convolve_backward_real)(c);
}
template <>
void multiply(const RowsTimesMatrix<Real>& job) {
  HWY_DYNAMIC_DISPATCH(multiply_real)(job);
}
template <>
void gate(std::span<const GateStep> steps, std::size_t channels, const Real* before, Real* features) {
  HWY_DYNAMIC_DISPATCH(gate_real)(steps, channels, before, features);
}
template <>
void gate_backward(std::span<const GateStep> steps, std::size_t channels, const Real* before,
                   const Real* feature_adjoints, Real* adjoints) {
  HWY_DYNAMIC_DISPATCH(gate_backward_real)(steps, channels, before, feature_adjoints, adjoints);
}
template <>
void add_outer_products(const SumOfOuterProducts<Real>& job) {
  HWY_DYNAMIC_DISPATCH(add_outer_products_real)(job);
}
template <>
void gate_tangent(std::span<const GateStep> steps, std::size_t channels, const Real* before,
                  const Real* before_tangents, Real* feature_tangents) {
  HWY_DYNAMIC_DISPATCH(gate_tangent_real)(steps, channels, before, before_tangents, feature_tangents);
}
template <>
void gate_backward_tangent(std::span<const GateStep> steps, std::size_t channels, const Real* before,
                           const Real* before_tangents, const Real* feature_adjoints,
                           const Real* feature_adjoint_tangents, Real* adjoint_tangents) {
  HWY_DYNAMIC_DISPATCH(gate_backward_tangent_real)
  (steps, channels, before, before_tangents, feature_adjoints, feature_adjoint_tangents, adjoint_tangents);
}
template <>
void silu_with_tangent(std::size_t n, Real* values, Real* tangents, Real* slopes, Real* bends) {
  HWY_DYNAMIC_DISPATCH(silu_tangent_real)(n, values, tangents, slopes, bends);
}
template <>
void silu_with_slope(std::size_t n, Real* values, Real* slopes) {
  HWY_DYNAMIC_DISPATCH(silu_real)(n, values, slopes);
}
template <>
void look_up(const SplineView<Real>& spline, const double* r, std::size_t n, Real* values, Real* slopes) {
  HWY_DYNAMIC_DISPATCH(look_up_real)(spline, r, n, values, slopes);
}
template <>
std::size_t backward_scratch<Real>(std::size_t channels, std::size_t n_edges, std::size_t harmonics_width) {
  constexpr std::size_t most_pairs = (2 * largest_l + 1) * (2 * largest_l + 1);
  return most_pairs * channels + n_edges * harmonics_width * HWY_DYNAMIC_DISPATCH(lanes_real)();
}

}  // namespace vitrion::potentials::nequip
#endif
// NOLINTEND(misc-definitions-in-headers)
