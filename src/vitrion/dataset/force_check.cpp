#include "vitrion/dataset/force_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "vitrion/core/units.hpp"
#include "vitrion/dataset/label_units.hpp"

namespace vitrion::dataset {
namespace {

constexpr double farthest_step = 0.3;  // Å rms
constexpr double least_pairs = 5, close_correlation_of_work = 0.95, most_off = 1.6;
constexpr std::size_t most_bond_frames = 50, most_bond_atoms = 200;
constexpr double least_bonds = 30, clear_correlation_of_bonds = 0.6;

Vector3 way_between(const Structure& s, const Vector3& difference) {
  return s.cell.matrix().isZero(0) ? difference : s.cell.minimum_image(difference);
}

// Of each atom the nearest other one, and how far it is.
std::vector<std::pair<std::size_t, Vector3>> nearest_atoms(const Structure& s) {
  std::vector<std::pair<std::size_t, Vector3>> nearest(s.size());
  std::vector<double> squares(s.size(), std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < s.size(); ++i)
    for (std::size_t j = i + 1; j < s.size(); ++j) {
      const auto a = static_cast<Eigen::Index>(i), b = static_cast<Eigen::Index>(j);
      const Vector3 way = way_between(s, (s.positions.row(b) - s.positions.row(a)).transpose());
      const double square = way.squaredNorm();
      if (square < squares[i]) squares[i] = square, nearest[i] = {j, way};
      if (square < squares[j]) squares[j] = square, nearest[j] = {i, -way};
    }
  return nearest;
}

// What forces may be in, and energies: the first are then too small, the others make them seem too large.
std::vector<LabelUnit> units_of_forces_against_energies(std::size_t n_atoms) {
  std::vector<LabelUnit> units = force_units();
  for (LabelUnit& unit : units) unit.name = "forces in " + unit.name;
  for (const LabelUnit& unit : energy_units()) units.push_back({1 / unit.factor, "energies in " + unit.name});
  units.push_back({units::bohr_in_A, "energies and forces in atomic units"});
  units.push_back({static_cast<double>(n_atoms), "energies per atom in place of the whole cell's"});
  return units;
}

}  // namespace

void ForceCheck::Sums::add(double a, double b) {
  ++n;
  x += a;
  y += b;
  xx += a * a;
  yy += b * b;
  xy += a * b;
}

double ForceCheck::Sums::correlation(bool about_means) const {
  const double m = about_means ? 1 / n : 0;
  const double of_x = xx - m * x * x, of_y = yy - m * y * y;
  return n > 0 && of_x > 0 && of_y > 0 ? (xy - m * x * y) / std::sqrt(of_x * of_y) : 0;
}

void ForceCheck::add(const Structure& frame) {
  const bool usable = frame.labels.has_forces() && frame.size() > 1;
  if (usable) look_at_bonds(frame);
  if (usable && frame.labels.energy) {
    follow(frame);
    last_ = frame;
  } else {
    last_.reset();
  }
}

void ForceCheck::follow(const Structure& frame) {
  if (!last_ || last_->species != frame.species || last_->ids != frame.ids ||
      last_->labels.energy_kind != frame.labels.energy_kind ||
      !frame.cell.matrix().isApprox(last_->cell.matrix(), 1e-8))
    return;
  double squares = 0, work = 0;
  for (Eigen::Index i = 0; i < frame.positions.rows(); ++i) {
    const Vector3 way = way_between(frame, (frame.positions.row(i) - last_->positions.row(i)).transpose());
    squares += way.squaredNorm();
    work += 0.5 * way.dot((frame.labels.forces.row(i) + last_->labels.forces.row(i)).transpose());
  }
  if (squares == 0 || squares > farthest_step * farthest_step * static_cast<double>(frame.size())) return;
  work_.add(*frame.labels.energy - *last_->labels.energy, -work);
}

void ForceCheck::look_at_bonds(const Structure& frame) {
  // Two atoms alone may be drawn as far apart as forces already fade.
  if (n_looked_at_ >= most_bond_frames || frame.size() > most_bond_atoms || frame.size() < 3) return;
  ++n_looked_at_;
  const auto nearest = nearest_atoms(frame);
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const auto& [j, way] = nearest[i];
    const double length = way.norm();
    if (j < i || nearest[j].first != i || length == 0) continue;
    const auto a = static_cast<Eigen::Index>(i), b = static_cast<Eigen::Index>(j);
    const double apart = 0.5 * (frame.labels.forces.row(b) - frame.labels.forces.row(a)).dot(way.transpose()) / length;
    bonds_[std::minmax(frame.species[i], frame.species[j])].add(length, apart);
  }
}

std::string ForceCheck::doubt() const {
  const double r = work_.correlation(false);
  if (work_.n >= least_pairs && std::abs(r) > close_correlation_of_work) {
    const double slope = std::copysign(std::sqrt(work_.yy / work_.xx), r);
    if (slope > 1 / most_off && slope < most_off) return {};
    const std::string causes = causes_of(slope, units_of_forces_against_energies(last_ ? last_->size() : 1), 1.1);
    return fmt::format(
        "forces are {:.3g} times what energies say (from frame to frame the energy falls by force times way). {}",
        slope, causes.empty() ? "Another unit of one of the two?" : causes);
  }
  for (const auto& [pair, sums] : bonds_)
    if (sums.n >= least_bonds && sums.correlation(true) > clear_correlation_of_bonds)
      return fmt::format(
          "forces drive {}-{} pairs apart the more, the farther apart they are: the sign is the opposite (the energy's "
          "gradient in place of the force)",
          pair.first.name(), pair.second.name());
  return {};
}

}  // namespace vitrion::dataset
