// Reduced moments summed over neighbours, and the forces from their adjoints. Included once per instruction set.
#if defined(VITRION_MTP_KERNEL_ANGULAR_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef VITRION_MTP_KERNEL_ANGULAR_INL
#undef VITRION_MTP_KERNEL_ANGULAR_INL
#else
#define VITRION_MTP_KERNEL_ANGULAR_INL
#endif

#include <hwy/highway.h>

#include "vitrion/potentials/mtp/kernel_neighbors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitrion::potentials::mtp::HWY_NAMESPACE {

// Records worked on together: their chains of multiply-adds overlap, and each moment is loaded once for all.
inline constexpr std::size_t together = N >= 8 ? 4 : 2;

// x^a y^b for U records, graded order, shape (monomials, U, N).
template <std::size_t U>
HWY_INLINE void fill_monomials(const double* const* records, int degree, double* monomials) {
  const D d;
  V x[U], y[U];
  for (std::size_t u = 0; u < U; ++u) {
    x[u] = hn::Load(d, records[u] + field_x * N);
    y[u] = hn::Load(d, records[u] + field_y * N);
    hn::Store(hn::Set(d, 1.0), d, monomials + u * N);
  }
  const double* lower = monomials;
  double* next = monomials + U * N;
  for (int order = 1; order <= degree; ++order) {
    for (int b = 0; b < order; ++b, lower += U * N, next += U * N)
      for (std::size_t u = 0; u < U; ++u) hn::Store(hn::Mul(hn::Load(d, lower + u * N), x[u]), d, next + u * N);
    const double* last = lower - U * N;  // y^(order-1)
    for (std::size_t u = 0; u < U; ++u) hn::Store(hn::Mul(hn::Load(d, last + u * N), y[u]), d, next + u * N);
    next += U * N;
  }
}

// sums[k] += sum_u weight[u] * monomial[k][u]
template <std::size_t U>
HWY_INLINE void accumulate(const V* weight, const double* monomials, int count, double* sums) {
  const D d;
  for (int k = 0; k < count; ++k, monomials += U * N, sums += N) {
    V sum = hn::Load(d, sums);
    for (std::size_t u = 0; u < U; ++u) sum = hn::MulAdd(weight[u], hn::Load(d, monomials + u * N), sum);
    hn::Store(sum, d, sums);
  }
}

// Adds U records to the lane sums of the reduced moments, shape (n_reduced, N).
template <std::size_t U>
HWY_INLINE void add_records(const KernelModel& model, double* first, double* monomials, double* sums) {
  const D d;
  const MomentProgram& program = model.program;
  double* records[U];
  for (std::size_t u = 0; u < U; ++u) records[u] = first + u * record_size(model);
  fill_monomials<U>(records, program.max_degree, monomials);
  for (int mu = 0; mu < model.radial_funcs; ++mu) {
    const int degree = program.degree[static_cast<std::size_t>(mu)];
    V weight[U];
    for (std::size_t u = 0; u < U; ++u)
      weight[u] = hn::Load(d, records[u] + (field_radial + static_cast<std::size_t>(mu)) * N);
    accumulate<U>(weight, monomials, MomentProgram::monomials(degree),
                  sums + static_cast<std::size_t>(program.offset(mu, 0)) * N);
    if (degree < 1) continue;
    for (std::size_t u = 0; u < U; ++u) weight[u] = hn::Mul(weight[u], hn::Load(d, records[u] + field_z * N));
    accumulate<U>(weight, monomials, MomentProgram::monomials(degree - 1),
                  sums + static_cast<std::size_t>(program.offset(mu, 1)) * N);
  }
}

// Calls work(integral_constant<U>, first record) for runs of records, long ones first.
template <class Work>
HWY_INLINE void for_runs(const KernelModel& model, const Site& site, Work work) {
  const std::size_t size = record_size(model);
  std::size_t n = 0;
  for (; n + together <= site.n_records; n += together)
    work(std::integral_constant<std::size_t, together>(), site.records + n * size, site.atoms + n * N);
  if constexpr (together == 4)
    if (n + 2 <= site.n_records) {
      work(std::integral_constant<std::size_t, 2>(), site.records + n * size, site.atoms + n * N);
      n += 2;
    }
  if (n < site.n_records) work(std::integral_constant<std::size_t, 1>(), site.records + n * size, site.atoms + n * N);
}

