// The convolution along the edges of one centre, forward and backward. Included once per instruction set.
#if defined(VITRION_NEQUIP_KERNEL_CONVOLUTION_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef VITRION_NEQUIP_KERNEL_CONVOLUTION_INL
#undef VITRION_NEQUIP_KERNEL_CONVOLUTION_INL
#else
#define VITRION_NEQUIP_KERNEL_CONVOLUTION_INL
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "vitrion/potentials/nequip/coupling_pattern.hpp"
#include "vitrion/potentials/nequip/kernel.hpp"

// Lambdas that must be compiled into the loop around them: their results live in registers.
#define VITRION_INLINE_LAMBDA HWY_ATTR __attribute__((always_inline))

HWY_BEFORE_NAMESPACE();
namespace vitrion::potentials::nequip::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T>
using Tag = hn::CappedTag<T, channel_pad<T>>;
template <class T>
using Vec = hn::Vec<Tag<T>>;
template <class T>
inline constexpr std::size_t lanes = hn::MaxLanes(Tag<T>());

// f<0>(), ..., f<N-1>().
template <class F, int... I>
HWY_INLINE void unroll(const F& f, std::integer_sequence<int, I...> /*unused*/) {
  (f.template operator()<I>(), ...);
}
template <int N, class F>
HWY_INLINE void unroll(const F& f) {
  unroll(f, std::make_integer_sequence<int, N>());
}

// The scalar code is for processors from before 2013; blocks of it would only take time to compile.
inline constexpr bool is_scalar = HWY_TARGET == HWY_SCALAR;

// Vectors of channels worked on together: as many sums as fit the registers.
template <int L3>
inline constexpr int channel_block = is_scalar                ? 1
                                     : HWY_TARGET == HWY_AVX3 ? (L3 <= 2 ? 4 : 2)
                                                              : (L3 == 0   ? 4
                                                                 : L3 <= 2 ? 2
                                                                           : 1);

template <class T, int L1, int L2, int L3, int NB>
HWY_INLINE void forward_block(const Convolution<T>& c, const KernelPath<T>& path, std::size_t first) {
  using P = CouplingPattern<L1, L2, L3>;
  const Tag<T> d;
  constexpr std::size_t N = lanes<T>;
  Vec<T> sum[P::n3 * NB];
  T* out = c.messages + path.output + first;
  unroll<P::n3>([&]<int k>() VITRION_INLINE_LAMBDA {
    unroll<NB>([&]<int b>() VITRION_INLINE_LAMBDA {
      sum[k * NB + b] = c.add ? hn::Load(d, out + k * path.stride + b * N) : hn::Zero(d);
    });
  });
  const T* weights = c.weights + path.weight + first;
  const T* couplings = c.couplings + path.coupling;
  for (std::size_t e = 0; e < c.n_edges; ++e, weights += c.weight_width, couplings += c.coupling_width) {
    const T* x = c.features + static_cast<std::size_t>(c.neighbors[e]) * c.feature_width + path.input + first;
    Vec<T> w[std::size_t{NB}];
    unroll<NB>([&]<int b>() VITRION_INLINE_LAMBDA { w[b] = hn::Load(d, weights + b * N); });
    unroll<P::n1>([&]<int i>() VITRION_INLINE_LAMBDA {
      Vec<T> weighted[std::size_t{NB}];
      if constexpr (L2 == 0) {
        unroll<NB>([&]<int b>() VITRION_INLINE_LAMBDA {
          sum[i * NB + b] = hn::MulAdd(w[b], hn::Load(d, x + i * c.channels + b * N), sum[i * NB + b]);
        });
      } else {
        unroll<NB>([&]<int b>()
                       VITRION_INLINE_LAMBDA { weighted[b] = hn::Mul(w[b], hn::Load(d, x + i * c.channels + b * N)); });
        unroll<P::ik.count(i)>([&]<int entry>() VITRION_INLINE_LAMBDA {
          constexpr int pair = P::ik.first[i] + entry, k = P::ik.column[pair];
          const Vec<T> m = hn::Set(d, couplings[pair]);
          unroll<NB>([&]<int b>()
                         VITRION_INLINE_LAMBDA { sum[k * NB + b] = hn::MulAdd(m, weighted[b], sum[k * NB + b]); });
        });
      }
    });
  }
  unroll<P::n3>([&]<int k>() VITRION_INLINE_LAMBDA {
    unroll<NB>([&]<int b>() VITRION_INLINE_LAMBDA { hn::Store(sum[k * NB + b], d, out + k * path.stride + b * N); });
  });
}

