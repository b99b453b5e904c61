// Products of rows and matrix, and grades from them, without the products ever lying in memory.
//
// A library's matrix product took three times as long: general ones neither fuse the maximum nor, as shipped, know the
// vectors of recent processors.
#include "vitrion/potentials/grader.hpp"

#include <algorithm>
#include <cmath>

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vitrion/potentials/grader.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef VITRION_GRADER_TILE
#define VITRION_GRADER_TILE
namespace vitrion::potentials {
namespace {

constexpr std::size_t atoms_at_a_time = 64;  // whose rows stay in the second cache beside one tile in the first
constexpr std::size_t tile_columns = 24;     // three of the widest vectors
constexpr std::size_t tile_atoms = 4;        // with them, as many sums as there are registers for everywhere

// Rows of some atoms of one type, and what is known of their grades so far.
struct Batch {
  std::size_t n_atoms = 0, width = 0, stride = 0;  // rows are filled up with zeros to a stride of whole tiles
  std::vector<double> rows = {};                   // shape (atoms_at_a_time, stride)
  std::vector<double> sums = {};                   // max_j |c_j| or b . c, c = b M, shape (atoms_at_a_time)
};

}  // namespace
}  // namespace vitrion::potentials
#endif

HWY_BEFORE_NAMESPACE();
namespace vitrion::potentials::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, 8>;
using V = hn::Vec<D>;

// c_j of tile_atoms atoms and three vectors of columns, folded into their sums.
template <ReferenceKind kind>
HWY_INLINE void fold(const double* rows, std::size_t stride, std::size_t width, const double* matrix,
                     std::size_t first_column, double* sums) {
  const D d;
  const std::size_t N = hn::Lanes(d);
  V c[tile_atoms][3];
  for (auto& of_atom : c)
    for (V& v : of_atom) v = hn::Zero(d);
  for (std::size_t k = 0; k < width; ++k, matrix += tile_columns) {
    const V m[3] = {hn::Load(d, matrix), hn::Load(d, matrix + N), hn::Load(d, matrix + 2 * N)};
    for (std::size_t a = 0; a < tile_atoms; ++a) {
      const V b = hn::Set(d, rows[a * stride + k]);
      for (std::size_t v = 0; v < 3; ++v) c[a][v] = hn::MulAdd(b, m[v], c[a][v]);
    }
  }
  for (std::size_t a = 0; a < tile_atoms; ++a) {
    if constexpr (kind == ReferenceKind::active_set) {
      const V largest = hn::Max(hn::Max(hn::Abs(c[a][0]), hn::Abs(c[a][1])), hn::Abs(c[a][2]));
      sums[a] = std::max(sums[a], hn::GetLane(hn::MaxOfLanes(d, largest)));
    } else {
      const double* b = rows + a * stride + first_column;
      V sum = hn::Mul(hn::LoadU(d, b), c[a][0]);
      sum = hn::MulAdd(hn::LoadU(d, b + N), c[a][1], sum);
      sum = hn::MulAdd(hn::LoadU(d, b + 2 * N), c[a][2], sum);
      sums[a] += hn::GetLane(hn::SumOfLanes(d, sum));
    }
  }
}

template <ReferenceKind kind>
void fold_tiles(const double* matrix, std::size_t tiles, Batch& batch) {
  const D d;
  const std::size_t step = 3 * hn::Lanes(d);
  for (std::size_t tile = 0; tile < tiles; ++tile, matrix += batch.width * tile_columns)
    for (std::size_t column = 0; column < tile_columns; column += step)
      for (std::size_t a = 0; a < batch.n_atoms; a += tile_atoms)
        fold<kind>(batch.rows.data() + a * batch.stride, batch.stride, batch.width, matrix + column,
                   tile * tile_columns + column, batch.sums.data() + a);
}

void fold_batch(ReferenceKind kind, const double* matrix, std::size_t tiles, Batch& batch) {
  if (kind == ReferenceKind::active_set)
    fold_tiles<ReferenceKind::active_set>(matrix, tiles, batch);
  else
    fold_tiles<ReferenceKind::ellipsoid>(matrix, tiles, batch);
}

}  // namespace vitrion::potentials::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vitrion::potentials {

HWY_EXPORT(fold_batch);

Grader::Grader(ReferenceKind kind, const std::vector<SelectionRows>& matrices)
    : kind_(kind), width_(static_cast<std::size_t>(matrices.front().rows())) {
  const auto columns = static_cast<std::size_t>(matrices.front().cols());
  tiles_ = (columns + tile_columns - 1) / tile_columns;
  for (const SelectionRows& matrix : matrices) {
    double* tiled = matrices_.emplace_back(hwy::AllocateAligned<double>(tiles_ * width_ * tile_columns)).get();
    for (std::size_t tile = 0; tile < tiles_; ++tile)
      for (std::size_t k = 0; k < width_; ++k)
        for (std::size_t j = tile * tile_columns; j < (tile + 1) * tile_columns; ++j)
          *tiled++ = j < columns ? matrix(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(j)) : 0.0;
  }
}

void Grader::grade(const double* rows, const int* types, std::size_t begin, std::size_t end, double* grades) const {
  Batch batch{.width = width_, .stride = std::max(width_, tiles_ * tile_columns)};
  batch.rows.resize(atoms_at_a_time * batch.stride);
  std::vector<std::size_t> atoms;
  const auto flush = [&](const double* matrix) {
    batch.n_atoms = atoms.size();
    batch.sums.assign(atoms_at_a_time, 0.0);
    HWY_DYNAMIC_DISPATCH(fold_batch)(kind_, matrix, tiles_, batch);
    for (std::size_t a = 0; a < atoms.size(); ++a) {
      const double sum = batch.sums[a];
      // A number that is none must not pass as a small grade; a maximum leaves such numbers out, so the row is asked.
      const bool finite = Eigen::Map<const Eigen::ArrayXd>(rows + atoms[a] * width_, static_cast<Eigen::Index>(width_))
                              .isFinite()
                              .all();
      grades[atoms[a]] = !finite || !std::isfinite(sum)       ? INFINITY
                         : kind_ == ReferenceKind::active_set ? sum
                                                              : std::sqrt(std::max(0.0, sum));
    }
    atoms.clear();
  };
  for (std::size_t type = 0; type < matrices_.size(); ++type) {
    for (std::size_t i = begin; i < end; ++i) {
      if (types[i] != static_cast<int>(type)) continue;
      std::copy(rows + i * width_, rows + (i + 1) * width_, batch.rows.data() + atoms.size() * batch.stride);
      atoms.push_back(i);
      if (atoms.size() == atoms_at_a_time) flush(matrices_[type].get());
    }
    if (!atoms.empty()) flush(matrices_[type].get());
  }
}

}  // namespace vitrion::potentials
#endif
