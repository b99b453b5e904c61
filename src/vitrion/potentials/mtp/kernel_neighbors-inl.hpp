// Neighbours within the cutoff, sorted by species, with their radial functions. Included once per instruction set.
#if defined(VITRION_MTP_KERNEL_NEIGHBORS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef VITRION_MTP_KERNEL_NEIGHBORS_INL
#undef VITRION_MTP_KERNEL_NEIGHBORS_INL
#else
#define VITRION_MTP_KERNEL_NEIGHBORS_INL
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "vitrion/potentials/mtp/kernel.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitrion::potentials::mtp::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, kernel_batch>;
using DI = hn::RebindToSigned<D>;
using V = hn::Vec<D>;
using M = hn::Mask<D>;
inline constexpr std::size_t N = hn::MaxLanes(D());

inline constexpr std::size_t round_up(std::size_t n) {
  return (n + N - 1) / N * N;
}

// A record holds N neighbours. Its fields are vectors: unit vector, distance, 1/distance, all f_mu, all f'_mu.
enum Field : std::size_t { field_x, field_y, field_z, field_r, field_inverse_r, field_radial };

HWY_INLINE std::size_t record_size(const KernelModel& model) {
  return (field_radial + 2 * static_cast<std::size_t>(model.radial_funcs)) * N;
}

// One atom of a batch.
struct Site {
  std::size_t atom = 0;
  int type = 0;
  double* records = nullptr;            // n_records of them
  const std::int64_t* atoms = nullptr;  // neighbour of every lane of every record; n_total where there is none
  std::size_t n_records = 0;
  const std::size_t* first_record = nullptr;  // of each species, shape (n_species + 1)
  double repulsion = 0;                       // eV
  double repulsion_virial[6] = {};            // eV, xx yy zz yz xz xy
};

// Differences to the N atoms named by `atoms`, and their types (as numbers).
struct Differences {
  V x, y, z, type;
};

#if HWY_MAX_BYTES >= 32

// The packed row of one atom, in a vector of eight followed by that of the atom four places further on.
template <class Tag>
HWY_INLINE hn::Vec<Tag> load_rows(Tag d, const double* packed, const int* atoms) {
  const hn::CappedTag<double, 4> d4;
  const auto low = hn::Load(d4, packed + 4 * static_cast<std::size_t>(atoms[0]));
  if constexpr (hn::MaxLanes(Tag()) == 8)
    return hn::Combine(d, hn::Load(d4, packed + 4 * static_cast<std::size_t>(atoms[4])), low);
  else
    return low;
}

// Four (or twice four) rows of four numbers, transposed in registers.
HWY_INLINE Differences load_differences(const double* packed, const int* atoms, V xi, V yi, V zi) {
  const D d;
  const V r0 = load_rows(d, packed, atoms), r1 = load_rows(d, packed, atoms + 1);
  const V r2 = load_rows(d, packed, atoms + 2), r3 = load_rows(d, packed, atoms + 3);
  const V xz01 = hn::InterleaveLower(d, r0, r1), xz23 = hn::InterleaveLower(d, r2, r3);
  const V yt01 = hn::InterleaveUpper(d, r0, r1), yt23 = hn::InterleaveUpper(d, r2, r3);
  const V x = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(xz23), xz01);
  const V y = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(yt23), yt01);
  const V z = hn::OddEvenBlocks(xz23, hn::SwapAdjacentBlocks(xz01));
  const V type = hn::OddEvenBlocks(yt23, hn::SwapAdjacentBlocks(yt01));
  return {hn::Sub(x, xi), hn::Sub(y, yi), hn::Sub(z, zi), type};
}

#else

HWY_INLINE Differences load_differences(const double* packed, const int* atoms, V xi, V yi, V zi) {
  const D d;
  HWY_ALIGN double lanes[4][N];
  for (std::size_t n = 0; n < N; ++n)
    for (std::size_t k = 0; k < 4; ++k) lanes[k][n] = packed[4 * static_cast<std::size_t>(atoms[n]) + k];
  return {hn::Sub(hn::Load(d, lanes[0]), xi), hn::Sub(hn::Load(d, lanes[1]), yi), hn::Sub(hn::Load(d, lanes[2]), zi),
          hn::Load(d, lanes[3])};
}

#endif

// The set bits of every byte, in order, then zeros.
inline constexpr auto lanes_of_mask = [] {
  std::array<std::array<std::uint8_t, 8>, 256> table{};
  for (unsigned mask = 0; mask < 256; ++mask) {
    std::size_t n = 0;
    for (std::uint8_t lane = 0; lane < 8; ++lane)
      if (mask >> lane & 1) table[mask][n++] = lane;
  }
  return table;
}();