template <class T, int L1, int L2, int L3>
HWY_NOINLINE void forward_path(const Convolution<T>& c, const KernelPath<T>& path) {
  constexpr std::size_t N = lanes<T>;
  std::size_t first = 0;
  const auto blocks_of = [&](auto size) VITRION_INLINE_LAMBDA {
    for (; first + size * N <= c.channels; first += size * N) forward_block<T, L1, L2, L3, size>(c, path, first);
  };
  constexpr int most = channel_block<L3>;
  blocks_of(std::integral_constant<int, most>());
  if constexpr (most > 2) blocks_of(std::integral_constant<int, 2>());
  if constexpr (most > 1) blocks_of(std::integral_constant<int, 1>());
}

// p_ij = sqrt(2 l3 + 1) sum_k C_ijk (adjoint of message k): the same for all edges of the centre.
template <class T, int L1, int L2, int L3>
HWY_INLINE void contract_message_adjoints(const Convolution<T>& c, const KernelPath<T>& path) {
  using P = CouplingPattern<L1, L2, L3>;
  const Tag<T> d;
  constexpr std::size_t N = lanes<T>;
  for (std::size_t u = 0; u < c.channels; u += N) {
    Vec<T> g[P::n3];
    unroll<P::n3>([&]<int k>() VITRION_INLINE_LAMBDA {
      g[k] = hn::Load(d, c.message_adjoints + path.output + k * path.stride + u);
    });
    unroll<P::n_pairs>([&]<int pair>() VITRION_INLINE_LAMBDA {
      Vec<T> sum = hn::Zero(d);
      unroll<P::ijk.count(pair)>([&]<int entry>() VITRION_INLINE_LAMBDA {
        constexpr int element = P::ijk.first[pair] + entry;
        sum = hn::MulAdd(hn::Set(d, path.coefficients[element]), g[P::ijk.column[element]], sum);
      });
      hn::Store(sum, d, c.scratch + pair * c.channels + u);
    });
  }
}

