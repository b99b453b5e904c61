#include "vitrion/potentials/mtp/jacobian.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vitrion/potentials/mtp/jacobian.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "vitrion/potentials/mtp/training_geometry-inl.hpp"

// Directions are swept in blocks of so many: the tangents of all moments of a block stay in the cache.
#ifndef VITRION_MTP_TRAINING_BLOCK
#define VITRION_MTP_TRAINING_BLOCK
namespace vitrion::potentials::mtp {
inline constexpr int block = 16;

struct Jacobian::Scratch {
  Geometry geometry;
  int n_owner_pad = 0;  // lanes per axis
  int lanes = 0;        // 3 n_owner_pad + strains, a multiple of block
  bool strains = false;
  AlignedVector<double> m, g;              // moments and adjoints
  AlignedVector<double> by_a, by_b, by_g;  // multiplicity * m[a], * m[b], * g[target] of each product
  AlignedVector<double> basic;             // [basic][lanes]: tangents of the basic moments
  AlignedVector<double> dm, dg;            // [moment][block]
  AlignedVector<double> scalar;            // [scalar][lanes]
  AlignedVector<double> q;                 // [monomial][type][k]: sum over neighbours of phi_k times monomial
  AlignedVector<double> radial;            // [type][mu][k padded][lanes]
  AlignedVector<double> energy;            // [type][mu][k padded]
  AlignedVector<double> gm, hx, hy, hz;    // [lane]: see second_order
};
}  // namespace vitrion::potentials::mtp
#endif

HWY_BEFORE_NAMESPACE();
namespace vitrion::potentials::mtp::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Moments and, along every direction, tangents of the basic ones.
static void basic_tangents(const Scheme& s, const Configuration& c, const Environment& e, Jacobian::Scratch& w) {
  const D d;
  const int n = static_cast<int>(hn::Lanes(d));
  const Geometry& geo = w.geometry;
  const int stride = geo.stride;
  for (int b = 0; b < s.n_basic(); ++b) {
    const auto& basic = s.basic[static_cast<std::size_t>(b)];
    const auto& mono = s.monomials[static_cast<std::size_t>(basic.monomial)];
    const double* p = geo.monomial.data() + basic.monomial * stride;
    const double* f = geo.f.data() + basic.mu * stride;
    const double* df = geo.df.data() + basic.mu * stride;
    const double* low[3];
    for (std::size_t a = 0; a < 3; ++a) low[a] = geo.monomial.data() + std::max(mono.lowered[a], 0) * stride;
    const auto px = hn::Set(d, mono.power[0]), py = hn::Set(d, mono.power[1]), pz = hn::Set(d, mono.power[2]);
    const auto degree = hn::Set(d, mono.degree);
    double* out = w.basic.data() + b * w.lanes;
    auto sum = hn::Zero(d);
    auto xx = hn::Zero(d), yy = hn::Zero(d), zz = hn::Zero(d), yz = hn::Zero(d), xz = hn::Zero(d), xy = hn::Zero(d);
    bool first = true;
    for (const Environment::Slot& slot : e.slots) {
      const int start = slot.first - e.first, end = padded(slot.count);
      for (int l = 0; l < end; l += n) {
        const int j = start + l;
        const auto pj = hn::Load(d, p + j), fj = hn::Load(d, f + j), ir = hn::Load(d, geo.inverse_r.data() + j);
        const auto f_r = hn::Mul(fj, ir);
        sum = hn::MulAdd(fj, pj, sum);
        const auto along = hn::Mul(pj, hn::NegMulAdd(degree, f_r, hn::Load(d, df + j)));
        auto tx = hn::Mul(along, hn::Load(d, geo.ux.data() + j));
        auto ty = hn::Mul(along, hn::Load(d, geo.uy.data() + j));
        auto tz = hn::Mul(along, hn::Load(d, geo.uz.data() + j));
        if (mono.power[0] > 0) tx = hn::MulAdd(hn::Mul(px, f_r), hn::Load(d, low[0] + j), tx);
        if (mono.power[1] > 0) ty = hn::MulAdd(hn::Mul(py, f_r), hn::Load(d, low[1] + j), ty);
        if (mono.power[2] > 0) tz = hn::MulAdd(hn::Mul(pz, f_r), hn::Load(d, low[2] + j), tz);
        double* ox = out + l;
        double* oy = ox + w.n_owner_pad;
        double* oz = oy + w.n_owner_pad;
        hn::Store(first ? tx : hn::Add(tx, hn::Load(d, ox)), d, ox);
        hn::Store(first ? ty : hn::Add(ty, hn::Load(d, oy)), d, oy);
        hn::Store(first ? tz : hn::Add(tz, hn::Load(d, oz)), d, oz);
        if (w.strains) {
          const auto x = hn::Load(d, c.x.data() + e.first + j), y = hn::Load(d, c.y.data() + e.first + j),
                     z = hn::Load(d, c.z.data() + e.first + j);
          xx = hn::MulAdd(tx, x, xx);
          yy = hn::MulAdd(ty, y, yy);
          zz = hn::MulAdd(tz, z, zz);
          yz = hn::MulAdd(ty, z, yz);
          xz = hn::MulAdd(tx, z, xz);
          xy = hn::MulAdd(tx, y, xy);
        }
      }
      first = false;
    }
    w.m[static_cast<std::size_t>(b)] = hn::GetLane(hn::SumOfLanes(d, sum));
    double* strain = out + 3 * w.n_owner_pad;
    std::fill(strain, out + w.lanes, 0.0);
    if (!w.strains) continue;
    strain[0] = hn::GetLane(hn::SumOfLanes(d, xx));
    strain[1] = hn::GetLane(hn::SumOfLanes(d, yy));
    strain[2] = hn::GetLane(hn::SumOfLanes(d, zz));
    strain[3] = hn::GetLane(hn::SumOfLanes(d, yz));
    strain[4] = hn::GetLane(hn::SumOfLanes(d, xz));
    strain[5] = hn::GetLane(hn::SumOfLanes(d, xy));
  }
}

