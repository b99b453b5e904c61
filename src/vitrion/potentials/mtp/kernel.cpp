// Contraction of moments and the loop over batches of atoms; the choice of the instruction set.
#include "vitrion/potentials/mtp/kernel.hpp"

// The code below is compiled once for every instruction set; the best one is chosen when the program runs. Left out:
// scalable vectors, because the kernels hold vectors in arrays, and SSSE3, because processors without SSE4 are gone.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vitrion/potentials/mtp/kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "vitrion/potentials/mtp/kernel_angular-inl.hpp"
#include "vitrion/potentials/mtp/kernel_neighbors-inl.hpp"
#include "vitrion/potentials/mtp/kernel_rows-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitrion::potentials::mtp::HWY_NAMESPACE {

// All slots of N atoms from the reduced ones, shape (n_slots, N).
inline void contract_forward(const MomentProgram& program, double* m) {
  const D d;
  const auto at = [m](int slot) { return m + static_cast<std::size_t>(slot) * N; };
  for (const auto& q : program.derived)
    hn::Store(hn::Sub(hn::Sub(hn::Load(d, at(q.plus)), hn::Load(d, at(q.minus_x))), hn::Load(d, at(q.minus_y))), d,
              at(q.target));
  const MomentProgram::Term* term = program.forward.data();
  for (int slot = program.n_basic; slot < program.n_slots; ++slot) {
    const auto* end =
        program.forward.data() + program.forward_first[static_cast<std::size_t>(slot - program.n_basic + 1)];
    V sum = hn::Zero(d);
    for (; term != end; ++term)
      sum = hn::MulAdd(hn::Mul(hn::Set(d, term->weight), hn::Load(d, at(term->a))), hn::Load(d, at(term->b)), sum);
    hn::Store(sum, d, at(slot));
  }
}

// Adjoints of all slots of N atoms, shape (n_slots, N).
inline void contract_backward(const KernelModel& model, const double* m, double* g) {
  const D d;
  const MomentProgram& program = model.program;
  const auto at = [](auto* array, int slot) { return array + static_cast<std::size_t>(slot) * N; };
  for (int slot = program.n_slots - 1; slot >= 0; --slot) {
    const auto* term = program.backward.data() + program.backward_first[static_cast<std::size_t>(slot)];
    const auto* end = program.backward.data() + program.backward_first[static_cast<std::size_t>(slot) + 1];
    const auto product = [&](const MomentProgram::Term& t)
                             HWY_ATTR { return hn::Mul(hn::Set(d, t.weight), hn::Load(d, at(g, t.a))); };
    // Two sums: slots such as M_{0,0} collect hundreds of terms, and each addition waits for the one before.
    V even = hn::Set(d, model.seeds[static_cast<std::size_t>(slot)]), odd = hn::Zero(d);
    for (; term + 1 < end; term += 2) {
      even = hn::MulAdd(product(term[0]), hn::Load(d, at(m, term[0].b)), even);
      odd = hn::MulAdd(product(term[1]), hn::Load(d, at(m, term[1].b)), odd);
    }
    if (term != end) even = hn::MulAdd(product(*term), hn::Load(d, at(m, term->b)), even);
    hn::Store(hn::Add(even, odd), d, at(g, slot));
  }
  const auto add = [&](int slot, V value)
                       HWY_ATTR { hn::Store(hn::Add(hn::Load(d, at(g, slot)), value), d, at(g, slot)); };
  for (auto q = program.derived.rbegin(); q != program.derived.rend(); ++q) {
    const V value = hn::Load(d, at(g, q->target));
    add(q->plus, value);
    add(q->minus_x, hn::Neg(value));
    add(q->minus_y, hn::Neg(value));
  }
}

// Energies (without the species terms) of N atoms.
inline V energies(const KernelModel& model, const double* m) {
  const D d;
  V sum = hn::Zero(d);
  for (std::size_t k = 0; k < model.program.scalars.size(); ++k) {
    const auto slot = static_cast<std::size_t>(model.program.scalars[k]);
    sum = hn::MulAdd(hn::Set(d, model.moment_coeffs[k]), hn::Load(d, m + slot * N), sum);
  }
  return sum;
}

