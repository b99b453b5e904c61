// Derivatives of a site energy by the potential's parameters. Included once per instruction set.
#if defined(VITRION_MTP_KERNEL_ROWS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef VITRION_MTP_KERNEL_ROWS_INL
#undef VITRION_MTP_KERNEL_ROWS_INL
#else
#define VITRION_MTP_KERNEL_ROWS_INL
#endif

#include <hwy/highway.h>

#include "vitrion/potentials/mtp/kernel_angular-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitrion::potentials::mtp::HWY_NAMESPACE {

// sums[mu][k] += W_mu(u) phi_k(r) over the lanes of U records, in which push_gradients left W_mu.
template <std::size_t U>
HWY_INLINE void add_radial_derivatives(const KernelModel& model, const double* first, double* sums) {
  const D d;
  const std::size_t size = record_size(model);
  V t[U], two_t[U], w2[U];
  const double span = model.max_dist - model.min_dist;
  for (std::size_t u = 0; u < U; ++u) {
    const double* record = first + u * size;
    V r = hn::Load(d, record + field_r * N);
    if (model.repulsive) r = hn::Max(r, hn::Set(d, model.min_dist));
    const V w = hn::Min(hn::Sub(r, hn::Set(d, model.max_dist)), hn::Zero(d));
    w2[u] = hn::Mul(hn::Mul(w, w), hn::Set(d, model.scaling));
    t[u] = hn::MulSub(hn::Set(d, 2 / span), r, hn::Set(d, (model.min_dist + model.max_dist) / span));
    two_t[u] = hn::Add(t[u], t[u]);
  }
  for (int mu = 0; mu < model.radial_funcs; ++mu) {
    if (model.program.degree[static_cast<std::size_t>(mu)] < 0) continue;
    // T_k times W_mu times w^2 obeys the recurrence of T_k.
    V T0[U], T1[U];
    for (std::size_t u = 0; u < U; ++u) {
      T0[u] = hn::Mul(hn::Load(d, first + u * size + (field_radial + static_cast<std::size_t>(mu)) * N), w2[u]);
      T1[u] = hn::Mul(T0[u], t[u]);
    }
    double* sum = sums + static_cast<std::size_t>(mu * model.basis_size) * N;
    for (int k = 0; k < model.basis_size; ++k, sum += N) {
      V total = hn::Load(d, sum);
      for (std::size_t u = 0; u < U; ++u) {
        total = hn::Add(total, T0[u]);
        const V next = hn::MulSub(two_t[u], T1[u], T0[u]);
        T0[u] = T1[u];
        T1[u] = next;
      }
      hn::Store(total, d, sum);
    }
  }
}

// The row of a site (KernelJob::rows) from its moments, after push_site.
inline void write_row(const KernelJob& job, const Site& site, const double* moments, KernelScratch& scratch) {
  const D d;
  const KernelModel& model = *job.model;
  const auto block = static_cast<std::size_t>(model.radial_funcs * model.basis_size);
  const std::size_t size = record_size(model);
  double* row = job.rows + site.atom * row_size(model);
  double* sums = scratch.radial_sums.get(block * N);
  for (std::size_t s = 0; s < static_cast<std::size_t>(model.n_species); ++s, row += block) {
    for (std::size_t k = 0; k < block; ++k) hn::Store(hn::Zero(d), d, sums + k * N);
    std::size_t n = site.first_record[s];
    const std::size_t end = site.first_record[s + 1];
    for (; n + together <= end; n += together) add_radial_derivatives<together>(model, site.records + n * size, sums);
    for (; n < end; ++n) add_radial_derivatives<1>(model, site.records + n * size, sums);
    for (std::size_t k = 0; k < block; ++k) row[k] = hn::GetLane(hn::SumOfLanes(d, hn::Load(d, sums + k * N)));
  }
  *row++ = 1;
  for (const int slot : model.program.scalars) *row++ = moments[static_cast<std::size_t>(slot) * N];
}

}  // namespace vitrion::potentials::mtp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