// All moments, and adjoints g = dV_i/dm when `reverse`.
static void sweep_values(const Scheme& s, const double* moment_coeffs, bool reverse, Jacobian::Scratch& w) {
  double* m = w.m.data();
  std::fill(m + s.n_basic(), m + s.n_moments, 0.0);
  for (const auto& t : s.targets) {
    double sum = 0;
    for (int i = t.first; i < t.last; ++i) {
      const auto& p = s.products[static_cast<std::size_t>(i)];
      const double a = p.multiplicity * m[p.a];
      w.by_a[static_cast<std::size_t>(i)] = a;
      w.by_b[static_cast<std::size_t>(i)] = p.multiplicity * m[p.b];
      sum += a * m[p.b];
    }
    m[t.moment] = sum;
  }
  if (!reverse) return;
  double* g = w.g.data();
  std::fill(g, g + s.n_moments, 0.0);
  for (int a = 0; a < s.n_scalars(); ++a) g[s.scalars[static_cast<std::size_t>(a)]] += moment_coeffs[a];
  for (auto t = s.targets.rbegin(); t != s.targets.rend(); ++t) {
    const double gt = g[t->moment];
    for (int i = t->last - 1; i >= t->first; --i) {
      const auto& p = s.products[static_cast<std::size_t>(i)];
      w.by_g[static_cast<std::size_t>(i)] = p.multiplicity * gt;
      g[p.a] += gt * w.by_b[static_cast<std::size_t>(i)];
      g[p.b] += gt * w.by_a[static_cast<std::size_t>(i)];
    }
  }
}

// Tangents of all moments along one block of directions; those of the scalars are kept.
static void sweep_forward(const Scheme& s, int offset, Jacobian::Scratch& w) {
  const D d;
  constexpr int n = hn::MaxLanes(D());
  double* HWY_RESTRICT dm = w.dm.data();
  for (int b = 0; b < s.n_basic(); ++b) std::copy_n(w.basic.data() + b * w.lanes + offset, block, dm + b * block);
  for (const auto& t : s.targets) {
    hn::Vec<D> sum[block / n];
    for (int v = 0; v < block / n; ++v) sum[v] = hn::Zero(d);
    for (int i = t.first; i < t.last; ++i) {
      const auto& p = s.products[static_cast<std::size_t>(i)];
      const auto a = hn::Set(d, w.by_a[static_cast<std::size_t>(i)]),
                 b = hn::Set(d, w.by_b[static_cast<std::size_t>(i)]);
      for (int v = 0; v < block / n; ++v)
        sum[v] = hn::MulAdd(b, hn::Load(d, dm + p.a * block + v * n),
                            hn::MulAdd(a, hn::Load(d, dm + p.b * block + v * n), sum[v]));
    }
    for (int v = 0; v < block / n; ++v) hn::Store(sum[v], d, dm + t.moment * block + v * n);
  }
  for (int a = 0; a < s.n_scalars(); ++a)
    std::copy_n(dm + s.scalars[static_cast<std::size_t>(a)] * block, block, w.scalar.data() + a * w.lanes + offset);
}

