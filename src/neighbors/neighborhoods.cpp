#include "neighbors/neighborhoods.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/error.hpp"

namespace vitrion {
namespace {

constexpr double coincident = 1e-6;  // Å

// Atoms sorted into boxes at least one cutoff wide, so that neighbours lie in the 27 boxes around an atom's own.
class LinkedCells {
 public:
  LinkedCells(const Positions& positions, double width) {
    origin_ = positions.colwise().minCoeff();
    const Vector3 extent = Vector3(positions.colwise().maxCoeff()) - origin_;
    // More boxes than atoms would only cost memory (a few atoms far apart).
    const double limit = std::cbrt(static_cast<double>(positions.rows())) + 1;
    for (int k = 0; k < 3; ++k) {
      const double boxes = std::clamp(std::floor(extent[k] / width), 1.0, std::max(1.0, 4 * limit));
      count_[k] = static_cast<int>(boxes);
      width_[k] = std::max(extent[k] / boxes, width) * (1 + 1e-12);
    }
    std::vector<int> box(static_cast<std::size_t>(positions.rows()));
    begin_.assign(static_cast<std::size_t>(count_[0]) * count_[1] * count_[2] + 1, 0);
    for (Eigen::Index i = 0; i < positions.rows(); ++i) {
      const std::array<int, 3> b = box_of(positions.row(i));
      box[static_cast<std::size_t>(i)] = index(b[0], b[1], b[2]);
      ++begin_[static_cast<std::size_t>(box[static_cast<std::size_t>(i)]) + 1];
    }
    std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
    atoms_.resize(box.size());
    std::vector<int> next(begin_.begin(), begin_.end() - 1);
    for (std::size_t i = 0; i < box.size(); ++i)
      atoms_[static_cast<std::size_t>(next[static_cast<std::size_t>(box[i])]++)] = static_cast<int>(i);
  }

  std::array<int, 3> box_of(const Vector3& x) const {
    std::array<int, 3> b{};
    for (int k = 0; k < 3; ++k)
      b[static_cast<std::size_t>(k)] = std::clamp(static_cast<int>((x[k] - origin_[k]) / width_[k]), 0, count_[k] - 1);
    return b;
  }

  // Calls visit(first, last) for the atoms of each row of boxes along z around box b: they lie next to each other.
  template <class Visit>
  void around(const std::array<int, 3>& b, Visit visit) const {
    for (int x = std::max(0, b[0] - 1); x <= std::min(count_[0] - 1, b[0] + 1); ++x)
      for (int y = std::max(0, b[1] - 1); y <= std::min(count_[1] - 1, b[1] + 1); ++y) {
        const int low = index(x, y, std::max(0, b[2] - 1)), high = index(x, y, std::min(count_[2] - 1, b[2] + 1));
        visit(atoms_.data() + begin_[static_cast<std::size_t>(low)],
              atoms_.data() + begin_[static_cast<std::size_t>(high) + 1]);
      }
  }

 private:
  int index(int x, int y, int z) const { return (x * count_[1] + y) * count_[2] + z; }

