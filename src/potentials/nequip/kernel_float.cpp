// The kernels in float; the choice of the instruction set.
#include "potentials/nequip/kernel.hpp"

// Left out: scalable vectors, because the kernels hold vectors in arrays, and SSSE3 and SSE4, because processors
// without AVX2 (before 2013) may as well take the scalar code.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3 | HWY_SSE4)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "potentials/nequip/kernel_float.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "potentials/nequip/kernel_convolution-inl.hpp"
#include "potentials/nequip/kernel_dense-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitrion::nequip::HWY_NAMESPACE {

void convolve_float(const Convolution<float>& c) {
  forward(c);
}
void convolve_backward_float(const Convolution<float>& c) {
  backward(c);
}
void multiply_float(const RowsTimesMatrix<float>& job) {
  multiply_on_target(job);
}
void gate_float(std::span<const GateStep> steps, std::size_t channels, const float* before, float* features) {
  gate_on_target(steps, channels, before, features);
}
void gate_backward_float(std::span<const GateStep> steps, std::size_t channels, const float* before,
                         const float* feature_adjoints, float* adjoints) {
  gate_backward_on_target(steps, channels, before, feature_adjoints, adjoints);
}
void add_outer_products_float(const SumOfOuterProducts<float>& job) {
  add_outer_products_on_target(job);
}
void gate_tangent_float(std::span<const GateStep> steps, std::size_t channels, const float* before,
                        const float* before_tangents, float* feature_tangents) {
  gate_tangent_on_target(steps, channels, before, before_tangents, feature_tangents);
}
void gate_backward_tangent_float(std::span<const GateStep> steps, std::size_t channels, const float* before,
                                 const float* before_tangents, const float* adjoints, const float* adjoint_tangents,
                                 float* result) {
  gate_backward_tangent_on_target(steps, channels, before, before_tangents, adjoints, adjoint_tangents, result);
}
void silu_tangent_float(std::size_t n, float* values, float* tangents, float* slopes, float* bends) {
  silu_with_tangent_on_target(n, values, tangents, slopes, bends);
}
void silu_float(std::size_t n, float* values, float* slopes) {
  silu_with_slope_on_target(n, values, slopes);
}
void look_up_float(const SplineView<float>& spline, const double* r, std::size_t n, float* values, float* slopes) {
  look_up_on_target(spline, r, n, values, slopes);
}
std::size_t lanes_float() {
  return lanes<float>;
}

}  // namespace vitrion::nequip::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vitrion::nequip {

HWY_EXPORT(convolve_float);
HWY_EXPORT(convolve_backward_float);
HWY_EXPORT(multiply_float);
HWY_EXPORT(gate_float);
HWY_EXPORT(gate_backward_float);
HWY_EXPORT(add_outer_products_float);
HWY_EXPORT(gate_tangent_float);
HWY_EXPORT(gate_backward_tangent_float);
HWY_EXPORT(silu_tangent_float);
HWY_EXPORT(silu_float);
HWY_EXPORT(look_up_float);
HWY_EXPORT(lanes_float);

template <>
void convolve(const Convolution<float>& c) {
  HWY_DYNAMIC_DISPATCH(convolve_float)(c);
}
template <>
void convolve_backward(const Convolution<float>& c) {
  HWY_DYNAMIC_DISPATCH(convolve_backward_float)(c);
}
template <>
void multiply(const RowsTimesMatrix<float>& job) {
  HWY_DYNAMIC_DISPATCH(multiply_float)(job);
}
template <>
void gate(std::span<const GateStep> steps, std::size_t channels, const float* before, float* features) {
  HWY_DYNAMIC_DISPATCH(gate_float)(steps, channels, before, features);
}
template <>
void gate_backward(std::span<const GateStep> steps, std::size_t channels, const float* before,
                   const float* feature_adjoints, float* adjoints) {
  HWY_DYNAMIC_DISPATCH(gate_backward_float)(steps, channels, before, feature_adjoints, adjoints);
}
template <>
void add_outer_products(const SumOfOuterProducts<float>& job) {
  HWY_DYNAMIC_DISPATCH(add_outer_products_float)(job);
}
template <>
void gate_tangent(std::span<const GateStep> steps, std::size_t channels, const float* before,
                  const float* before_tangents, float* feature_tangents) {
  HWY_DYNAMIC_DISPATCH(gate_tangent_float)(steps, channels, before, before_tangents, feature_tangents);
}
template <>
void gate_backward_tangent(std::span<const GateStep> steps, std::size_t channels, const float* before,
                           const float* before_tangents, const float* feature_adjoints,
                           const float* feature_adjoint_tangents, float* adjoint_tangents) {
  HWY_DYNAMIC_DISPATCH(gate_backward_tangent_float)
  (steps, channels, before, before_tangents, feature_adjoints, feature_adjoint_tangents, adjoint_tangents);
}
template <>
void silu_with_tangent(std::size_t n, float* values, float* tangents, float* slopes, float* bends) {
  HWY_DYNAMIC_DISPATCH(silu_tangent_float)(n, values, tangents, slopes, bends);
}
template <>
void silu_with_slope(std::size_t n, float* values, float* slopes) {
  HWY_DYNAMIC_DISPATCH(silu_float)(n, values, slopes);
}
template <>
void look_up(const SplineView<float>& spline, const double* r, std::size_t n, float* values, float* slopes) {
  HWY_DYNAMIC_DISPATCH(look_up_float)(spline, r, n, values, slopes);
}
template <>
std::size_t backward_scratch<float>(std::size_t channels, std::size_t n_edges, std::size_t harmonics_width) {
  constexpr std::size_t most_pairs = (2 * largest_l + 1) * (2 * largest_l + 1);
  return most_pairs * channels + n_edges * harmonics_width * HWY_DYNAMIC_DISPATCH(lanes_float)();
}

}  // namespace vitrion::nequip
#endif