// Tangents of the adjoints along the same block.
static void sweep_reverse(const Scheme& s, Jacobian::Scratch& w) {
  const D d;
  constexpr int n = hn::MaxLanes(D());
  const double* HWY_RESTRICT dm = w.dm.data();
  double* dg = w.dg.data();
  std::fill(dg, dg + s.n_moments * block, 0.0);
  for (auto t = s.targets.rbegin(); t != s.targets.rend(); ++t) {
    hn::Vec<D> gt[block / n];
    for (int v = 0; v < block / n; ++v) gt[v] = hn::Load(d, dg + t->moment * block + v * n);
    for (int i = t->last - 1; i >= t->first; --i) {
      const auto& p = s.products[static_cast<std::size_t>(i)];
      const auto by_g = hn::Set(d, w.by_g[static_cast<std::size_t>(i)]);
      double* ga = dg + p.a * block;
      double* gb = dg + p.b * block;
      const double* ma = dm + p.a * block;
      const double* mb = dm + p.b * block;
      if (t->terminal) {  // the adjoint of a terminal moment is a coefficient: its tangent vanishes
        for (int v = 0; v < block / n; ++v) {
          hn::Store(hn::MulAdd(by_g, hn::Load(d, mb + v * n), hn::Load(d, ga + v * n)), d, ga + v * n);
          hn::Store(hn::MulAdd(by_g, hn::Load(d, ma + v * n), hn::Load(d, gb + v * n)), d, gb + v * n);
        }
        continue;
      }
      const auto a = hn::Set(d, w.by_a[static_cast<std::size_t>(i)]),
                 b = hn::Set(d, w.by_b[static_cast<std::size_t>(i)]);
      for (int v = 0; v < block / n; ++v) {
        hn::Store(hn::MulAdd(by_g, hn::Load(d, mb + v * n), hn::MulAdd(gt[v], b, hn::Load(d, ga + v * n))), d,
                  ga + v * n);
        hn::Store(hn::MulAdd(by_g, hn::Load(d, ma + v * n), hn::MulAdd(gt[v], a, hn::Load(d, gb + v * n))), d,
                  gb + v * n);
      }
    }
  }
}

// q[monomial][type][k] = sum over neighbours of that type of phi_k * monomial: d(basic moment)/d(radial coefficient).
static void radial_sums(const Scheme& s, const Environment& e, Jacobian::Scratch& w) {
  const D d;
  const int n = static_cast<int>(hn::Lanes(d));
  const Geometry& geo = w.geometry;
  const int pad = s.n_k_padded;
  const auto n_monomials = static_cast<int>(s.monomials.size());
  for (int type = 0; type < s.n_types; ++type) {
    const auto& lanes = e.of_type[static_cast<std::size_t>(type)];
    if (lanes.empty()) continue;
    for (int p = 0; p < n_monomials; p += 4) {
      const double* row[4];
      for (int r = 0; r < 4; ++r) row[r] = geo.monomial.data() + std::min(p + r, n_monomials - 1) * geo.stride;
      for (int k = 0; k < pad; k += n) {
        auto s0 = hn::Zero(d), s1 = hn::Zero(d), s2 = hn::Zero(d), s3 = hn::Zero(d);
        for (const int lane : lanes) {
          const int j = lane - e.first;
          const auto phi = hn::Load(d, geo.phi_row.data() + j * pad + k);
          s0 = hn::MulAdd(hn::Set(d, row[0][j]), phi, s0);
          s1 = hn::MulAdd(hn::Set(d, row[1][j]), phi, s1);
          s2 = hn::MulAdd(hn::Set(d, row[2][j]), phi, s2);
          s3 = hn::MulAdd(hn::Set(d, row[3][j]), phi, s3);
        }
        double* out = w.q.data() + (p * s.n_types + type) * pad + k;
        const int next = s.n_types * pad;
        hn::Store(s0, d, out);
        if (p + 1 < n_monomials) hn::Store(s1, d, out + next);
        if (p + 2 < n_monomials) hn::Store(s2, d, out + 2 * next);
        if (p + 3 < n_monomials) hn::Store(s3, d, out + 3 * next);
      }
    }
  }
}

