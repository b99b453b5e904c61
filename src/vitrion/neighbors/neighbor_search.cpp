// The search; the part that looks at distances is compiled for several instruction sets.
#include "vitrion/neighbors/neighbor_search.hpp"

#include <omp.h>

#include <algorithm>
#include <cmath>

#include "vitrion/core/parallel.hpp"
#include "vitrion/neighbors/boxes.hpp"
#include "vitrion/neighbors/search_part.hpp"

// Scalable vectors are left out: CappedTag and tables of eight lanes know fixed ones.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vitrion/neighbors/neighbor_search.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace vitrion::neighbors::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, 8>;
using Numbers = hn::Rebind<std::int32_t, D>;
inline constexpr std::size_t lanes = hn::MaxLanes(D());
static_assert(lanes <= Boxes::padding);

// Appends the points of a stretch of a column that lie within the cutoff; returns how many stand where p stands. No
// branch depends on a distance: half of them would be guessed wrong.
HWY_INLINE std::size_t append_near(const Boxes& boxes, std::pair<int, int> range, const double* p, double cutoff,
                                   SearchPart& part) {
  const D d;
  const Numbers numbers;
  const auto n = static_cast<std::size_t>(range.second - range.first);
  const double *x = boxes.x() + range.first, *y = boxes.y() + range.first, *z = boxes.z() + range.first;
  const int* point = boxes.point() + range.first;
  const auto px = hn::Set(d, p[0]), py = hn::Set(d, p[1]), pz = hn::Set(d, p[2]);
  const auto cutoff2 = hn::Set(d, cutoff * cutoff), same2 = hn::Set(d, coincident * coincident);
  int* out = part.room_for(n + lanes);
  std::size_t found = 0, same = 0;
  for (std::size_t k = 0; k < n; k += lanes) {
    const auto dx = hn::Sub(hn::LoadU(d, x + k), px), dy = hn::Sub(hn::LoadU(d, y + k), py),
               dz = hn::Sub(hn::LoadU(d, z + k), pz);
    const auto r2 = hn::Add(hn::Add(hn::Mul(dx, dx), hn::Mul(dy, dy)), hn::Mul(dz, dz));
    const auto listed = hn::FirstN(d, n - k);
    const auto here = hn::And(listed, hn::Lt(r2, same2));
    const auto near = hn::AndNot(here, hn::And(listed, hn::Lt(r2, cutoff2)));
    same += hn::CountTrue(d, here);
    HWY_ALIGN std::uint8_t bits[8] = {};
    hn::StoreMaskBits(d, near, bits);
    found += hn::CompressBitsStore(hn::LoadU(numbers, point + k), bits, numbers, out + found);
  }
  part.used += found;
  return same;
}

// Appends the list of the point at p; returns how many points stand there, itself included.
HWY_INLINE std::size_t append_list(const Boxes& boxes, const double* p, double cutoff, SearchPart& part) {
  const double reach = cutoff * (1 + 1e-9) + boxes.rounding(), reach2 = reach * reach;
  const int x_from = boxes.box(0, p[0] - reach), x_to = boxes.box(0, p[0] + reach);
  const int y_from = boxes.box(1, p[1] - reach), y_to = boxes.box(1, p[1] + reach);
  std::size_t same = 0;
  for (int bx = x_from; bx <= x_to; ++bx) {
    const double gap_x = boxes.distance(0, bx, p[0]);
    for (int by = y_from; by <= y_to; ++by) {
      const double gap_y = boxes.distance(1, by, p[1]), left = reach2 - gap_x * gap_x - gap_y * gap_y;
      if (left < 0) continue;
      const double half = std::sqrt(left) + boxes.rounding();
      const std::pair<int, int> range = boxes.range(bx, by, boxes.box(2, p[2] - half), boxes.box(2, p[2] + half));
      same += append_near(boxes, range, p, cutoff, part);
    }
  }
  return same;
}

void search_on_target(const Boxes& boxes, const double* positions, std::size_t begin, std::size_t end, double cutoff,
                      std::int64_t* first, SearchPart& part) {
  for (std::size_t i = begin; i < end; ++i) {
    if (append_list(boxes, positions + 3 * i, cutoff, part) != 1 && part.crowded == SearchPart::none) part.crowded = i;
    first[i + 1] = static_cast<std::int64_t>(part.used);
  }
}

}  // namespace vitrion::neighbors::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vitrion::neighbors {
namespace {

HWY_EXPORT(search_on_target);

// Fewer points than this are not worth another thread.
constexpr std::size_t points_per_thread = 128;

// A point that stands where point i does.
std::size_t same_place_as(std::size_t i, const double* positions, std::size_t n_points) {
  for (std::size_t j = 0; j < n_points; ++j) {
    double r2 = 0;
    for (std::size_t k = 0; k < 3; ++k) r2 += std::pow(positions[3 * j + k] - positions[3 * i + k], 2);
    if (j != i && r2 < coincident * coincident) return j;
  }
  return i;
}

}  // namespace

struct NeighborSearch::Memory {
  Boxes boxes;
  std::vector<SearchPart> parts;
};

NeighborSearch::NeighborSearch() : memory_(std::make_unique<Memory>()) {}
NeighborSearch::~NeighborSearch() = default;
NeighborSearch::NeighborSearch(NeighborSearch&&) noexcept = default;
NeighborSearch& NeighborSearch::operator=(NeighborSearch&&) noexcept = default;

void NeighborSearch::build(const double* positions, std::size_t n_points, std::size_t n_lists, double cutoff,
                           NeighborLists& lists) {
  lists.first.assign(n_lists + 1, 0);
  lists.neighbors.clear();
  lists.same_place.reset();
  if (n_lists == 0) return;
  cutoff = std::max(cutoff, coincident);
  const Boxes& boxes = memory_->boxes;
  memory_->boxes.fill(positions, n_points, cutoff / 2);
  const std::size_t team =
      std::clamp<std::size_t>(n_lists / points_per_thread, 1, static_cast<std::size_t>(std::max(1, threads())));
  std::vector<SearchPart>& parts = memory_->parts;
  parts.resize(std::max(parts.size(), team));

  // Every thread lists the neighbours of a stretch of points; then the stretches are joined.
#pragma omp parallel num_threads(static_cast <int>(team))
  {
    const auto t = static_cast<std::size_t>(omp_get_thread_num());
    const auto n_threads = static_cast<std::size_t>(omp_get_num_threads());
    const std::size_t begin = n_lists * t / n_threads, end = n_lists * (t + 1) / n_threads;
    SearchPart& part = parts[t];
    part.clear();
    HWY_DYNAMIC_DISPATCH(search_on_target)(boxes, positions, begin, end, cutoff, lists.first.data(), part);
#pragma omp barrier
#pragma omp single
    {
      std::size_t total = 0;
      for (std::size_t k = 0; k < n_threads; ++k) total += parts[k].used;
      lists.neighbors.resize(total);
    }
    std::size_t before = 0;
    for (std::size_t k = 0; k < t; ++k) before += parts[k].used;
    std::copy_n(part.neighbors.data(), part.used, lists.neighbors.data() + before);
    for (std::size_t i = begin; i < end; ++i) lists.first[i + 1] += static_cast<std::int64_t>(before);
  }
  for (std::size_t t = 0; t < team && !lists.same_place; ++t)
    if (const std::size_t i = parts[t].crowded; i != SearchPart::none)
      lists.same_place = {i, same_place_as(i, positions, n_points)};
}

}  // namespace vitrion::neighbors
#endif
