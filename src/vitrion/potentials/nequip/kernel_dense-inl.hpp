// Rows times matrices, activations and splines. Included once per instruction set.
#if defined(VITRION_NEQUIP_KERNEL_DENSE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef VITRION_NEQUIP_KERNEL_DENSE_INL
#undef VITRION_NEQUIP_KERNEL_DENSE_INL
#else
#define VITRION_NEQUIP_KERNEL_DENSE_INL
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <algorithm>

#include "vitrion/potentials/nequip/architecture.hpp"
#include "vitrion/potentials/nequip/kernel_convolution-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitrion::potentials::nequip::HWY_NAMESPACE {

// R rows by V vectors of the result, summed in registers.
template <class T, int R, int V>
HWY_INLINE void multiply_tile(const RowsTimesMatrix<T>& job, std::size_t row, std::size_t column) {
  const Tag<T> d;
  constexpr std::size_t N = lanes<T>;
  Vec<T> sum[std::size_t{R * V}];
  unroll<R>([&]<int r>() VITRION_INLINE_LAMBDA {
    unroll<V>([&]<int v>() VITRION_INLINE_LAMBDA {
      sum[r * V + v] = job.add ? hn::Load(d, job.out[row + r] + column + v * N) : hn::Zero(d);
    });
  });
  const T* in[std::size_t{R}];
  unroll<R>([&]<int r>() VITRION_INLINE_LAMBDA { in[r] = job.in[row + r]; });
  const T* matrix = job.matrix + column;
  for (std::size_t k = 0; k < job.inner; ++k, matrix += job.columns) {
    Vec<T> m[std::size_t{V}];
    unroll<V>([&]<int v>() VITRION_INLINE_LAMBDA { m[v] = hn::Load(d, matrix + v * N); });
    unroll<R>([&]<int r>() VITRION_INLINE_LAMBDA {
      const Vec<T> x = hn::Set(d, in[r][k]);
      unroll<V>([&]<int v>() VITRION_INLINE_LAMBDA { sum[r * V + v] = hn::MulAdd(x, m[v], sum[r * V + v]); });
    });
  }
  unroll<R>([&]<int r>() VITRION_INLINE_LAMBDA {
    unroll<V>([&]<int v>() VITRION_INLINE_LAMBDA { hn::Store(sum[r * V + v], d, job.out[row + r] + column + v * N); });
  });
}

template <class T, int V>
HWY_INLINE void multiply_columns(const RowsTimesMatrix<T>& job, std::size_t column) {
  constexpr int most = is_scalar ? 2 : HWY_TARGET == HWY_AVX3 ? 6 : V == 4 ? 3 : 6;
  std::size_t row = 0;
  for (; row + most <= job.rows; row += most) multiply_tile<T, most, V>(job, row, column);
  unroll<most>([&]<int rest>() VITRION_INLINE_LAMBDA {
    if constexpr (rest > 0)
      if (job.rows - row == rest) multiply_tile<T, rest, V>(job, row, column);
  });
}

template <class T>
void multiply_on_target(const RowsTimesMatrix<T>& job) {
  constexpr std::size_t N = lanes<T>;
  constexpr int most = HWY_TARGET == HWY_AVX3 ? 4 : 2;
  std::size_t column = 0;
  for (; column + most * N <= job.columns; column += most * N) multiply_columns<T, most>(job, column);
  if constexpr (most > 2)
    for (; column + 2 * N <= job.columns; column += 2 * N) multiply_columns<T, 2>(job, column);
  for (; column < job.columns; column += N) multiply_columns<T, 1>(job, column);
}

// R rows by V vectors of the matrix.
template <class T, int R, int V>
HWY_INLINE void outer_tile(const SumOfOuterProducts<T>& job, std::size_t row, std::size_t column) {
  const Tag<T> d;
  constexpr std::size_t N = lanes<T>;
  Vec<T> sum[std::size_t{R * V}];
  T* matrix = job.matrix + row * job.columns + column;
  unroll<R>([&]<int r>() VITRION_INLINE_LAMBDA {
    unroll<V>([&]<int v>() VITRION_INLINE_LAMBDA { sum[r * V + v] = hn::Load(d, matrix + r * job.columns + v * N); });
  });
  for (std::size_t k = 0; k < job.rows; ++k) {
    Vec<T> g[std::size_t{V}];
    unroll<V>([&]<int v>() VITRION_INLINE_LAMBDA { g[v] = hn::Load(d, job.right[k] + column + v * N); });
    unroll<R>([&]<int r>() VITRION_INLINE_LAMBDA {
      const Vec<T> x = hn::Set(d, job.left[k][row + r]);
      unroll<V>([&]<int v>() VITRION_INLINE_LAMBDA { sum[r * V + v] = hn::MulAdd(x, g[v], sum[r * V + v]); });
    });
  }
  unroll<R>([&]<int r>() VITRION_INLINE_LAMBDA {
    unroll<V>([&]<int v>() VITRION_INLINE_LAMBDA { hn::Store(sum[r * V + v], d, matrix + r * job.columns + v * N); });
  });
}

