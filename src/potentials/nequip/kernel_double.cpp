// The kernels in double; the choice of the instruction set.
#include "potentials/nequip/kernel.hpp"

// Left out: scalable vectors, because the kernels hold vectors in arrays, and SSSE3 and SSE4, because processors
// without AVX2 (before 2013) may as well take the scalar code.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3 | HWY_SSE4)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "potentials/nequip/kernel_double.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "potentials/nequip/kernel_convolution-inl.hpp"
#include "potentials/nequip/kernel_dense-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitrion::nequip::HWY_NAMESPACE {

void convolve_double(const Convolution<double>& c) {
  forward(c);
}
void convolve_backward_double(const Convolution<double>& c) {
  backward(c);
}
void multiply_double(const RowsTimesMatrix<double>& job) {
  multiply_on_target(job);
}
void gate_double(std::span<const GateStep> steps, std::size_t channels, const double* before, double* features) {
  gate_on_target(steps, channels, before, features);
}
void gate_backward_double(std::span<const GateStep> steps, std::size_t channels, const double* before,
                          const double* feature_adjoints, double* adjoints) {
  gate_backward_on_target(steps, channels, before, feature_adjoints, adjoints);
}
void add_outer_products_double(const SumOfOuterProducts<double>& job) {
  add_outer_products_on_target(job);
}
void gate_tangent_double(std::span<const GateStep> steps, std::size_t channels, const double* before,
                         const double* before_tangents, double* feature_tangents) {
  gate_tangent_on_target(steps, channels, before, before_tangents, feature_tangents);
}
void gate_backward_tangent_double(std::span<const GateStep> steps, std::size_t channels, const double* before,
                                  const double* before_tangents, const double* adjoints, const double* adjoint_tangents,
                                  double* result) {
  gate_backward_tangent_on_target(steps, channels, before, before_tangents, adjoints, adjoint_tangents, result);
}
void silu_tangent_double(std::size_t n, double* values, double* tangents, double* slopes, double* bends) {
  silu_with_tangent_on_target(n, values, tangents, slopes, bends);
}
void silu_double(std::size_t n, double* values, double* slopes) {
  silu_with_slope_on_target(n, values, slopes);
}
void look_up_double(const SplineView<double>& spline, const double* r, std::size_t n, double* values, double* slopes) {
  look_up_on_target(spline, r, n, values, slopes);
}
std::size_t lanes_double() {
  return lanes<double>;
}

}  // namespace vitrion::nequip::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vitrion::nequip {

HWY_EXPORT(convolve_double);
HWY_EXPORT(convolve_backward_double);
HWY_EXPORT(multiply_double);
HWY_EXPORT(gate_double);
HWY_EXPORT(gate_backward_double);
HWY_EXPORT(add_outer_products_double);
HWY_EXPORT(gate_tangent_double);
HWY_EXPORT(gate_backward_tangent_double);
HWY_EXPORT(silu_tangent_double);
HWY_EXPORT(silu_double);
HWY_EXPORT(look_up_double);
HWY_EXPORT(lanes_double);

template <>
void convolve(const Convolution<double>& c) {
  HWY_DYNAMIC_DISPATCH(convolve_double)(c);
}
template <>
void convolve_backward(const Convolution<double>& c) {
  HWY_DYNAMIC_DISPATCH(convolve_backward_double)(c);
}
template <>
void multiply(const RowsTimesMatrix<double>& job) {
  HWY_DYNAMIC_DISPATCH(multiply_double)(job);
}
template <>
void gate(std::span<const GateStep> steps, std::size_t channels, const double* before, double* features) {
  HWY_DYNAMIC_DISPATCH(gate_double)(steps, channels, before, features);
}
template <>
void gate_backward(std::span<const GateStep> steps, std::size_t channels, const double* before,
                   const double* feature_adjoints, double* adjoints) {
  HWY_DYNAMIC_DISPATCH(gate_backward_double)(steps, channels, before, feature_adjoints, adjoints);
}
template <>
void add_outer_products(const SumOfOuterProducts<double>& job) {
  HWY_DYNAMIC_DISPATCH(add_outer_products_double)(job);
}
template <>
void gate_tangent(std::span<const GateStep> steps, std::size_t channels, const double* before,
                  const double* before_tangents, double* feature_tangents) {
  HWY_DYNAMIC_DISPATCH(gate_tangent_double)(steps, channels, before, before_tangents, feature_tangents);
}
template <>
void gate_backward_tangent(std::span<const GateStep> steps, std::size_t channels, const double* before,
                           const double* before_tangents, const double* feature_adjoints,
                           const double* feature_adjoint_tangents, double* adjoint_tangents) {
  HWY_DYNAMIC_DISPATCH(gate_backward_tangent_double)
  (steps, channels, before, before_tangents, feature_adjoints, feature_adjoint_tangents, adjoint_tangents);
}
template <>
void silu_with_tangent(std::size_t n, double* values, double* tangents, double* slopes, double* bends) {
  HWY_DYNAMIC_DISPATCH(silu_tangent_double)(n, values, tangents, slopes, bends);
}
template <>
void silu_with_slope(std::size_t n, double* values, double* slopes) {
  HWY_DYNAMIC_DISPATCH(silu_double)(n, values, slopes);
}
template <>
void look_up(const SplineView<double>& spline, const double* r, std::size_t n, double* values, double* slopes) {
  HWY_DYNAMIC_DISPATCH(look_up_double)(spline, r, n, values, slopes);
}
template <>
std::size_t backward_scratch<double>(std::size_t channels, std::size_t n_edges, std::size_t harmonics_width) {
  constexpr std::size_t most_pairs = (2 * largest_l + 1) * (2 * largest_l + 1);
  return most_pairs * channels + n_edges * harmonics_width * HWY_DYNAMIC_DISPATCH(lanes_double)();
}

}  // namespace vitrion::nequip
#endif
