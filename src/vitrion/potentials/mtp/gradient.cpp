#include "vitrion/potentials/mtp/gradient.hpp"

#include <algorithm>
#include <array>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vitrion/potentials/mtp/gradient.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "vitrion/potentials/mtp/training_geometry-inl.hpp"

#ifndef VITRION_MTP_TRAINING_GRADIENT
#define VITRION_MTP_TRAINING_GRADIENT
namespace vitrion::potentials::mtp {

inline constexpr int group = vector_pad;  // atoms whose products are swept side by side

// One neighbourhood of a group and its tangents along the displacement field.
struct Neighborhood {
  Geometry geometry;
  AlignedVector<double> monomial;  // [monomial][lane]: tangents
  AlignedVector<double> along;     // [lane]: displacement of the neighbour along the line to it, Å
};

struct Gradient::Scratch {
  std::array<Neighborhood, group> neighborhoods;
  AlignedVector<double> m, g;             // [group of atoms][moment][group]: kept from predict to add_gradient
  AlignedVector<double> dm, dg;           // [moment][group]: tangents
  AlignedVector<double> gm, hx, hy, hz;   // [lane]: see moment_adjoints
  AlignedVector<double> vx, vy, vz;       // [lane]: dV_i/dd, or displacements of neighbours relative to the centre
  AlignedVector<double> df;               // [mu][lane]: tangents of the radial functions
  AlignedVector<double> by_phi, by_dphi;  // [lane]: what multiplies phi_k and phi'_k in the gradient
  AlignedVector<double> block;            // [type][mu][k padded]: gradient by the radial coefficients of one centre
};

}  // namespace vitrion::potentials::mtp
#endif

HWY_BEFORE_NAMESPACE();
namespace vitrion::potentials::mtp::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// m[target] = sum of products, for a group of atoms.
static void products_forward(const Scheme& s, double* HWY_RESTRICT m) {
  const D d;
  const int n = static_cast<int>(hn::Lanes(d));
  for (const auto& t : s.targets)
    for (int v = 0; v < group; v += n) {
      auto sum = hn::Zero(d);
      for (int i = t.first; i < t.last; ++i) {
        const auto& p = s.products[static_cast<std::size_t>(i)];
        sum = hn::MulAdd(hn::Mul(hn::Set(d, p.multiplicity), hn::Load(d, m + p.a * group + v)),
                         hn::Load(d, m + p.b * group + v), sum);
      }
      hn::Store(sum, d, m + t.moment * group + v);
    }
}

static void products_reverse(const Scheme& s, const double* moment_coeffs, const double* m, double* g) {
  const D d;
  const int n = static_cast<int>(hn::Lanes(d));
  std::fill_n(g, s.n_moments * group, 0.0);
  for (int a = 0; a < s.n_scalars(); ++a)
    for (int l = 0; l < group; ++l) g[s.scalars[static_cast<std::size_t>(a)] * group + l] += moment_coeffs[a];
  for (auto t = s.targets.rbegin(); t != s.targets.rend(); ++t)
    for (int v = 0; v < group; v += n) {
      const auto gt = hn::Load(d, g + t->moment * group + v);
      for (int i = t->last - 1; i >= t->first; --i) {
        const auto& p = s.products[static_cast<std::size_t>(i)];
        const auto scaled = hn::Mul(hn::Set(d, p.multiplicity), gt);
        double* ga = g + p.a * group + v;
        double* gb = g + p.b * group + v;
        hn::Store(hn::MulAdd(scaled, hn::Load(d, m + p.b * group + v), hn::Load(d, ga)), d, ga);
        hn::Store(hn::MulAdd(scaled, hn::Load(d, m + p.a * group + v), hn::Load(d, gb)), d, gb);
      }
    }
}