template <class T, int V>
HWY_INLINE void outer_columns(const SumOfOuterProducts<T>& job, std::size_t column) {
  constexpr int most = is_scalar ? 1 : HWY_TARGET == HWY_AVX3 ? 4 : 2;
  std::size_t row = 0;
  for (; row + most <= job.inner; row += most) outer_tile<T, most, V>(job, row, column);
  for (; row < job.inner; ++row) outer_tile<T, 1, V>(job, row, column);
}

template <class T>
void add_outer_products_on_target(const SumOfOuterProducts<T>& job) {
  constexpr std::size_t N = lanes<T>;
  std::size_t column = 0;
  for (; column + 4 * N <= job.columns; column += 4 * N) outer_columns<T, 4>(job, column);
  for (; column < job.columns; column += N) outer_columns<T, 1>(job, column);
}

// silu(x) = x / (1 + exp(-x)) and its first two derivatives, with e3nn's factor.
template <class T>
struct SiluWithSlope {
  Vec<T> value, slope, bend;

  HWY_INLINE explicit SiluWithSlope(Vec<T> x) {
    const Tag<T> d;
    const Vec<T> one = hn::Set(d, T(1)), factor = hn::Set(d, static_cast<T>(silu_factor));
    // Beyond this the exponential would overflow; silu is zero there to the last digit.
    const Vec<T> limit = hn::Set(d, sizeof(T) == 8 ? T(700) : T(85));
    const Vec<T> e = hn::Exp(d, hn::Min(hn::Neg(x), limit));
    const Vec<T> sigmoid = hn::Div(one, hn::Add(one, e));
    value = hn::Mul(factor, hn::Mul(x, sigmoid));
    const Vec<T> rest = hn::Sub(one, sigmoid);
    slope = hn::Mul(factor, hn::Mul(sigmoid, hn::MulAdd(x, rest, one)));
    bend = hn::Mul(hn::Mul(factor, hn::Mul(sigmoid, rest)), hn::MulAdd(x, hn::Sub(rest, sigmoid), hn::Set(d, T(2))));
  }
};

template <class T>
struct TanhWithSlope {
  Vec<T> value, slope, bend;

  HWY_INLINE explicit TanhWithSlope(Vec<T> x) {
    const Tag<T> d;
    const Vec<T> factor = hn::Set(d, static_cast<T>(tanh_factor)), t = hn::Tanh(d, x);
    value = hn::Mul(factor, t);
    slope = hn::Mul(factor, hn::NegMulAdd(t, t, hn::Set(d, T(1))));
    bend = hn::Mul(hn::Set(d, T(-2)), hn::Mul(t, slope));
  }
};

template <class T>
void gate_on_target(std::span<const GateStep> steps, std::size_t channels, const T* before, T* features) {
  const Tag<T> d;
  for (const GateStep& step : steps)
    for (std::size_t u = 0; u < channels; u += lanes<T>) {
      if (step.kind == GateStep::Kind::silu) {
        hn::Store(SiluWithSlope<T>(hn::Load(d, before + step.from + u)).value, d, features + step.to + u);
      } else if (step.kind == GateStep::Kind::tanh) {
        hn::Store(TanhWithSlope<T>(hn::Load(d, before + step.from + u)).value, d, features + step.to + u);
      } else {
        const Vec<T> factor = SiluWithSlope<T>(hn::Load(d, before + step.gate + u)).value;
        for (std::size_t m = 0; m < step.components; ++m)
          hn::Store(hn::Mul(factor, hn::Load(d, before + step.from + m * channels + u)), d,
                    features + step.to + m * channels + u);
      }
    }
}