// Sites of one batch one after the other in `scratch.records`.
inline void prepare_sites(const KernelJob& job, std::size_t begin, std::size_t count, KernelScratch& scratch,
                          Site* sites) {
  const KernelModel& model = *job.model;
  const auto species = static_cast<std::size_t>(model.n_species);
  std::size_t most = 0;
  for (std::size_t n = 0; n < count; ++n) most = std::max(most, job.atoms->of(begin + n).size());
  const std::size_t lanes = round_up(most) + (species + 1) * N;
  double* records = scratch.records.get(count * lanes / N * record_size(model));
  std::int64_t* atoms = scratch.record_atoms.get(count * lanes);
  const Rows near(scratch.near, scratch.near_atoms, lanes), sorted(scratch.sorted, scratch.sorted_atoms, lanes);
  scratch.first_records.resize(kernel_batch * (species + 1));
  for (std::size_t n = 0; n < count; ++n) {
    Site& site = sites[n];
    site = Site{};
    site.atom = begin + n;
    std::size_t* first = scratch.first_records.data() + n * (species + 1);
    site.first_record = first;
    site.type = job.atoms->types[site.atom];
    const std::size_t found = find_near(job, site.atom, near);
    if (model.repulsive) add_repulsion(job, near, found, site);
    const std::size_t end = sort_by_species(job, near, found, sorted, first);
    site.n_records = end / N;
    site.records = records;
    records += site.n_records * record_size(model);
    site.atoms = atoms;
    atoms = std::copy(sorted.atom, sorted.atom + end, atoms);
    const D d;
    for (std::size_t s = 0; s < species; ++s)
      for (std::size_t k = first[s]; k < first[s + 1]; k += N)
        fill_record(model, model.radial_of(site.type, static_cast<int>(s)), hn::Load(d, sorted.x + k),
                    hn::Load(d, sorted.y + k), hn::Load(d, sorted.z + k), site.records + k / N * record_size(model));
    for (std::size_t s = 0; s <= species; ++s) first[s] /= N;
  }
}

void run_kernel_on_target(const KernelJob& job, KernelScratch& scratch) {
  const D d;
  const KernelModel& model = *job.model;
  const auto slots = static_cast<std::size_t>(model.program.n_slots);
  double* moments = scratch.moments.get(slots * N);
  double* adjoints = scratch.adjoints.get(slots * N);
  Site sites[N];
  for (std::size_t begin = job.begin; begin < job.end; begin += N) {
    const std::size_t count = std::min(N, job.end - begin);
    if (count < N) std::fill(moments, moments + slots * N, 0.0);
    prepare_sites(job, begin, count, scratch, sites);
    for (std::size_t n = 0; n < count; ++n) sum_moments(model, sites[n], scratch, moments + n);
    contract_forward(model.program, moments);
    HWY_ALIGN double site_energies[N];
    hn::Store(energies(model, moments), d, site_energies);
    contract_backward(model, moments, adjoints);
    for (std::size_t n = 0; n < count; ++n) {
      job.energies[begin + n] =
          site_energies[n] + model.species_coeffs[static_cast<std::size_t>(sites[n].type)] + sites[n].repulsion;
      if (job.rows == nullptr) {
        push_site<false>(job, sites[n], adjoints + n);
      } else {
        push_site<true>(job, sites[n], adjoints + n);
        write_row(job, sites[n], moments + n, scratch);
      }
    }
  }
}

}  // namespace vitrion::potentials::mtp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vitrion::potentials::mtp {

HWY_EXPORT(run_kernel_on_target);

void run_kernel(const KernelJob& job, KernelScratch& scratch) {
  HWY_DYNAMIC_DISPATCH(run_kernel_on_target)(job, scratch);
}

KernelModel::KernelModel(const MtpParameters& p)
    : program(compile(p.tables, p.radial_funcs_count)),
      n_species(static_cast<int>(p.n_species())),
      radial_funcs(p.radial_funcs_count),
      basis_size(p.radial_basis_size),
      min_dist(p.min_dist),
      max_dist(p.max_dist),
      scaling(p.scaling),
      repulsive(p.radial_basis == RadialBasis::chebyshev_repulsive),
      species_coeffs(p.species_coeffs),
      moment_coeffs(p.moment_coeffs),
      seeds(static_cast<std::size_t>(program.n_slots), 0.0) {
  for (std::size_t a = 0; a < p.n_species(); ++a)
    for (std::size_t b = 0; b < p.n_species(); ++b)
      for (int k = 0; k < basis_size; ++k)
        for (int mu = 0; mu < radial_funcs; ++mu)
          radial.push_back(p.scaling * p.radial(a, b, mu)[static_cast<std::size_t>(k)]);
  for (std::size_t k = 0; k < moment_coeffs.size(); ++k)
    seeds[static_cast<std::size_t>(program.scalars[k])] += moment_coeffs[k];
}

}  // namespace vitrion::potentials::mtp
#endif