// The derivative of both sweeps along dm of the basic moments.
static void products_tangent(const Scheme& s, const double* m, const double* g, double* dm, double* dg) {
  const D d;
  const int n = static_cast<int>(hn::Lanes(d));
  std::fill_n(dg, s.n_moments * group, 0.0);
  for (int v = 0; v < group; v += n) {
    for (const auto& t : s.targets) {
      auto sum = hn::Zero(d);
      for (int i = t.first; i < t.last; ++i) {
        const auto& p = s.products[static_cast<std::size_t>(i)];
        const auto both = hn::MulAdd(hn::Load(d, dm + p.a * group + v), hn::Load(d, m + p.b * group + v),
                                     hn::Mul(hn::Load(d, m + p.a * group + v), hn::Load(d, dm + p.b * group + v)));
        sum = hn::MulAdd(hn::Set(d, p.multiplicity), both, sum);
      }
      hn::Store(sum, d, dm + t.moment * group + v);
    }
    for (auto t = s.targets.rbegin(); t != s.targets.rend(); ++t) {
      const auto gt = hn::Load(d, g + t->moment * group + v), dgt = hn::Load(d, dg + t->moment * group + v);
      for (int i = t->last - 1; i >= t->first; --i) {
        const auto& p = s.products[static_cast<std::size_t>(i)];
        const auto mult = hn::Set(d, p.multiplicity);
        const auto by_g = hn::Mul(mult, gt), by_dg = hn::Mul(mult, dgt);
        double* ga = dg + p.a * group + v;
        double* gb = dg + p.b * group + v;
        const double* ma = m + p.a * group + v;
        const double* mb = m + p.b * group + v;
        const double* dma = dm + p.a * group + v;
        const double* dmb = dm + p.b * group + v;
        hn::Store(hn::MulAdd(by_g, hn::Load(d, dmb), hn::MulAdd(by_dg, hn::Load(d, mb), hn::Load(d, ga))), d, ga);
        hn::Store(hn::MulAdd(by_g, hn::Load(d, dma), hn::MulAdd(by_dg, hn::Load(d, ma), hn::Load(d, gb))), d, gb);
      }
    }
  }
}

// Basic moments of one atom into lane `slot` of its group.
static void basic_moments(const Scheme& s, const Environment& e, int slot, const Geometry& geo, double* m) {
  const D d;
  const int n = static_cast<int>(hn::Lanes(d));
  for (int b = 0; b < s.n_basic(); ++b) {
    const auto& basic = s.basic[static_cast<std::size_t>(b)];
    const double* f = geo.f.data() + basic.mu * geo.stride;
    const double* p = geo.monomial.data() + basic.monomial * geo.stride;
    auto sum = hn::Zero(d);
    for (int j = 0; j < e.lanes; j += n) sum = hn::MulAdd(hn::Load(d, f + j), hn::Load(d, p + j), sum);
    m[b * group + slot] = hn::GetLane(hn::SumOfLanes(d, sum));
  }
}

// Forces and virial of one atom's site energy.
static void add_forces(const Scheme& s, const Configuration& c, const Environment& e, const Geometry& geo,
                       const double* g, Gradient::Scratch& w, double* rows) {
  const D d;
  const int n = static_cast<int>(hn::Lanes(d));
  std::fill_n(w.vx.begin(), e.lanes, 0.0);
  std::fill_n(w.vy.begin(), e.lanes, 0.0);
  std::fill_n(w.vz.begin(), e.lanes, 0.0);
  for (int mu = 0; mu < s.n_mu; ++mu) {
    moment_adjoints(s, mu, g, group, e.lanes, geo, w.gm.data(), w.hx.data(), w.hy.data(), w.hz.data());
    for (int j = 0; j < e.lanes; j += n) {
      const auto f = hn::Load(d, geo.f.data() + mu * geo.stride + j);
      const auto along = hn::Mul(hn::Load(d, geo.df.data() + mu * geo.stride + j), hn::Load(d, w.gm.data() + j));
      const auto add = [&](AlignedVector<double>& v, const AlignedVector<double>& h, const AlignedVector<double>& u) {
        hn::Store(hn::MulAdd(along, hn::Load(d, u.data() + j),
                             hn::MulAdd(f, hn::Load(d, h.data() + j), hn::Load(d, v.data() + j))),
                  d, v.data() + j);
      };
      add(w.vx, w.hx, geo.ux);
      add(w.vy, w.hy, geo.uy);
      add(w.vz, w.hz, geo.uz);
    }
  }
  double total[3] = {0, 0, 0};
  double* virial = rows + 3 * c.n_atoms;
  for (const Environment::Slot& slot : e.slots)
    for (int l = 0; l < slot.count; ++l) {
      const auto j = static_cast<std::size_t>(slot.first - e.first + l), in = static_cast<std::size_t>(slot.first + l);
      const double by[3] = {w.vx[j], w.vy[j], w.vz[j]}, x[3] = {c.x[in], c.y[in], c.z[in]};
      for (int a = 0; a < 3; ++a) {
        rows[a * c.n_atoms + e.owners[static_cast<std::size_t>(l)]] -= by[a];
        total[a] += by[a];
      }
      for (std::size_t v = 0; v < 6; ++v) virial[v] -= by[voigt[v][0]] * x[voigt[v][1]];
    }
  for (int a = 0; a < 3; ++a) rows[a * c.n_atoms + e.center] += total[a];
}

