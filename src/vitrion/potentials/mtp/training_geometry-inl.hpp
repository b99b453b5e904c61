// Radial functions and monomials of one neighbourhood, the part every training kernel starts with. Included once per
// instruction set (Highway).
#include "vitrion/potentials/aligned.hpp"
#include "vitrion/potentials/mtp/configuration.hpp"
#include "vitrion/potentials/mtp/scheme.hpp"

#ifndef VITRION_MTP_TRAINING_GEOMETRY_ONCE
#define VITRION_MTP_TRAINING_GEOMETRY_ONCE
namespace vitrion::potentials::mtp {

/// Arrays over the lanes of one Environment; every row has `stride` lanes.
struct Geometry {
  int stride = 0;
  AlignedVector<double> ux, uy, uz, inverse_r;  ///< unit vector, 1/Å
  AlignedVector<double> phi, dphi;              ///< [k][lane], radial basis functions and their derivatives
  AlignedVector<double> phi_row, dphi_row;      ///< [lane][k padded]: the same, transposed
  AlignedVector<double> f, df;                  ///< [mu][lane], radial functions and their derivatives
  AlignedVector<double> monomial;               ///< [monomial][lane]

  void resize(const Scheme& s, int lanes) {
    if (lanes <= stride) return;
    stride = lanes;
    const auto n = static_cast<std::size_t>(lanes);
    for (auto* v : {&ux, &uy, &uz, &inverse_r}) v->resize(n);
    for (auto* v : {&phi, &dphi, &phi_row, &dphi_row}) v->assign(n * static_cast<std::size_t>(s.n_k_padded), 0.0);
    for (auto* v : {&f, &df}) v->resize(n * static_cast<std::size_t>(s.n_mu));
    monomial.resize(n * s.monomials.size());
  }
};

}  // namespace vitrion::potentials::mtp
#endif

#if defined(VITRION_MTP_TRAINING_GEOMETRY_TARGET) == defined(HWY_TARGET_TOGGLE)
#ifdef VITRION_MTP_TRAINING_GEOMETRY_TARGET
#undef VITRION_MTP_TRAINING_GEOMETRY_TARGET
#else
#define VITRION_MTP_TRAINING_GEOMETRY_TARGET
#endif

HWY_BEFORE_NAMESPACE();
namespace vitrion::potentials::mtp::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<double, vector_pad>;

// phi_k = scaling T_k(t) (r - rc)^2 and derivatives, by the Chebyshev recurrence.
static void radial_basis(const Scheme& s, const double* r, int lanes, Geometry& geo) {
  const D d;
  const int n = static_cast<int>(hn::Lanes(d));
  const double slope = 2 / (s.max_dist - s.min_dist);
  const auto tp = hn::Set(d, slope);
  const auto two = hn::Set(d, 2.0);
  for (int j = 0; j < lanes; j += n) {
    const auto rj = hn::Load(d, r + j);
    const auto t = hn::MulAdd(rj, tp, hn::Set(d, -(s.min_dist + s.max_dist) / (s.max_dist - s.min_dist)));
    const auto inside = hn::Sub(rj, hn::Set(d, s.max_dist));
    const auto scaled = hn::Mul(hn::Set(d, s.scaling), inside);
    auto phi0 = hn::Mul(scaled, inside), dphi0 = hn::Mul(two, scaled);
    auto phi1 = hn::Mul(phi0, t), dphi1 = hn::MulAdd(dphi0, t, hn::Mul(phi0, tp));
    for (int k = 0; k < s.n_k; ++k) {
      hn::Store(phi0, d, geo.phi.data() + k * geo.stride + j);
      hn::Store(dphi0, d, geo.dphi.data() + k * geo.stride + j);
      const auto next = hn::MulSub(hn::Mul(two, t), phi1, phi0);
      const auto dnext = hn::MulSub(two, hn::MulAdd(tp, phi1, hn::Mul(t, dphi1)), dphi0);
      phi0 = phi1;
      dphi0 = dphi1;
      phi1 = next;
      dphi1 = dnext;
    }
  }
  for (int j = 0; j < lanes; ++j)
    for (int k = 0; k < s.n_k; ++k) {
      geo.phi_row[static_cast<std::size_t>(j * s.n_k_padded + k)] =
          geo.phi[static_cast<std::size_t>(k * geo.stride + j)];
      geo.dphi_row[static_cast<std::size_t>(j * s.n_k_padded + k)] =
          geo.dphi[static_cast<std::size_t>(k * geo.stride + j)];
    }
}