// Brings the lanes of the mask to the front. (One look-up serves all rows; Highway's Compress makes one for each.)
HWY_INLINE auto indices_of_lanes(M mask) {
  HWY_ALIGN std::uint8_t bits[8] = {};
  hn::StoreMaskBits(D(), mask, bits);
  const hn::Rebind<std::uint8_t, D> bytes;
  const hn::Rebind<std::int32_t, D> words;
  const auto lanes = hn::LoadU(bytes, lanes_of_mask[bits[0]].data());
  return hn::IndicesFromVec(D(), hn::PromoteTo(DI(), hn::PromoteTo(words, lanes)));
}

// Rows x, y, z, type and atom numbers of up to `stride` neighbours.
struct Rows {
  double *x, *y, *z, *type;
  std::int64_t* atom;

  Rows(AlignedBuffer<double>& numbers, AlignedBuffer<std::int64_t>& atoms, std::size_t stride) {
    x = numbers.get(4 * stride);
    y = x + stride, z = y + stride, type = z + stride;
    atom = atoms.get(stride);
  }

  // Appends the lanes of the mask at position n; returns the position behind them. Writes N lanes.
  HWY_INLINE std::size_t append(std::size_t n, const Differences& v, hn::Vec<DI> atoms, M mask) const {
    const D d;
    const auto order = indices_of_lanes(mask);
    hn::StoreU(hn::TableLookupLanes(v.x, order), d, x + n);
    hn::StoreU(hn::TableLookupLanes(v.y, order), d, y + n);
    hn::StoreU(hn::TableLookupLanes(v.z, order), d, z + n);
    hn::StoreU(hn::TableLookupLanes(v.type, order), d, type + n);
    hn::StoreU(hn::BitCast(DI(), hn::TableLookupLanes(hn::BitCast(d, atoms), order)), DI(), atom + n);
    return n + hn::CountTrue(d, mask);
  }
};

// Neighbours of atom i closer than the cutoff, in the order of the list. Returns how many.
// A position that is not a number counts as near, so that it shows in the result instead of dropping out.
inline std::size_t find_near(const KernelJob& job, std::size_t i, const Rows& to) {
  const D d;
  const std::span<const int> list = job.atoms->of(i);
  const double* center = job.packed + 4 * i;
  const V xi = hn::Set(d, center[0]), yi = hn::Set(d, center[1]), zi = hn::Set(d, center[2]);
  const V limit = hn::Set(d, job.model->max_dist * job.model->max_dist);
  const hn::Rebind<std::int32_t, D> d32;
  std::size_t found = 0;
  const auto add = [&](const int* atoms, M valid) HWY_ATTR {
    const Differences v = load_differences(job.packed, atoms, xi, yi, zi);
    const V r2 = hn::MulAdd(v.x, v.x, hn::MulAdd(v.y, v.y, hn::Mul(v.z, v.z)));
    found = to.append(found, v, hn::PromoteTo(DI(), hn::LoadU(d32, atoms)), hn::AndNot(hn::Ge(r2, limit), valid));
  };
  std::size_t n = 0;
  const M all = hn::FirstN(d, N);
  for (; n + N <= list.size(); n += N) add(list.data() + n, all);
  if (n < list.size()) {
    int rest[N];
    for (std::size_t k = 0; k < N; ++k) rest[k] = list[std::min(n + k, list.size() - 1)];
    add(rest, hn::FirstN(d, list.size() - n));
  }
  return found;
}

// Neighbours by species; every species begins a new vector, filled up with lanes beyond the cutoff.
// first[s] is the position of species s; returns the number of lanes.
inline std::size_t sort_by_species(const KernelJob& job, const Rows& from, std::size_t count, const Rows& to,
                                   std::size_t* first) {
  const D d;
  const V far = hn::Set(d, 2 * job.model->max_dist), zero = hn::Zero(d);
  const auto nobody = hn::Set(DI(), static_cast<std::int64_t>(job.atoms->n_total));
  std::size_t end = 0;
  for (int s = 0; s < job.model->n_species; ++s) {
    first[s] = end;
    const V species = hn::Set(d, static_cast<double>(s));
    for (std::size_t n = 0; n < count; n += N) {
      const Differences v{hn::Load(d, from.x + n), hn::Load(d, from.y + n), hn::Load(d, from.z + n),
                          hn::Load(d, from.type + n)};
      const M mask = hn::And(hn::Eq(v.type, species), hn::FirstN(d, count - n));
      end = to.append(end, v, hn::Load(DI(), from.atom + n), mask);
    }
    to.append(end, {far, zero, zero, species}, nobody, hn::FirstN(d, N));
    end = round_up(end);
  }
  first[job.model->n_species] = end;
  return end;
}