// The displacement field of the weights, and tangents of monomials, radial functions and basic moments along it.
static void basic_tangents(const Scheme& s, const Configuration& c, const Environment& e, const double* weight,
                           int slot, Neighborhood& near, Gradient::Scratch& w, double* dm) {
  const D d;
  const int n = static_cast<int>(hn::Lanes(d));
  const Geometry& geo = near.geometry;
  const double* virial = weight + 3 * c.n_atoms;
  // Dummies stand at the cutoff, where radial functions and their slopes vanish: any finite displacement will do.
  for (auto* v : {&w.vx, &w.vy, &w.vz}) std::fill_n(v->begin(), e.lanes, 0.0);
  for (const Environment::Slot& part : e.slots)
    for (int l = 0; l < part.count; ++l) {
      const auto j = static_cast<std::size_t>(part.first - e.first + l), in = static_cast<std::size_t>(part.first + l);
      const int owner = e.owners[static_cast<std::size_t>(l)];
      const double x[3] = {c.x[in], c.y[in], c.z[in]};
      double v[3];
      for (int a = 0; a < 3; ++a) v[a] = weight[a * c.n_atoms + e.center] - weight[a * c.n_atoms + owner];
      for (std::size_t t = 0; t < 6; ++t) v[voigt[t][0]] -= virial[t] * x[voigt[t][1]];
      w.vx[j] = v[0];
      w.vy[j] = v[1];
      w.vz[j] = v[2];
    }
  std::fill_n(near.monomial.begin(), e.lanes, 0.0);
  for (int j = 0; j < e.lanes; j += n) {
    const auto ux = hn::Load(d, geo.ux.data() + j), uy = hn::Load(d, geo.uy.data() + j),
               uz = hn::Load(d, geo.uz.data() + j);
    const auto vx = hn::Load(d, w.vx.data() + j), vy = hn::Load(d, w.vy.data() + j), vz = hn::Load(d, w.vz.data() + j);
    const auto along = hn::MulAdd(ux, vx, hn::MulAdd(uy, vy, hn::Mul(uz, vz)));
    const auto ir = hn::Load(d, geo.inverse_r.data() + j);
    const hn::Vec<D> du[3] = {hn::Mul(ir, hn::NegMulAdd(ux, along, vx)), hn::Mul(ir, hn::NegMulAdd(uy, along, vy)),
                              hn::Mul(ir, hn::NegMulAdd(uz, along, vz))};
    const hn::Vec<D> u[3] = {ux, uy, uz};
    for (std::size_t p = 1; p < s.monomials.size(); ++p) {
      const auto& mono = s.monomials[p];
      const auto parent = hn::Load(d, geo.monomial.data() + mono.parent * geo.stride + j);
      const auto dparent = hn::Load(d, near.monomial.data() + mono.parent * geo.stride + j);
      hn::Store(hn::MulAdd(dparent, u[mono.axis], hn::Mul(parent, du[mono.axis])), d,
                near.monomial.data() + static_cast<int>(p) * geo.stride + j);
    }
    hn::Store(along, d, near.along.data() + j);
    for (int mu = 0; mu < s.n_mu; ++mu)
      hn::Store(hn::Mul(along, hn::Load(d, geo.df.data() + mu * geo.stride + j)), d, w.df.data() + mu * geo.stride + j);
  }
  for (int b = 0; b < s.n_basic(); ++b) {
    const auto& basic = s.basic[static_cast<std::size_t>(b)];
    const double* f = geo.f.data() + basic.mu * geo.stride;
    const double* df = w.df.data() + basic.mu * geo.stride;
    const double* p = geo.monomial.data() + basic.monomial * geo.stride;
    const double* dp = near.monomial.data() + basic.monomial * geo.stride;
    auto sum = hn::Zero(d);
    for (int j = 0; j < e.lanes; j += n)
      sum =
          hn::MulAdd(hn::Load(d, f + j), hn::Load(d, dp + j), hn::MulAdd(hn::Load(d, df + j), hn::Load(d, p + j), sum));
    dm[b * group + slot] = hn::GetLane(hn::SumOfLanes(d, sum));
  }
}

