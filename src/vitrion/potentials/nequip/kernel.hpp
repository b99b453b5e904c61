// The arithmetic of NequIP on rows of channels, compiled for several instruction sets, in float and double.
//
// Channels are contiguous and padded with zeros to whole cache lines. Every function runs on the best instruction set
// of the processor (or the one that hwy::SetSupportedTargetsForTest chose).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vitrion::potentials::nequip {

/// Numbers of channels are rounded up to a multiple of this.
template <class T>
inline constexpr std::size_t channel_pad = 64 / sizeof(T);

template <class T>
constexpr std::size_t padded(std::size_t n) {
  return (n + channel_pad<T> - 1) / channel_pad<T> * channel_pad<T>;
}

/// A path of the convolution, as the kernels read it. Component m of an irrep of l lies `stride` numbers behind m - 1;
/// features have stride `channels`.
template <class T>
struct KernelPath {
  int l1 = 0, l2 = 0, l3 = 0;
  std::size_t input = 0;               ///< where l1 begins in a row of features
  std::size_t weight = 0;              ///< where the path begins in a row of radial weights
  std::size_t coupling = 0;            ///< where it begins in an edge's couplings
  std::size_t output = 0, stride = 0;  ///< where l3 begins in a row of messages
  const T* coefficients = nullptr;     ///< sqrt(2 l3 + 1) C_ijk where may_couple(...), in the order i, j, k
};

/// Number of pairs (i, k) that couple over some j: the couplings an edge stores for a path (none for l2 = 0).
int coupling_count(int l1, int l2, int l3);

/// The edges of one centre, and what flows along them. All arrays start on cache lines.
template <class T>
struct Convolution {
  std::span<const KernelPath<T>> paths;
  std::size_t channels = 0;  ///< padded
  std::size_t n_edges = 0;
  const std::int32_t* neighbors = nullptr;  ///< row of features of every edge's neighbour
  const T* features = nullptr;              ///< shape (rows, feature_width)
  std::size_t feature_width = 0;
  const T* weights = nullptr;  ///< radial weights, shape (n_edges, weight_width)
  std::size_t weight_width = 0;

  // Forward.
  const T* couplings = nullptr;  ///< m_ik = sqrt(2 l3 + 1) sum_j C_ijk Y_j, shape (n_edges, coupling_width)
  std::size_t coupling_width = 0;
  T* messages = nullptr;  ///< one row
  bool add = false;       ///< to the messages that are there

  // Backward.
  const T* harmonics = nullptr;  ///< Y, shape (n_edges, harmonics_width)
  std::size_t harmonics_width = 0;
  const T* message_adjoints = nullptr;  ///< one row
  T* feature_adjoints = nullptr;        ///< shape (rows, feature_width); added to
  const T* weight_slopes = nullptr;     ///< dw/dr, shape (n_edges, weight_width); or none
  T* edge_adjoints = nullptr;           ///< dE/dr and dE/dY of every edge, shape (n_edges, harmonics_width); written
  T* weight_adjoints = nullptr;         ///< dE/dw, shape (n_edges, weight_width), added to; or none
  T* scratch = nullptr;                 ///< backward_scratch(...) numbers
};

/// Numbers of scratch that `convolve_backward` needs.
template <class T>
std::size_t backward_scratch(std::size_t channels, std::size_t n_edges, std::size_t harmonics_width);

/// messages[path, k, u] = sum over edges of w[path, u] sum_i m_ik features[neighbor, i, u].
template <class T>
void convolve(const Convolution<T>& c);

/// With `weight_slopes`: adjoints of the features, and of every edge's length and harmonics (forces).
/// With `weight_adjoints` instead: adjoints of the features and of the radial weights (training).
template <class T>
void convolve_backward(const Convolution<T>& c);

/// out[r, n] (+)= sum_k in[r, k] matrix[k, n] for rows r; `columns` is a multiple of channel_pad.
template <class T>
struct RowsTimesMatrix {
  const T* const* in = nullptr;
  T* const* out = nullptr;
  std::size_t rows = 0;
  const T* matrix = nullptr;  ///< shape (inner, columns)
  std::size_t inner = 0, columns = 0;
  bool add = false;
};

template <class T>
void multiply(const RowsTimesMatrix<T>& job);

/// matrix[k, n] += sum_r left[r, k] right[r, n]: the gradient of a matrix from the rows that went in and the adjoints
/// of those that came out. `columns` is a multiple of channel_pad.
template <class T>
struct SumOfOuterProducts {
  const T* const* left = nullptr;
  const T* const* right = nullptr;
  std::size_t rows = 0;
  T* matrix = nullptr;  ///< shape (inner, columns)
  std::size_t inner = 0, columns = 0;
};

template <class T>
void add_outer_products(const SumOfOuterProducts<T>& job);

/// What makes one irrep of the features from the numbers before the gate.
struct GateStep {
  enum class Kind { silu, tanh, gated };
  Kind kind = Kind::silu;
  std::size_t from = 0, gate = 0, to = 0;  ///< first channels, in the row before the gate and in the row of features
  std::size_t components = 1;
};

/// One row: features = gate(before).
template <class T>
void gate(std::span<const GateStep> steps, std::size_t channels, const T* before, T* features);

/// One row: adjoints of `before` from those of the features; overwrites.
template <class T>
void gate_backward(std::span<const GateStep> steps, std::size_t channels, const T* before, const T* feature_adjoints,
                   T* adjoints);

/// One row and its tangents (derivatives by a parameter of a path): tangents of the features.
template <class T>
void gate_tangent(std::span<const GateStep> steps, std::size_t channels, const T* before, const T* before_tangents,
                  T* feature_tangents);

/// Tangents of what `gate_backward` gives.
template <class T>
void gate_backward_tangent(std::span<const GateStep> steps, std::size_t channels, const T* before,
                           const T* before_tangents, const T* feature_adjoints, const T* feature_adjoint_tangents,
                           T* adjoint_tangents);

/// values = silu(values), tangents *= silu'(values); slopes = silu'(values), bends = silu''(values) tangents (of what
/// came in). `n` is a multiple of channel_pad.
template <class T>
void silu_with_tangent(std::size_t n, T* values, T* tangents, T* slopes, T* bends);

/// values = silu(values); slopes (or none) *= silu'(values). `n` is a multiple of channel_pad.
template <class T>
void silu_with_slope(std::size_t n, T* values, T* slopes);

/// Uniform quintic B-splines of many functions on [0, end], looked up together.
template <class T>
struct SplineView {
  const T* coefficients = nullptr;  ///< shape (intervals + 5, width)
  std::size_t intervals = 0, width = 0;
  double inverse_step = 0;
};

/// values (and slopes, unless null) at each r, shape (n, width).
template <class T>
void look_up(const SplineView<T>& spline, const double* r, std::size_t n, T* values, T* slopes);

}  // namespace vitrion::potentials::nequip