// Reduced moments of a site, to moments[slot * N].
inline void sum_moments(const KernelModel& model, const Site& site, KernelScratch& scratch, double* moments) {
  const D d;
  const auto n = static_cast<std::size_t>(model.program.n_reduced);
  const auto monomial_count = static_cast<std::size_t>(MomentProgram::monomials(model.program.max_degree));
  double* monomials = scratch.monomials.get(monomial_count * together * N);
  double* sums = scratch.sums.get(n * N);
  for (std::size_t k = 0; k < n; ++k) hn::Store(hn::Zero(d), d, sums + k * N);
  for_runs(model, site, [&](auto u, double* first, const std::int64_t*) HWY_ATTR {
    add_records<decltype(u)::value>(model, first, monomials, sums);
  });
  for (std::size_t k = 0; k < n; ++k) moments[k * N] = hn::GetLane(hn::SumOfLanes(d, hn::Load(d, sums + k * N)));
}

// Value and x, y derivatives of the polynomial sum_{ab} c[k(a,b) * N] x^a y^b (graded order) by Horner's rule.
template <std::size_t U>
HWY_INLINE void polynomial(const double* c, int degree, const V* x, const V* y, V* value, V* dx, V* dy) {
  const D d;
  const auto coefficient = [&](int k) HWY_ATTR { return hn::Set(d, c[static_cast<std::size_t>(k) * N]); };
  const V top = coefficient(degree * (degree + 1) / 2 + degree);  // y^degree
  for (std::size_t u = 0; u < U; ++u) {
    value[u] = top;
    dx[u] = dy[u] = hn::Zero(d);
  }
  for (int b = degree - 1; b >= 0; --b) {
    // The row of y^b: a polynomial in x of degree a.
    int order = degree, k = degree * (degree + 1) / 2 + b;
    V row[U], slope[U];
    const V c0 = coefficient(k);
    k -= order--;
    const V c1 = coefficient(k);
    for (std::size_t u = 0; u < U; ++u) {
      slope[u] = c0;
      row[u] = hn::MulAdd(c0, x[u], c1);
    }
    while (order > b) {
      k -= order--;
      const V ck = coefficient(k);
      for (std::size_t u = 0; u < U; ++u) {
        slope[u] = hn::MulAdd(slope[u], x[u], row[u]);
        row[u] = hn::MulAdd(row[u], x[u], ck);
      }
    }
    for (std::size_t u = 0; u < U; ++u) {
      dy[u] = hn::MulAdd(dy[u], y[u], value[u]);
      value[u] = hn::MulAdd(value[u], y[u], row[u]);
      dx[u] = hn::MulAdd(dx[u], y[u], slope[u]);
    }
  }
}

// What the gradients of a site add up to, over lanes.
struct SiteSums {
  V force[3], virial[6];
};