  Vector3 origin_;
  int count_[3];
  double width_[3];
  std::vector<int> begin_;
  std::vector<int> atoms_;
};

}  // namespace

PeriodicNeighborhoods::PeriodicNeighborhoods(const Structure& structure, std::vector<int> types, double cutoff)
    : n_local_(structure.size()), positions_(structure.positions), types_(std::move(types)) {
  if (types_.size() != n_local_) throw InputError("types and atoms differ in number");
  if (!positions_.allFinite()) throw InputError("a position is not a finite number");
  make_ghosts(structure.cell, cutoff);
  make_lists(cutoff);
}

void PeriodicNeighborhoods::make_ghosts(const Cell& cell, double cutoff) {
  shifts_.resize(0, 3);
  if (n_local_ == 0) return;
  const Matrix3 basis = cell.spanning();
  const Vector3 heights = Cell(basis).heights();
  Positions fractional(positions_.rows(), 3);
  for (Eigen::Index i = 0; i < positions_.rows(); ++i)
    fractional.row(i) = cell.to_fractional(positions_.row(i)).transpose();
  // Atoms may lie outside the cell; images are needed as far as the cutoff reaches beyond all of them.
  const Vector3 low = fractional.colwise().minCoeff(), high = fractional.colwise().maxCoeff();
  const Vector3 reach = cutoff * heights.cwiseInverse();
  int first[3], last[3];
  for (int k = 0; k < 3; ++k) {
    const double span = cell.periodic()[static_cast<std::size_t>(k)] ? high[k] - low[k] + reach[k] : 0.0;
    last[k] = static_cast<int>(std::ceil(span));
    first[k] = -last[k];
  }
  std::vector<Vector3> ghosts, shifts;
  for (int x = first[0]; x <= last[0]; ++x)
    for (int y = first[1]; y <= last[1]; ++y)
      for (int z = first[2]; z <= last[2]; ++z) {
        if (x == 0 && y == 0 && z == 0) continue;
        const Vector3 n(x, y, z);
        const Vector3 shift = (n.transpose() * basis).transpose();
        for (Eigen::Index i = 0; i < positions_.rows(); ++i) {
          const Vector3 s = fractional.row(i).transpose() + n;
          if (((s - low + reach).array() < 0).any() || ((high + reach - s).array() < 0).any()) continue;
          ghosts.emplace_back(positions_.row(i).transpose() + shift);
          shifts.push_back(shift);
          owners_.push_back(static_cast<int>(i));
        }
      }
  const auto n_local = static_cast<Eigen::Index>(n_local_);
  const auto n_ghost = static_cast<Eigen::Index>(ghosts.size());
  positions_.conservativeResize(n_local + n_ghost, 3);
  shifts_.resize(n_ghost, 3);
  types_.reserve(n_local_ + ghosts.size());
  for (Eigen::Index g = 0; g < n_ghost; ++g) {
    positions_.row(n_local + g) = ghosts[static_cast<std::size_t>(g)].transpose();
    shifts_.row(g) = shifts[static_cast<std::size_t>(g)].transpose();
    types_.push_back(types_[static_cast<std::size_t>(owners_[static_cast<std::size_t>(g)])]);
  }
}

void PeriodicNeighborhoods::make_lists(double cutoff) {
  first_.assign(n_local_ + 1, 0);
  neighbors_.clear();
  if (n_local_ == 0) return;
  const LinkedCells cells(positions_, cutoff);
  const double cutoff2 = cutoff * cutoff;
  const double* x = positions_.data();
  for (std::size_t i = 0; i < n_local_; ++i) {
    const double* xi = x + 3 * i;
    cells.around(cells.box_of(positions_.row(static_cast<Eigen::Index>(i))), [&](const int* begin, const int* end) {
      for (const int* j = begin; j != end; ++j) {
        const double* xj = x + 3 * static_cast<std::size_t>(*j);
        const double dx = xj[0] - xi[0], dy = xj[1] - xi[1], dz = xj[2] - xi[2];
        const double r2 = dx * dx + dy * dy + dz * dz;
        if (r2 >= cutoff2 || static_cast<std::size_t>(*j) == i) continue;
        if (r2 < coincident * coincident)
          throw InputError("atoms " + std::to_string(i + 1) + " and " +
                               std::to_string((static_cast<std::size_t>(*j) < n_local_
                                                   ? *j
                                                   : owners_[static_cast<std::size_t>(*j) - n_local_]) +
                                              1) +
                               " stand on the same place",
                           "The structure holds an atom twice, or fractional coordinates were read as Cartesian.");
        neighbors_.push_back(*j);
      }
    });
    std::sort(neighbors_.begin() + first_[i], neighbors_.end());
    first_[i + 1] = static_cast<std::int64_t>(neighbors_.size());
  }
}

Neighborhoods PeriodicNeighborhoods::view() const {
  Neighborhoods n;
  n.n_local = n_local_;
  n.n_total = n_local_ + owners_.size();
  n.positions = positions_.data();
  n.types = types_.data();
  n.first = first_.data();
  n.neighbors = neighbors_.data();
  return n;
}

double PeriodicNeighborhoods::mean_neighbors() const {
  return n_local_ == 0 ? 0.0 : static_cast<double>(neighbors_.size()) / static_cast<double>(n_local_);
}

void PeriodicNeighborhoods::move(const Positions& local) {
  const auto n_local = static_cast<Eigen::Index>(n_local_);
  if (local.rows() != n_local) throw InputError("positions and atoms differ in number");
  positions_.topRows(n_local) = local;
  for (std::size_t g = 0; g < owners_.size(); ++g) {
    const auto row = static_cast<Eigen::Index>(g);
    positions_.row(n_local + row) = local.row(owners_[g]) + shifts_.row(row);
  }
}

Positions PeriodicNeighborhoods::fold(const Positions& per_atom) const {
  const auto n_local = static_cast<Eigen::Index>(n_local_);
  Positions folded = per_atom.topRows(n_local);
  for (std::size_t g = 0; g < owners_.size(); ++g)
    folded.row(owners_[g]) += per_atom.row(n_local + static_cast<Eigen::Index>(g));
  return folded;
}

}  // namespace vitrion
