#include "vitrion/neighbors/neighborhoods.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "vitrion/core/error.hpp"
#include "vitrion/core/memory.hpp"

namespace vitrion::neighbors {
namespace {

constexpr double most_images = 1e8;
constexpr double most_pairs = 1e10;
constexpr double most_cells_away = 1e8;  // of 16 digits, 8 are left for the place within the cell

std::string heights_of(const Cell& cell) {
  std::string text;
  const Matrix3 inverse = cell.spanning().inverse();
  for (int k = 0; k < 3; ++k)
    text += cell.periodic()[static_cast<std::size_t>(k)]
                ? fmt::format("{}{:g}", k == 0 ? "" : ", ", 1 / inverse.col(k).norm())
                : std::string(k == 0 ? "none" : ", none");
  return text + " Å.";
}

// Atoms come into the cell first: those of a long unwrapped run lie many cells apart, and images would have to fill all
// the space between. Returns how far each was moved, Å.
Positions wrap(const Cell& cell, Positions& positions, Positions& fractional) {
  Positions moved = Positions::Zero(positions.rows(), 3);
  const Matrix3 basis = cell.spanning();
  for (Eigen::Index i = 0; i < positions.rows(); ++i) {
    Eigen::RowVector3d cells = Eigen::RowVector3d::Zero();
    for (int k = 0; k < 3; ++k)
      if (cell.periodic()[static_cast<std::size_t>(k)]) cells[k] = std::floor(fractional(i, k));
    if (cells.isZero(0)) continue;
    if (cells.cwiseAbs().maxCoeff() > most_cells_away)
      throw InputError(
          fmt::format("atom {} lies {:.3g} cells away: its coordinates say no longer where in a cell it is", i + 1,
                      cells.cwiseAbs().maxCoeff()),
          "Its position or the cell is damaged.");
    moved.row(i) = -cells * basis;
    positions.row(i) += moved.row(i);
    fractional.row(i) -= cells;
  }
  return moved;
}

// `extent`: of the region, in cell vectors; `volume`: of the cell, Å^3.
void demand_room(const Cell& cell, std::size_t n_atoms, double cutoff, const Vector3& extent, double volume) {
  const auto n = static_cast<double>(n_atoms);
  double images = 1;
  for (int k = 0; k < 3; ++k)
    if (cell.periodic()[static_cast<std::size_t>(k)]) images *= extent[k];
  const double points = n * std::max(1.0, images);
  const double sphere = 4.0 / 3.0 * std::numbers::pi * cutoff * cutoff * cutoff;
  const double pairs = n * std::min(points, points / (extent.prod() * volume) * sphere);
  const std::string what = fmt::format("the list of neighbors within {:g} Å", cutoff);
  const std::string remedy = "Make the cutoff smaller, or check the cell: it has the heights " + heights_of(cell);
  if (points > most_images || pairs > most_pairs)
    throw InputError(fmt::format("{} of {} atoms asks for {:.3g} periodic images and {:.3g} pairs; at most {:.0e} and "
                                 "{:.0e} are made",
                                 what, n_atoms, points, pairs, most_images, most_pairs),
                     remedy);
  demand_memory(200 * points + 12 * pairs, {}, what, remedy);
}

}  // namespace

PeriodicNeighborhoods::PeriodicNeighborhoods(const Structure& structure, std::vector<int> types, double cutoff)
    : n_local_(structure.size()), positions_(structure.positions), types_(std::move(types)) {
  if (types_.size() != n_local_) throw InputError("types and atoms differ in number");
  if (!(cutoff >= 0) || !std::isfinite(cutoff)) throw InputError("a cutoff must be a length (Å), not negative");
  if (!positions_.allFinite()) throw InputError("a position is not a finite number");
  make_ghosts(structure.cell, cutoff);
  // Kept from one structure to the next: getting that much memory anew takes longer than the search.
  static thread_local NeighborSearch search;
  search.build(positions_.data(), n_local_ + owners_.size(), n_local_, cutoff, lists_);
  if (lists_.same_place) refuse_coincident();
}

// Every image of an atom that lies within the cutoff of the region the atoms fill, in fractional coordinates.
void PeriodicNeighborhoods::make_ghosts(const Cell& cell, double cutoff) {
  shifts_.resize(0, 3);
  if (n_local_ == 0 || cutoff == 0) return;
  const Matrix3 basis = cell.spanning(), inverse = basis.inverse();
  Positions fractional = positions_ * inverse;
  const Positions moved = wrap(cell, positions_, fractional);
  const Vector3 reach = cutoff * inverse.colwise().norm().transpose();
  const Vector3 low = Vector3(fractional.colwise().minCoeff()) - reach;
  const Vector3 high = Vector3(fractional.colwise().maxCoeff()) + reach;
  demand_room(cell, n_local_, cutoff, high - low, std::abs(basis.determinant()));
  std::vector<double> ghosts, shifts;
  for (Eigen::Index i = 0; i < positions_.rows(); ++i) {
    int first[3] = {}, last[3] = {};
    for (int k = 0; k < 3; ++k) {
      if (!cell.periodic()[static_cast<std::size_t>(k)]) continue;
      first[k] = static_cast<int>(std::ceil(low[k] - fractional(i, k)));
      last[k] = static_cast<int>(std::floor(high[k] - fractional(i, k)));
    }
    for (int x = first[0]; x <= last[0]; ++x)
      for (int y = first[1]; y <= last[1]; ++y)
        for (int z = first[2]; z <= last[2]; ++z) {
          if (x == 0 && y == 0 && z == 0) continue;
          const Eigen::RowVector3d shift = Eigen::RowVector3d(x, y, z) * basis;
          const Eigen::RowVector3d ghost = positions_.row(i) + shift;
          ghosts.insert(ghosts.end(), ghost.data(), ghost.data() + 3);
          shifts.insert(shifts.end(), shift.data(), shift.data() + 3);
          owners_.push_back(static_cast<int>(i));
        }
  }
  const auto n_ghost = static_cast<Eigen::Index>(owners_.size());
  positions_.conservativeResize(positions_.rows() + n_ghost, 3);
  positions_.bottomRows(n_ghost) = Eigen::Map<const Positions>(ghosts.data(), n_ghost, 3);
  // How far local atoms were moved, then the shifts of ghosts against them.
  shifts_.resize(positions_.rows(), 3);
  shifts_.topRows(moved.rows()) = moved;
  shifts_.bottomRows(n_ghost) = Eigen::Map<const Positions>(shifts.data(), n_ghost, 3);
  types_.reserve(n_local_ + owners_.size());
  for (const int owner : owners_) types_.push_back(types_[static_cast<std::size_t>(owner)]);
}

void PeriodicNeighborhoods::refuse_coincident() const {
  auto [atom, other] = *lists_.same_place;
  if (other >= n_local_) other = static_cast<std::size_t>(owners_[other - n_local_]);
  throw InputError(
      fmt::format("atoms {} and {} stand on the same place", std::min(atom, other) + 1, std::max(atom, other) + 1),
      "The structure holds an atom twice, or fractional coordinates were read as Cartesian.");
}

Neighborhoods PeriodicNeighborhoods::view() const {
  Neighborhoods n;
  n.n_local = n_local_;
  n.n_total = n_local_ + owners_.size();
  n.positions = positions_.data();
  n.types = types_.data();
  n.first = lists_.first.data();
  n.neighbors = lists_.neighbors.data();
  return n;
}

double PeriodicNeighborhoods::mean_neighbors() const {
  return n_local_ == 0 ? 0.0 : static_cast<double>(lists_.neighbors.size()) / static_cast<double>(n_local_);
}

void PeriodicNeighborhoods::move(const Positions& local) {
  const auto n_local = static_cast<Eigen::Index>(n_local_);
  if (local.rows() != n_local) throw InputError("positions and atoms differ in number");
  positions_.topRows(n_local) = local;
  if (shifts_.rows() == 0) return;
  positions_.topRows(n_local) += shifts_.topRows(n_local);
  for (std::size_t g = 0; g < owners_.size(); ++g) {
    const Eigen::Index row = n_local + static_cast<Eigen::Index>(g);
    positions_.row(row) = positions_.row(owners_[g]) + shifts_.row(row);
  }
}

Positions PeriodicNeighborhoods::fold(const Positions& per_atom) const {
  const auto n_local = static_cast<Eigen::Index>(n_local_);
  Positions folded = per_atom.topRows(n_local);
  for (std::size_t g = 0; g < owners_.size(); ++g)
    folded.row(owners_[g]) += per_atom.row(n_local + static_cast<Eigen::Index>(g));
  return folded;
}

}  // namespace vitrion::neighbors