// f_mu = sum_k c[center][neighbour][mu][k] phi_k.
static void radial_functions(const Scheme& s, const double* c, const std::int64_t* types, int lanes, Geometry& geo) {
  const D d;
  const hn::Rebind<std::int64_t, D> di;
  const int n = static_cast<int>(hn::Lanes(d));
  const int per_type = s.n_mu * s.n_k;
  for (int j = 0; j < lanes; j += n) {
    HWY_ALIGN std::int64_t starts[hn::MaxLanes(D())];
    for (int i = 0; i < n; ++i) starts[i] = types[j + i] * per_type;
    const auto start = hn::Load(di, starts);
    for (int mu = 0; mu < s.n_mu; ++mu) {
      auto f = hn::Zero(d), df = hn::Zero(d);
      for (int k = 0; k < s.n_k; ++k) {
        const auto coefficient = hn::GatherIndex(d, c + mu * s.n_k + k, start);
        f = hn::MulAdd(coefficient, hn::Load(d, geo.phi.data() + k * geo.stride + j), f);
        df = hn::MulAdd(coefficient, hn::Load(d, geo.dphi.data() + k * geo.stride + j), df);
      }
      hn::Store(f, d, geo.f.data() + mu * geo.stride + j);
      hn::Store(df, d, geo.df.data() + mu * geo.stride + j);
    }
  }
}

static void monomials(const Scheme& s, int lanes, Geometry& geo) {
  const D d;
  const int n = static_cast<int>(hn::Lanes(d));
  std::fill_n(geo.monomial.begin(), lanes, 1.0);
  const double* u[3] = {geo.ux.data(), geo.uy.data(), geo.uz.data()};
  for (std::size_t p = 1; p < s.monomials.size(); ++p) {
    const double* from = geo.monomial.data() + s.monomials[p].parent * geo.stride;
    const double* times = u[s.monomials[p].axis];
    double* to = geo.monomial.data() + static_cast<int>(p) * geo.stride;
    for (int j = 0; j < lanes; j += n) hn::Store(hn::Mul(hn::Load(d, from + j), hn::Load(d, times + j)), d, to + j);
  }
}

static void compute_geometry(const Scheme& s, const double* theta, const Configuration& c, const Environment& e,
                             Geometry& geo) {
  const D d;
  const int n = static_cast<int>(hn::Lanes(d));
  geo.resize(s, e.lanes);
  for (int j = 0; j < e.lanes; j += n) {
    const auto inverse = hn::Div(hn::Set(d, 1.0), hn::Load(d, c.r.data() + e.first + j));
    hn::Store(inverse, d, geo.inverse_r.data() + j);
    hn::Store(hn::Mul(hn::Load(d, c.x.data() + e.first + j), inverse), d, geo.ux.data() + j);
    hn::Store(hn::Mul(hn::Load(d, c.y.data() + e.first + j), inverse), d, geo.uy.data() + j);
    hn::Store(hn::Mul(hn::Load(d, c.z.data() + e.first + j), inverse), d, geo.uz.data() + j);
  }
  radial_basis(s, c.r.data() + e.first, e.lanes, geo);
  radial_functions(s, theta + e.type * s.n_block(), c.type_of.data() + e.first, e.lanes, geo);
  monomials(s, e.lanes, geo);
}

// gm = sum over basic moments b of radial function mu of g_b * monomial_b, and its gradient (hx, hy, hz) by the
// neighbour's position, for every neighbour; g_b stands at g[b * step].
static void moment_adjoints(const Scheme& s, int mu, const double* g, int step, int lanes, const Geometry& geo,
                            double* gm, double* hx, double* hy, double* hz) {
  const D d;
  const int n = static_cast<int>(hn::Lanes(d));
  for (int j = 0; j < lanes; j += n) {
    auto sum = hn::Zero(d), by_degree = hn::Zero(d), x = hn::Zero(d), y = hn::Zero(d), z = hn::Zero(d);
    for (const int b : s.basic_of_mu[static_cast<std::size_t>(mu)]) {
      const int row = s.basic[static_cast<std::size_t>(b)].monomial;
      const auto& mono = s.monomials[static_cast<std::size_t>(row)];
      const double gb = g[b * step];
      const auto lowered = [&](std::size_t a) {
        return hn::Load(d, geo.monomial.data() + mono.lowered[a] * geo.stride + j);
      };
      const auto gp = hn::Mul(hn::Set(d, gb), hn::Load(d, geo.monomial.data() + row * geo.stride + j));
      sum = hn::Add(sum, gp);
      if (mono.degree == 0) continue;
      by_degree = hn::MulAdd(hn::Set(d, mono.degree), gp, by_degree);
      if (mono.power[0] > 0) x = hn::MulAdd(hn::Set(d, gb * mono.power[0]), lowered(0), x);
      if (mono.power[1] > 0) y = hn::MulAdd(hn::Set(d, gb * mono.power[1]), lowered(1), y);
      if (mono.power[2] > 0) z = hn::MulAdd(hn::Set(d, gb * mono.power[2]), lowered(2), z);
    }
    const auto ir = hn::Load(d, geo.inverse_r.data() + j);
    hn::Store(sum, d, gm + j);
    hn::Store(hn::Mul(ir, hn::NegMulAdd(hn::Load(d, geo.ux.data() + j), by_degree, x)), d, hx + j);
    hn::Store(hn::Mul(ir, hn::NegMulAdd(hn::Load(d, geo.uy.data() + j), by_degree, y)), d, hy + j);
    hn::Store(hn::Mul(ir, hn::NegMulAdd(hn::Load(d, geo.uz.data() + j), by_degree, z)), d, hz + j);
  }
}

}  // namespace vitrion::potentials::mtp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