// Gradient by the radial coefficients of one centre; total = weight of the energy times g plus dg.
static void add_radial(const Scheme& s, const Environment& e, const Neighborhood& near, const double* g,
                       const double* dg, double energy, Gradient::Scratch& w, double* gradient) {
  const D d;
  const int n = static_cast<int>(hn::Lanes(d));
  const Geometry& geo = near.geometry;
  const int pad = s.n_k_padded;
  std::fill(w.block.begin(), w.block.end(), 0.0);
  for (int mu = 0; mu < s.n_mu; ++mu) {
    for (int j = 0; j < e.lanes; j += n) {
      auto by_phi = hn::Zero(d), by_dphi = hn::Zero(d);
      for (const int b : s.basic_of_mu[static_cast<std::size_t>(mu)]) {
        const int row = s.basic[static_cast<std::size_t>(b)].monomial * geo.stride + j;
        const auto p = hn::Load(d, geo.monomial.data() + row);
        const auto gb = hn::Set(d, g[b * group]);
        by_phi = hn::MulAdd(hn::Set(d, energy * g[b * group] + dg[b * group]), p,
                            hn::MulAdd(gb, hn::Load(d, near.monomial.data() + row), by_phi));
        by_dphi = hn::MulAdd(gb, p, by_dphi);
      }
      hn::Store(by_phi, d, w.by_phi.data() + j);
      hn::Store(hn::Mul(by_dphi, hn::Load(d, near.along.data() + j)), d, w.by_dphi.data() + j);
    }
    for (int type = 0; type < s.n_types; ++type)
      for (int k = 0; k < pad; k += n) {
        auto sum = hn::Zero(d);
        for (const int lane : e.of_type[static_cast<std::size_t>(type)]) {
          const auto j = static_cast<std::size_t>(lane - e.first);
          sum = hn::MulAdd(hn::Set(d, w.by_phi[j]), hn::Load(d, geo.phi_row.data() + static_cast<int>(j) * pad + k),
                           hn::MulAdd(hn::Set(d, w.by_dphi[j]),
                                      hn::Load(d, geo.dphi_row.data() + static_cast<int>(j) * pad + k), sum));
        }
        hn::Store(sum, d, w.block.data() + (type * s.n_mu + mu) * pad + k);
      }
  }
  for (int type = 0; type < s.n_types; ++type)
    for (int mu = 0; mu < s.n_mu; ++mu)
      for (int k = 0; k < s.n_k; ++k)
        gradient[s.radial_index(e.type, type, mu, k)] +=
            w.block[static_cast<std::size_t>((type * s.n_mu + mu) * pad + k)];
}

static void reserve_lanes(const Scheme& s, const Configuration& c, Gradient::Scratch& w) {
  int lanes = 0;
  for (const Environment& e : c.environments) lanes = std::max(lanes, e.lanes);
  for (Neighborhood& near : w.neighborhoods) {
    near.geometry.resize(s, lanes);
    near.monomial.resize(static_cast<std::size_t>(near.geometry.stride) * s.monomials.size());
    near.along.resize(static_cast<std::size_t>(near.geometry.stride));
  }
  const auto stride = static_cast<std::size_t>(w.neighborhoods[0].geometry.stride);
  for (auto* v : {&w.gm, &w.hx, &w.hy, &w.hz, &w.vx, &w.vy, &w.vz, &w.by_phi, &w.by_dphi}) v->resize(stride);
  w.df.resize(stride * static_cast<std::size_t>(s.n_mu));
}