// Radial columns, the part g_b * d2(m_b)/d(coefficient)d(direction), and the energy row.
static void second_order(const Scheme& s, const Configuration& c, const Environment& e, Jacobian::Scratch& w) {
  const D d;
  const int n = static_cast<int>(hn::Lanes(d));
  const Geometry& geo = w.geometry;
  const int stride = geo.stride, pad = s.n_k_padded;
  for (int mu = 0; mu < s.n_mu; ++mu) {
    moment_adjoints(s, mu, w.g.data(), 1, e.lanes, geo, w.gm.data(), w.hx.data(), w.hy.data(), w.hz.data());
    for (int type = 0; type < s.n_types; ++type) {
      if (e.of_type[static_cast<std::size_t>(type)].empty()) continue;
      double* out = w.radial.data() + (type * s.n_mu + mu) * pad * w.lanes;
      const auto mine = hn::Set(hn::Rebind<std::int64_t, D>(), type);
      bool first = true;
      for (const Environment::Slot& slot : e.slots) {
        for (int l = 0; l < padded(slot.count); l += n) {
          const int j = slot.first - e.first + l;
          const auto is_mine =
              hn::RebindMask(d, hn::Eq(hn::Load(hn::Rebind<std::int64_t, D>(), c.type_of.data() + e.first + j), mine));
          const auto gm = hn::IfThenElseZero(is_mine, hn::Load(d, w.gm.data() + j));
          const hn::Vec<D> u[3] = {hn::Mul(gm, hn::Load(d, geo.ux.data() + j)),
                                   hn::Mul(gm, hn::Load(d, geo.uy.data() + j)),
                                   hn::Mul(gm, hn::Load(d, geo.uz.data() + j))};
          const hn::Vec<D> h[3] = {hn::IfThenElseZero(is_mine, hn::Load(d, w.hx.data() + j)),
                                   hn::IfThenElseZero(is_mine, hn::Load(d, w.hy.data() + j)),
                                   hn::IfThenElseZero(is_mine, hn::Load(d, w.hz.data() + j))};
          for (int k = 0; k < s.n_k; ++k) {
            const auto phi = hn::Load(d, geo.phi.data() + k * stride + j);
            const auto dphi = hn::Load(d, geo.dphi.data() + k * stride + j);
            for (int a = 0; a < 3; ++a) {
              double* to = out + k * w.lanes + a * w.n_owner_pad + l;
              const auto term = hn::MulAdd(dphi, u[a], hn::Mul(phi, h[a]));
              hn::Store(first ? term : hn::Add(term, hn::Load(d, to)), d, to);
            }
          }
        }
        first = false;
      }
      for (int k = 0; k < pad; k += n) {
        auto energy = hn::Zero(d);
        hn::Vec<D> strain[6] = {energy, energy, energy, energy, energy, energy};
        for (const int lane : e.of_type[static_cast<std::size_t>(type)]) {
          const int j = lane - e.first;
          const auto phi = hn::Load(d, geo.phi_row.data() + j * pad + k);
          energy = hn::MulAdd(phi, hn::Set(d, w.gm[static_cast<std::size_t>(j)]), energy);
          if (!w.strains) continue;
          const auto dphi = hn::Load(d, geo.dphi_row.data() + j * pad + k);
          const auto at = static_cast<std::size_t>(j), in = static_cast<std::size_t>(lane);
          const double u[3] = {w.gm[at] * geo.ux[at], w.gm[at] * geo.uy[at], w.gm[at] * geo.uz[at]};
          const double h[3] = {w.hx[at], w.hy[at], w.hz[at]};
          const double x[3] = {c.x[in], c.y[in], c.z[in]};
          for (std::size_t v = 0; v < 6; ++v) {
            const int a = voigt[v][0], b = voigt[v][1];
            strain[v] = hn::MulAdd(dphi, hn::Set(d, u[a] * x[b]), hn::MulAdd(phi, hn::Set(d, h[a] * x[b]), strain[v]));
          }
        }
        hn::Store(energy, d, w.energy.data() + (type * s.n_mu + mu) * pad + k);
        double values[6][hn::MaxLanes(D())];
        for (int v = 0; v < 6; ++v) hn::StoreU(strain[v], d, values[v]);
        for (int i = 0; i < n && k + i < s.n_k; ++i) {
          double* to = out + (k + i) * w.lanes + 3 * w.n_owner_pad;
          std::fill(to, out + (k + i + 1) * w.lanes, 0.0);
          if (w.strains)
            for (int v = 0; v < 6; ++v) to[v] = values[v][i];
        }
      }
    }
  }
}