// Gradients D = dV/dd of U records: with W_mu(u) = sum of adjoint * monomial,
//   D = (sum_mu f'_mu W_mu) u + (1/r) (1 - u u^T) grad (sum_mu f_mu W_mu).
// Subtracts them from the forces on the neighbours. adjoints[slot * N] belong to this site. With
// Keep, W_mu replaces f_mu in the records.
template <std::size_t U, bool Keep>
HWY_INLINE void push_gradients(const KernelJob& job, const double* adjoints, double* first, const std::int64_t* atoms,
                               SiteSums& sums) {
  const D d;
  const KernelModel& model = *job.model;
  const MomentProgram& program = model.program;
  const std::size_t size = record_size(model), total = static_cast<std::size_t>(model.radial_funcs);
  V x[U], y[U], radial[U], gx[U], gy[U], gz[U];
  for (std::size_t u = 0; u < U; ++u) {
    x[u] = hn::Load(d, first + u * size + field_x * N);
    y[u] = hn::Load(d, first + u * size + field_y * N);
    radial[u] = gx[u] = gy[u] = gz[u] = hn::Zero(d);
  }
  for (int mu = 0; mu < model.radial_funcs; ++mu) {
    const int degree = program.degree[static_cast<std::size_t>(mu)];
    if (degree < 0) continue;
    const std::size_t field = field_radial + static_cast<std::size_t>(mu);
    V value[U], dx[U], dy[U];
    polynomial<U>(adjoints + static_cast<std::size_t>(program.offset(mu, 0)) * N, degree, x, y, value, dx, dy);
    for (std::size_t u = 0; u < U; ++u) {
      const double* record = first + u * size;
      const V f = hn::Load(d, record + field * N);
      radial[u] = hn::MulAdd(hn::Load(d, record + (field + total) * N), value[u], radial[u]);
      gx[u] = hn::MulAdd(f, dx[u], gx[u]);
      gy[u] = hn::MulAdd(f, dy[u], gy[u]);
    }
    [[maybe_unused]] V W[U];
    if constexpr (Keep) std::copy(value, value + U, W);
    if (degree > 0) {
      polynomial<U>(adjoints + static_cast<std::size_t>(program.offset(mu, 1)) * N, degree - 1, x, y, value, dx, dy);
      for (std::size_t u = 0; u < U; ++u) {
        const double* record = first + u * size;
        const V f = hn::Load(d, record + field * N), z = hn::Load(d, record + field_z * N), fz = hn::Mul(f, z);
        radial[u] = hn::MulAdd(hn::Mul(hn::Load(d, record + (field + total) * N), z), value[u], radial[u]);
        gx[u] = hn::MulAdd(fz, dx[u], gx[u]);
        gy[u] = hn::MulAdd(fz, dy[u], gy[u]);
        gz[u] = hn::MulAdd(f, value[u], gz[u]);
        if constexpr (Keep) W[u] = hn::MulAdd(z, value[u], W[u]);
      }
    }
    if constexpr (Keep)
      for (std::size_t u = 0; u < U; ++u) hn::Store(W[u], d, first + u * size + field * N);
  }
  for (std::size_t u = 0; u < U; ++u) {
    const double* record = first + u * size;
    const V z = hn::Load(d, record + field_z * N), r = hn::Load(d, record + field_r * N);
    const V inverse = hn::Load(d, record + field_inverse_r * N);
    const V along = hn::MulAdd(gx[u], x[u], hn::MulAdd(gy[u], y[u], hn::Mul(gz[u], z)));
    const V a = hn::NegMulAdd(along, inverse, radial[u]);
    const V Dx = hn::MulAdd(gx[u], inverse, hn::Mul(a, x[u]));
    const V Dy = hn::MulAdd(gy[u], inverse, hn::Mul(a, y[u]));
    const V Dz = hn::MulAdd(gz[u], inverse, hn::Mul(a, z));
    sums.force[0] = hn::Add(sums.force[0], Dx);
    sums.force[1] = hn::Add(sums.force[1], Dy);
    sums.force[2] = hn::Add(sums.force[2], Dz);
    const V rx = hn::Mul(r, x[u]), ry = hn::Mul(r, y[u]), rz = hn::Mul(r, z);
    sums.virial[0] = hn::NegMulAdd(Dx, rx, sums.virial[0]);
    sums.virial[1] = hn::NegMulAdd(Dy, ry, sums.virial[1]);
    sums.virial[2] = hn::NegMulAdd(Dz, rz, sums.virial[2]);
    sums.virial[3] = hn::NegMulAdd(Dy, rz, sums.virial[3]);
    sums.virial[4] = hn::NegMulAdd(Dx, rz, sums.virial[4]);
    sums.virial[5] = hn::NegMulAdd(Dx, ry, sums.virial[5]);

    const hn::CappedTag<double, 4> row;
    HWY_ALIGN double rows[4 * N];
    hn::StoreInterleaved4(Dx, Dy, Dz, hn::Zero(d), d, rows);
    for (std::size_t n = 0; n < N; ++n) {
      double* force = job.forces + 4 * static_cast<std::size_t>(atoms[u * N + n]);
      for (std::size_t k = 0; k < 4; k += hn::MaxLanes(row))
        hn::Store(hn::Sub(hn::Load(row, force + k), hn::Load(row, rows + 4 * n + k)), row, force + k);
    }
  }
}

// Forces and virial of a site from the adjoints of its reduced moments. Keep: as in push_gradients.
template <bool Keep>
inline void push_site(const KernelJob& job, const Site& site, const double* adjoints) {
  const D d;
  SiteSums sums;
  for (V& v : sums.force) v = hn::Zero(d);
  for (V& v : sums.virial) v = hn::Zero(d);
  for_runs(*job.model, site, [&](auto u, double* first, const std::int64_t* atoms) HWY_ATTR {
    push_gradients<decltype(u)::value, Keep>(job, adjoints, first, atoms, sums);
  });
  double* force = job.forces + 4 * site.atom;
  for (std::size_t k = 0; k < 3; ++k) force[k] += hn::GetLane(hn::SumOfLanes(d, sums.force[k]));
  double* virial = job.virials + 6 * site.atom;
  for (std::size_t k = 0; k < 6; ++k)
    virial[k] = hn::GetLane(hn::SumOfLanes(d, sums.virial[k])) + site.repulsion_virial[k];
}

}  // namespace vitrion::potentials::mtp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