// f_mu and f'_mu for MU radial functions from `mu` on, by the recurrences of T_k and its derivative.
//
// t = (2 r - r0 - rc) / (rc - r0), w = r - rc (0 beyond rc); `slope` is dt/dr.
template <std::size_t MU>
HWY_INLINE void radial_functions(const KernelModel& model, const double* coefficients, std::size_t mu, V t, V w,
                                 V slope, double* record) {
  const D d;
  const std::size_t total = static_cast<std::size_t>(model.radial_funcs);
  V value[MU], derivative[MU];
  for (std::size_t m = 0; m < MU; ++m) {
    value[m] = hn::Set(d, coefficients[mu + m]);
    derivative[m] = hn::Zero(d);
  }
  V T0 = hn::Set(d, 1.0), T1 = t, dT0 = hn::Zero(d), dT1 = hn::Set(d, 1.0);
  const V two_t = hn::Add(t, t), two = hn::Set(d, 2.0);
  for (int k = 1; k < model.basis_size; ++k) {
    const double* c = coefficients + static_cast<std::size_t>(k) * total + mu;
    for (std::size_t m = 0; m < MU; ++m) {
      const V cm = hn::Set(d, c[m]);
      value[m] = hn::MulAdd(cm, T1, value[m]);
      derivative[m] = hn::MulAdd(cm, dT1, derivative[m]);
    }
    const V T2 = hn::MulSub(two_t, T1, T0), dT2 = hn::MulAdd(two, T1, hn::MulSub(two_t, dT1, dT0));
    T0 = T1, T1 = T2, dT0 = dT1, dT1 = dT2;
  }
  const V w2 = hn::Mul(w, w), two_w = hn::Add(w, w), w2_slope = hn::Mul(w2, slope);
  for (std::size_t m = 0; m < MU; ++m) {
    hn::Store(hn::Mul(value[m], w2), d, record + (field_radial + mu + m) * N);
    hn::Store(hn::MulAdd(value[m], two_w, hn::Mul(derivative[m], w2_slope)), d,
              record + (field_radial + total + mu + m) * N);
  }
}

HWY_INLINE void fill_record(const KernelModel& model, const double* coefficients, V x, V y, V z, double* record) {
  const D d;
  const V r = hn::Sqrt(hn::MulAdd(x, x, hn::MulAdd(y, y, hn::Mul(z, z))));
  const V inverse = hn::Div(hn::Set(d, 1.0), r);
  hn::Store(hn::Mul(x, inverse), d, record + field_x * N);
  hn::Store(hn::Mul(y, inverse), d, record + field_y * N);
  hn::Store(hn::Mul(z, inverse), d, record + field_z * N);
  hn::Store(r, d, record + field_r * N);
  hn::Store(inverse, d, record + field_inverse_r * N);

  const double span = model.max_dist - model.min_dist;
  const V r0 = hn::Set(d, model.min_dist);
  V s = r, slope = hn::Set(d, 2 / span);
  V keep = hn::Set(d, 1.0);
  if (model.repulsive) {  // constant below min_dist
    s = hn::Max(r, r0);
    keep = hn::IfThenElse(hn::Lt(r, r0), hn::Zero(d), keep);
  }
  const V w = hn::Min(hn::Sub(s, hn::Set(d, model.max_dist)), hn::Zero(d));
  const V t = hn::MulSub(hn::Set(d, 2 / span), s, hn::Set(d, (model.min_dist + model.max_dist) / span));
  const std::size_t total = static_cast<std::size_t>(model.radial_funcs);
  std::size_t mu = 0;
  for (; mu + 4 <= total; mu += 4) radial_functions<4>(model, coefficients, mu, t, w, slope, record);
  switch (total - mu) {
    case 3:
      radial_functions<3>(model, coefficients, mu, t, w, slope, record);
      break;
    case 2:
      radial_functions<2>(model, coefficients, mu, t, w, slope, record);
      break;
    case 1:
      radial_functions<1>(model, coefficients, mu, t, w, slope, record);
      break;
    default:
      break;
  }
  if (model.repulsive)
    for (std::size_t m = 0; m < total; ++m) {
      double* derivative = record + (field_radial + total + m) * N;
      hn::Store(hn::Mul(hn::Load(d, derivative), keep), d, derivative);
    }
}

// The hard pair repulsion below min_dist: rare, so one pair at a time.
inline void add_repulsion(const KernelJob& job, const Rows& near, std::size_t count, Site& site) {
  const double r0 = job.model->min_dist;
  for (std::size_t n = 0; n < count; ++n) {
    const double v[3] = {near.x[n], near.y[n], near.z[n]};
    const double r2 = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
    if (r2 >= r0 * r0) continue;
    const double r = std::sqrt(r2), e = 1e4 * std::exp(-10 * (r - 1));
    site.repulsion += e - 1e4 * std::exp(-10 * (r0 - 1));
    double* on_center = job.forces + 4 * site.atom;
    double* on_neighbor = job.forces + 4 * static_cast<std::size_t>(near.atom[n]);
    constexpr int voigt[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};
    const double slope = -10 * e / r;
    for (int k = 0; k < 3; ++k) {
      on_center[k] += slope * v[k];
      on_neighbor[k] -= slope * v[k];
    }
    for (int k = 0; k < 6; ++k) site.repulsion_virial[k] -= slope * v[voigt[k][0]] * v[voigt[k][1]];
  }
}

}  // namespace vitrion::potentials::mtp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