// Radial columns, the part (dg_b along the direction) * dm_b/d(coefficient), for one block: a small matrix product.
static void first_order(const Scheme& s, const Environment& e, int offset, Jacobian::Scratch& w) {
  const D d;
  const int n = static_cast<int>(hn::Lanes(d));
  const int pad = s.n_k_padded;
  for (int type = 0; type < s.n_types; ++type) {
    if (e.of_type[static_cast<std::size_t>(type)].empty()) continue;
    for (int mu = 0; mu < s.n_mu; ++mu)
      for (int k = 0; k < s.n_k; k += 4) {
        for (int v = 0; v < block; v += 2 * n) {
          hn::Vec<D> sum[4][2];
          double* out = w.radial.data() + ((type * s.n_mu + mu) * pad + k) * w.lanes + offset + v;
          for (int r = 0; r < 4; ++r)
            for (int h = 0; h < 2; ++h) sum[r][h] = hn::Load(d, out + r * w.lanes + h * n);
          for (const int b : s.basic_of_mu[static_cast<std::size_t>(mu)]) {
            const double* q = w.q.data() + (s.basic[static_cast<std::size_t>(b)].monomial * s.n_types + type) * pad + k;
            const auto g0 = hn::Load(d, w.dg.data() + b * block + v);
            const auto g1 = hn::Load(d, w.dg.data() + b * block + v + n);
            for (int r = 0; r < 4; ++r) {
              const auto qr = hn::Set(d, q[r]);
              sum[r][0] = hn::MulAdd(qr, g0, sum[r][0]);
              sum[r][1] = hn::MulAdd(qr, g1, sum[r][1]);
            }
          }
          for (int r = 0; r < 4; ++r)
            for (int h = 0; h < 2; ++h) hn::Store(sum[r][h], d, out + r * w.lanes + h * n);
        }
      }
  }
}

// Adds dV_i along every direction to one column: forces are minus the derivative, the centre moves against everyone.
static void scatter(const Configuration& c, const Environment& e, const Jacobian::Scratch& w, const double* row,
                    double energy, double* column) {
  const int n_owners = static_cast<int>(e.owners.size());
  for (int a = 0; a < 3; ++a) {
    double sum = 0;
    double* force = column + a * c.n_atoms;
    const double* values = row + a * w.n_owner_pad;
    for (int l = 0; l < n_owners; ++l) {
      force[e.owners[static_cast<std::size_t>(l)]] -= values[l];
      sum += values[l];
    }
    force[e.center] += sum;
  }
  double* rest = column + 3 * c.n_atoms;
  if (w.strains)
    for (int v = 0; v < 6; ++v) rest[v] -= row[3 * w.n_owner_pad + v];
  rest[6] += energy;
}