template <class T>
void gate_backward_on_target(std::span<const GateStep> steps, std::size_t channels, const T* before,
                             const T* feature_adjoints, T* adjoints) {
  const Tag<T> d;
  for (const GateStep& step : steps)
    for (std::size_t u = 0; u < channels; u += lanes<T>) {
      const T* g = feature_adjoints + step.to + u;
      if (step.kind == GateStep::Kind::silu) {
        const Vec<T> slope = SiluWithSlope<T>(hn::Load(d, before + step.from + u)).slope;
        hn::Store(hn::Mul(slope, hn::Load(d, g)), d, adjoints + step.from + u);
      } else if (step.kind == GateStep::Kind::tanh) {
        const Vec<T> slope = TanhWithSlope<T>(hn::Load(d, before + step.from + u)).slope;
        hn::Store(hn::Mul(slope, hn::Load(d, g)), d, adjoints + step.from + u);
      } else {
        const SiluWithSlope<T> factor(hn::Load(d, before + step.gate + u));
        Vec<T> on_gate = hn::Zero(d);
        for (std::size_t m = 0; m < step.components; ++m) {
          const Vec<T> gm = hn::Load(d, g + m * channels);
          const std::size_t at = step.from + m * channels + u;
          on_gate = hn::MulAdd(gm, hn::Load(d, before + at), on_gate);
          hn::Store(hn::Mul(gm, factor.value), d, adjoints + at);
        }
        hn::Store(hn::Mul(on_gate, factor.slope), d, adjoints + step.gate + u);
      }
    }
}

// f(V) of the activation of a scalar.
template <class T, class F>
HWY_INLINE void with_activation(GateStep::Kind kind, Vec<T> x, const F& f) {
  if (kind == GateStep::Kind::tanh)
    f(TanhWithSlope<T>(x));
  else
    f(SiluWithSlope<T>(x));
}

template <class T>
void gate_tangent_on_target(std::span<const GateStep> steps, std::size_t channels, const T* before,
                            const T* before_tangents, T* feature_tangents) {
  const Tag<T> d;
  for (const GateStep& step : steps)
    for (std::size_t u = 0; u < channels; u += lanes<T>) {
      if (step.kind != GateStep::Kind::gated) {
        const Vec<T> t = hn::Load(d, before_tangents + step.from + u);
        with_activation<T>(step.kind, hn::Load(d, before + step.from + u), [&](const auto& f) VITRION_INLINE_LAMBDA {
          hn::Store(hn::Mul(f.slope, t), d, feature_tangents + step.to + u);
        });
        continue;
      }
      const SiluWithSlope<T> factor(hn::Load(d, before + step.gate + u));
      const Vec<T> factor_tangent = hn::Mul(factor.slope, hn::Load(d, before_tangents + step.gate + u));
      for (std::size_t m = 0; m < step.components; ++m) {
        const std::size_t at = step.from + m * channels + u;
        hn::Store(hn::MulAdd(factor.value, hn::Load(d, before_tangents + at),
                             hn::Mul(factor_tangent, hn::Load(d, before + at))),
                  d, feature_tangents + step.to + m * channels + u);
      }
    }
}

template <class T>
void gate_backward_tangent_on_target(std::span<const GateStep> steps, std::size_t channels, const T* before,
                                     const T* before_tangents, const T* adjoints, const T* adjoint_tangents,
                                     T* result) {
  const Tag<T> d;
  for (const GateStep& step : steps)
    for (std::size_t u = 0; u < channels; u += lanes<T>) {
      const T *g = adjoints + step.to + u, *dg = adjoint_tangents + step.to + u;
      if (step.kind != GateStep::Kind::gated) {
        const Vec<T> t = hn::Load(d, before_tangents + step.from + u);
        with_activation<T>(step.kind, hn::Load(d, before + step.from + u), [&](const auto& f) VITRION_INLINE_LAMBDA {
          hn::Store(hn::MulAdd(f.slope, hn::Load(d, dg), hn::Mul(hn::Mul(f.bend, t), hn::Load(d, g))), d,
                    result + step.from + u);
        });
        continue;
      }
      const SiluWithSlope<T> factor(hn::Load(d, before + step.gate + u));
      const Vec<T> t = hn::Load(d, before_tangents + step.gate + u), factor_tangent = hn::Mul(factor.slope, t);
      Vec<T> on_gate = hn::Zero(d), on_gate_tangent = hn::Zero(d);
      for (std::size_t m = 0; m < step.components; ++m) {
        const std::size_t at = step.from + m * channels + u;
        const Vec<T> gm = hn::Load(d, g + m * channels), dgm = hn::Load(d, dg + m * channels);
        const Vec<T> z = hn::Load(d, before + at), dz = hn::Load(d, before_tangents + at);
        hn::Store(hn::MulAdd(dgm, factor.value, hn::Mul(gm, factor_tangent)), d, result + at);
        on_gate = hn::MulAdd(gm, z, on_gate);
        on_gate_tangent = hn::MulAdd(dgm, z, hn::MulAdd(gm, dz, on_gate_tangent));
      }
      hn::Store(hn::MulAdd(factor.slope, on_gate_tangent, hn::Mul(hn::Mul(factor.bend, t), on_gate)), d,
                result + step.gate + u);
    }
}