static void predict_rows(const Scheme& s, const double* theta, const Configuration& c, double* rows,
                         Gradient::Scratch& w) {
  const double* species_coeffs = theta + s.n_radial();
  const double* moment_coeffs = species_coeffs + s.n_types;
  const int n_groups = (c.n_atoms + group - 1) / group;
  const int size = s.n_moments * group;
  reserve_lanes(s, c, w);
  w.m.assign(static_cast<std::size_t>(n_groups * size), 0.0);
  w.g.resize(w.m.size());
  std::fill_n(rows, c.n_rows(), 0.0);
  double energy = 0;
  for (int q = 0; q < n_groups; ++q) {
    double* m = w.m.data() + q * size;
    double* g = w.g.data() + q * size;
    const int first = q * group, last = std::min(first + group, c.n_atoms);
    for (int i = first; i < last; ++i) {
      const Environment& e = c.environments[static_cast<std::size_t>(i)];
      energy += species_coeffs[e.type];
      Geometry& geo = w.neighborhoods[static_cast<std::size_t>(i - first)].geometry;
      compute_geometry(s, theta, c, e, geo);
      basic_moments(s, e, i - first, geo, m);
    }
    products_forward(s, m);
    for (int a = 0; a < s.n_scalars(); ++a)
      for (int l = 0; l < last - first; ++l)
        energy += moment_coeffs[a] * m[s.scalars[static_cast<std::size_t>(a)] * group + l];
    products_reverse(s, moment_coeffs, m, g);
    for (int i = first; i < last; ++i) {
      const Environment& e = c.environments[static_cast<std::size_t>(i)];
      add_forces(s, c, e, w.neighborhoods[static_cast<std::size_t>(i - first)].geometry, g + i - first, w, rows);
    }
  }
  rows[3 * c.n_atoms + 6] = energy;
}

static void gradient_sweep(const Scheme& s, const double* theta, const Configuration& c, const double* weight,
                           double* gradient, Gradient::Scratch& w) {
  double* by_species = gradient + s.n_radial();
  double* by_moment = by_species + s.n_types;
  const double energy = weight[3 * c.n_atoms + 6];
  const int size = s.n_moments * group;
  for (int first = 0; first < c.n_atoms; first += group) {
    const double* m = w.m.data() + first / group * size;
    const double* g = w.g.data() + first / group * size;
    const int last = std::min(first + group, c.n_atoms);
    std::fill(w.dm.begin(), w.dm.end(), 0.0);
    for (int i = first; i < last; ++i) {
      const Environment& e = c.environments[static_cast<std::size_t>(i)];
      by_species[e.type] += energy;
      Neighborhood& near = w.neighborhoods[static_cast<std::size_t>(i - first)];
      compute_geometry(s, theta, c, e, near.geometry);
      basic_tangents(s, c, e, weight, i - first, near, w, w.dm.data());
    }
    products_tangent(s, m, g, w.dm.data(), w.dg.data());
    for (int a = 0; a < s.n_scalars(); ++a) {
      const int at = s.scalars[static_cast<std::size_t>(a)] * group;
      for (int l = 0; l < last - first; ++l)
        by_moment[a] += energy * m[at + l] + w.dm[static_cast<std::size_t>(at + l)];
    }
    for (int i = first; i < last; ++i) {
      const Environment& e = c.environments[static_cast<std::size_t>(i)];
      add_radial(s, e, w.neighborhoods[static_cast<std::size_t>(i - first)], g + i - first, w.dg.data() + i - first,
                 energy, w, gradient);
    }
  }
}

}  // namespace vitrion::potentials::mtp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vitrion::potentials::mtp {

HWY_EXPORT(predict_rows);
HWY_EXPORT(gradient_sweep);

Gradient::Gradient(const Scheme& scheme) : scheme_(scheme), scratch_(std::make_unique<Scratch>()) {
  scratch_->dm.resize(static_cast<std::size_t>(scheme.n_moments * group));
  scratch_->dg.resize(scratch_->dm.size());
  scratch_->block.resize(static_cast<std::size_t>(scheme.n_types * scheme.n_mu * scheme.n_k_padded));
}

Gradient::~Gradient() = default;
Gradient::Gradient(Gradient&&) noexcept = default;

void Gradient::predict(std::span<const double> theta, const Configuration& configuration, double* rows) {
  HWY_DYNAMIC_DISPATCH(predict_rows)(scheme_, theta.data(), configuration, rows, *scratch_);
}

void Gradient::add_gradient(std::span<const double> theta, const Configuration& configuration, const double* weight,
                            double* gradient) {
  HWY_DYNAMIC_DISPATCH(gradient_sweep)(scheme_, theta.data(), configuration, weight, gradient, *scratch_);
}

}  // namespace vitrion::potentials::mtp
#endif