// FORCES: adjoints of r and Y; else: of the radial weights. `sums` holds a vector for each of them and every edge.
template <class T, int L1, int L2, int L3, bool FORCES>
HWY_NOINLINE void backward_path(const Convolution<T>& c, const KernelPath<T>& path, T* sums) {
  using P = CouplingPattern<L1, L2, L3>;
  const Tag<T> d;
  constexpr std::size_t N = lanes<T>;
  if constexpr (L2 > 0) contract_message_adjoints<T, L1, L2, L3>(c, path);
  for (std::size_t e = 0; e < c.n_edges; ++e) {
    const auto row = static_cast<std::size_t>(c.neighbors[e]) * c.feature_width + path.input;
    const T* x = c.features + row;
    T* gx = c.feature_adjoints + row;
    const std::size_t at = e * c.weight_width + path.weight;
    Vec<T> Y[P::n2], gY[P::n2], gr = hn::Zero(d);
    unroll<P::n2>([&]<int j>() VITRION_INLINE_LAMBDA {
      if constexpr (L2 > 0) Y[j] = hn::Set(d, c.harmonics[e * c.harmonics_width + L2 * L2 + j]);
      gY[j] = hn::Zero(d);
    });
    for (std::size_t u = 0; u < c.channels; u += N) {
      const Vec<T> w = hn::Load(d, c.weights + at + u);
      Vec<T> gw = hn::Zero(d);
      unroll<P::n1>([&]<int i>() VITRION_INLINE_LAMBDA {
        const Vec<T> xi = hn::Load(d, x + i * c.channels + u);
        Vec<T> s;
        if constexpr (L2 == 0) {
          s = hn::Load(d, c.message_adjoints + path.output + i * path.stride + u);
        } else {
          s = hn::Zero(d);
          const Vec<T> weighted = hn::Mul(w, xi);
          unroll<P::ij.count(i)>([&]<int entry>() VITRION_INLINE_LAMBDA {
            constexpr int pair = P::ij.first[i] + entry, j = P::ij.column[pair];
            const Vec<T> p = hn::Load(d, c.scratch + pair * c.channels + u);
            s = hn::MulAdd(p, Y[j], s);
            if constexpr (FORCES) gY[j] = hn::MulAdd(p, weighted, gY[j]);
          });
        }
        T* to = gx + i * c.channels + u;
        hn::Store(hn::MulAdd(w, s, hn::Load(d, to)), d, to);
        gw = hn::MulAdd(xi, s, gw);
      });
      if constexpr (FORCES) {
        gr = hn::MulAdd(gw, hn::Load(d, c.weight_slopes + at + u), gr);
      } else {
        T* to = c.weight_adjoints + at + u;
        hn::Store(hn::Add(gw, hn::Load(d, to)), d, to);
      }
    }
    if constexpr (FORCES) {
      T* sum = sums + e * c.harmonics_width * N;
      hn::Store(hn::Add(gr, hn::Load(d, sum)), d, sum);
      if constexpr (L2 > 0)
        unroll<P::n2>([&]<int j>() VITRION_INLINE_LAMBDA {
          T* to = sum + (L2 * L2 + j) * N;
          hn::Store(hn::Add(gY[j], hn::Load(d, to)), d, to);
        });
    }
  }
}

// Calls f with constant l1, l2, l3.
template <class F>
HWY_INLINE void with_constant_l(int l1, int l2, int l3, const F& f) {
  constexpr int n = largest_l + 1;
  const int which = (l1 * n + l2) * n + l3;
  unroll<n * n * n>([&]<int at>() VITRION_INLINE_LAMBDA {
    constexpr int a = at / n / n, b = at / n % n, c = at % n;
    if constexpr (c >= (a > b ? a - b : b - a) && c <= a + b)
      if (which == at)
        f(std::integral_constant<int, a>(), std::integral_constant<int, b>(), std::integral_constant<int, c>());
  });
}

template <class T>
void forward(const Convolution<T>& c) {
  for (const KernelPath<T>& path : c.paths)
    with_constant_l(path.l1, path.l2, path.l3,
                    [&](auto l1, auto l2, auto l3) VITRION_INLINE_LAMBDA { forward_path<T, l1, l2, l3>(c, path); });
}

template <class T, bool FORCES>
HWY_INLINE void backward_paths(const Convolution<T>& c, T* sums) {
  for (const KernelPath<T>& path : c.paths)
    with_constant_l(path.l1, path.l2, path.l3, [&](auto l1, auto l2, auto l3) VITRION_INLINE_LAMBDA {
      backward_path<T, l1, l2, l3, FORCES>(c, path, sums);
    });
}

template <class T>
void backward(const Convolution<T>& c) {
  if (c.weight_adjoints) return backward_paths<T, false>(c, nullptr);
  const Tag<T> d;
  constexpr std::size_t N = lanes<T>;
  constexpr std::size_t most_pairs = (2 * largest_l + 1) * (2 * largest_l + 1);
  T* sums = c.scratch + most_pairs * c.channels;
  const std::size_t n = c.n_edges * c.harmonics_width;
  std::fill(sums, sums + n * N, T(0));
  backward_paths<T, true>(c, sums);
  for (std::size_t k = 0; k < n; ++k) c.edge_adjoints[k] = hn::GetLane(hn::SumOfLanes(d, hn::Load(d, sums + k * N)));
}

}  // namespace vitrion::potentials::nequip::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