template <class T>
void silu_with_tangent_on_target(std::size_t n, T* values, T* tangents, T* slopes, T* bends) {
  const Tag<T> d;
  for (std::size_t k = 0; k < n; k += lanes<T>) {
    const SiluWithSlope<T> silu(hn::Load(d, values + k));
    const Vec<T> t = hn::Load(d, tangents + k);
    hn::Store(silu.value, d, values + k);
    hn::Store(hn::Mul(silu.slope, t), d, tangents + k);
    hn::Store(silu.slope, d, slopes + k);
    hn::Store(hn::Mul(silu.bend, t), d, bends + k);
  }
}

template <class T>
void silu_with_slope_on_target(std::size_t n, T* values, T* slopes) {
  const Tag<T> d;
  for (std::size_t k = 0; k < n; k += lanes<T>) {
    const SiluWithSlope<T> silu(hn::Load(d, values + k));
    hn::Store(silu.value, d, values + k);
    if (slopes) hn::Store(hn::Mul(silu.slope, hn::Load(d, slopes + k)), d, slopes + k);
  }
}

// The six quintic B-splines that are not zero at t in [0, 1) of an interval, and their derivatives by t.
inline void quintic_basis(double t, double values[6], double slopes[6]) {
  double b[6] = {1, 0, 0, 0, 0, 0};
  for (int degree = 1; degree <= 5; ++degree) {
    if (degree == 5)
      for (int k = 0; k <= 5; ++k) slopes[k] = (k > 0 ? b[k - 1] : 0.0) - (k < 5 ? b[k] : 0.0);
    for (int k = degree; k >= 0; --k)
      b[k] = ((k > 0 ? (t + degree - k) * b[k - 1] : 0.0) + (k < degree ? (k + 1 - t) * b[k] : 0.0)) / degree;
  }
  std::copy(b, b + 6, values);
}

template <class T, bool SLOPES>
HWY_INLINE void look_up_rows(const SplineView<T>& spline, const double* r, std::size_t n, T* values, T* slopes) {
  const Tag<T> d;
  for (std::size_t e = 0; e < n; ++e, values += spline.width, slopes += SLOPES ? spline.width : 0) {
    const double position = r[e] * spline.inverse_step;
    // A distance that is not a number must show in the result.
    const std::size_t last = spline.intervals - 1;
    const std::size_t interval = position < static_cast<double>(last) ? static_cast<std::size_t>(position) : last;
    double b[6], db[6];
    quintic_basis(position - static_cast<double>(interval), b, db);
    Vec<T> B[6], D[6];
    unroll<6>([&]<int k>() VITRION_INLINE_LAMBDA {
      B[k] = hn::Set(d, static_cast<T>(b[k]));
      D[k] = hn::Set(d, static_cast<T>(db[k] * spline.inverse_step));
    });
    const T* row = spline.coefficients + interval * spline.width;
    for (std::size_t u = 0; u < spline.width; u += lanes<T>) {
      Vec<T> value = hn::Zero(d), slope = hn::Zero(d);
      unroll<6>([&]<int k>() VITRION_INLINE_LAMBDA {
        const Vec<T> c = hn::Load(d, row + k * spline.width + u);
        value = hn::MulAdd(B[k], c, value);
        if constexpr (SLOPES) slope = hn::MulAdd(D[k], c, slope);
      });
      hn::Store(value, d, values + u);
      if constexpr (SLOPES) hn::Store(slope, d, slopes + u);
    }
  }
}

template <class T>
void look_up_on_target(const SplineView<T>& spline, const double* r, std::size_t n, T* values, T* slopes) {
  if (slopes)
    look_up_rows<T, true>(spline, r, n, values, slopes);
  else
    look_up_rows<T, false>(spline, r, n, values, slopes);
}

}  // namespace vitrion::potentials::nequip::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