static void add_environment(const Scheme& s, const double* theta, const Configuration& c, const Environment& e,
                            bool all_columns, double* jacobian, std::size_t ld, Jacobian::Scratch& w) {
  double* linear = jacobian + (all_columns ? static_cast<std::size_t>(s.n_radial()) * ld : 0);
  linear[static_cast<std::size_t>(e.type) * ld + static_cast<std::size_t>(3 * c.n_atoms + 6)] += 1;
  if (e.lanes == 0) return;
  const double* moment_coeffs = theta + s.n_radial() + s.n_types;
  w.strains = c.wants_virial;
  w.n_owner_pad = padded(static_cast<int>(e.owners.size()));
  w.lanes = (3 * w.n_owner_pad + (w.strains ? 6 : 0) + block - 1) / block * block;
  const auto lanes = static_cast<std::size_t>(w.lanes);
  const auto grow = [](AlignedVector<double>& v, std::size_t size) {
    if (v.size() < size) v.resize(size);
  };
  grow(w.basic, static_cast<std::size_t>(s.n_basic()) * lanes);
  grow(w.scalar, static_cast<std::size_t>(s.n_scalars()) * lanes);

  compute_geometry(s, theta, c, e, w.geometry);
  basic_tangents(s, c, e, w);
  sweep_values(s, moment_coeffs, all_columns, w);
  if (all_columns) {
    grow(w.radial, static_cast<std::size_t>(s.n_types * s.n_mu * s.n_k_padded) * lanes);
    grow(w.gm, static_cast<std::size_t>(e.lanes));
    grow(w.hx, w.gm.size());
    grow(w.hy, w.gm.size());
    grow(w.hz, w.gm.size());
    radial_sums(s, e, w);
    second_order(s, c, e, w);
  }
  for (int offset = 0; offset < w.lanes; offset += block) {
    sweep_forward(s, offset, w);
    if (!all_columns) continue;
    sweep_reverse(s, w);
    first_order(s, e, offset, w);
  }
  for (int a = 0; a < s.n_scalars(); ++a)
    scatter(c, e, w, w.scalar.data() + a * w.lanes,
            w.m[static_cast<std::size_t>(s.scalars[static_cast<std::size_t>(a)])],
            linear + static_cast<std::size_t>(s.n_types + a) * ld);
  if (!all_columns) return;
  for (int type = 0; type < s.n_types; ++type) {
    if (e.of_type[static_cast<std::size_t>(type)].empty()) continue;
    for (int mu = 0; mu < s.n_mu; ++mu)
      for (int k = 0; k < s.n_k; ++k) {
        const int row = (type * s.n_mu + mu) * s.n_k_padded + k;
        scatter(c, e, w, w.radial.data() + row * w.lanes, w.energy[static_cast<std::size_t>(row)],
                jacobian + static_cast<std::size_t>(s.radial_index(e.type, type, mu, k)) * ld);
      }
  }
}

static void add_rows(const Scheme& s, const double* theta, const Configuration& c, bool all_columns, double* jacobian,
                     std::size_t ld, Jacobian::Scratch& w) {
  for (const Environment& e : c.environments) add_environment(s, theta, c, e, all_columns, jacobian, ld, w);
}

}  // namespace vitrion::potentials::mtp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vitrion::potentials::mtp {

HWY_EXPORT(add_rows);

Jacobian::Jacobian(const Scheme& scheme) : scheme_(scheme), scratch_(std::make_unique<Scratch>()) {
  Scratch& w = *scratch_;
  const auto moments = static_cast<std::size_t>(scheme.n_moments);
  w.m.resize(moments);
  w.g.resize(moments);
  w.by_a.resize(scheme.products.size());
  w.by_b.resize(scheme.products.size());
  w.by_g.resize(scheme.products.size());
  w.dm.resize(moments * block);
  w.dg.resize(moments * block);
  const auto types_k = static_cast<std::size_t>(scheme.n_types * scheme.n_k_padded);
  w.q.resize(scheme.monomials.size() * types_k);
  w.energy.resize(static_cast<std::size_t>(scheme.n_mu) * types_k);
}

Jacobian::~Jacobian() = default;
Jacobian::Jacobian(Jacobian&&) noexcept = default;

void Jacobian::rows(std::span<const double> theta, const Configuration& configuration, Columns columns, double* j,
                    std::size_t ld) {
  const bool all = columns == Columns::all;
  const int n_columns = all ? scheme_.n_parameters() : scheme_.n_linear();
  for (int column = 0; column < n_columns; ++column)
    std::fill_n(j + static_cast<std::size_t>(column) * ld, configuration.n_rows(), 0.0);
  HWY_DYNAMIC_DISPATCH(add_rows)(scheme_, theta.data(), configuration, all, j, ld, *scratch_);
}

}  // namespace vitrion::potentials::mtp
#endif
