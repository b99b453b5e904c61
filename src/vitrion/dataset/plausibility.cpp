#include "vitrion/dataset/plausibility.hpp"

#include <fmt/format.h>

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <map>

#include "vitrion/core/units.hpp"
#include "vitrion/dataset/duplicates.hpp"

namespace vitrion::dataset {
namespace {

constexpr double largest_stress_GPa = 100, largest_force = 100;      // eV/Å
constexpr double spreads_off = 20, least_energy_off = 0.1;           // eV/atom
constexpr std::size_t least_frames = 5, least_atoms = 3, shown = 6;  // frames named in a sentence

double median(std::vector<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// What is left of y after the best combination of the columns of x, in least absolute deviations by iteratively
/// reweighted least squares.
Eigen::VectorXd robust_residuals(const Eigen::MatrixXd& x, const Eigen::VectorXd& y) {
  constexpr int iterations = 60;
  constexpr double smallest = 1e-6;  // eV/atom
  Eigen::VectorXd residuals = y.array() - y.mean();
  for (int i = 0; i < iterations; ++i) {
    const Eigen::VectorXd weights = residuals.array().abs().max(smallest).rsqrt();
    const Eigen::VectorXd solution =
        (weights.asDiagonal() * x).completeOrthogonalDecomposition().solve(weights.cwiseProduct(y));
    residuals = y - x * solution;
  }
  return residuals;
}

std::map<Species, double> shares_of(const Structure& frame) {
  std::map<Species, double> shares;
  for (const Species s : frame.species) shares[s] += 1 / static_cast<double>(frame.size());
  return shares;
}

}  // namespace

void DoubtCollector::add(const Structure& frame) {
  const std::size_t f = n_frames_++;
  const Labels& labels = frame.labels;
  if (labels.stress && labels.stress->cwiseAbs().maxCoeff() * units::eV_per_A3_in_GPa > largest_stress_GPa)
    huge_stress_.push_back(f);
  force_check_.add(frame);
  if (labels.has_forces()) {
    ++with_forces_;
    if (labels.forces.rowwise().norm().maxCoeff() > largest_force) huge_force_.push_back(f);
    if (labels.forces.isZero(0)) zero_forces_.push_back(f);
  }
  if (!labels.energy || frame.size() < least_atoms) return;
  const auto [place, is_new] = place_of_.emplace(composition(frame.species), compositions_.size());
  if (is_new) compositions_.push_back(shares_of(frame));
  energies_.push_back({f, place->second, *labels.energy / static_cast<double>(frame.size())});
}

std::vector<std::size_t> DoubtCollector::outlying_energies() const {
  if (energies_.size() < least_frames) return {};
  std::map<Species, Eigen::Index> columns;
  for (const auto& shares : compositions_)
    for (const auto& [species, share] : shares) columns.emplace(species, std::ssize(columns));
  const Eigen::Index n = std::ssize(energies_);
  Eigen::MatrixXd x = Eigen::MatrixXd::Zero(n, std::ssize(columns));
  Eigen::VectorXd y(n);
  for (Eigen::Index r = 0; r < n; ++r) {
    const Energy& energy = energies_[static_cast<std::size_t>(r)];
    y[r] = energy.per_atom;
    for (const auto& [species, share] : compositions_[energy.composition]) x(r, columns.at(species)) = share;
  }
  const Eigen::VectorXd off = robust_residuals(x, y).cwiseAbs();
  const double spread = 1.4826 * median({off.begin(), off.end()});
  std::vector<std::size_t> found;
  for (Eigen::Index r = 0; r < n; ++r)
    if (off[r] > std::max(spreads_off * spread, least_energy_off))
      found.push_back(energies_[static_cast<std::size_t>(r)].frame);
  return found;
}

std::vector<Doubt> DoubtCollector::doubts() const {
  std::vector<Doubt> all;
  const auto doubt = [&](std::string what, std::vector<std::size_t> where) {
    if (!where.empty()) all.push_back({std::move(what), std::move(where)});
  };
  doubt("the stress is beyond 100 GPa: is it in kbar or GPa rather than eV/Å^3 (1 eV/Å^3 = 160.2 GPa = 1602 kbar)?",
        huge_stress_);
  doubt(
      "energies stand far off those of all other frames: another reference, another unit (hartree, per atom), or a "
      "failed calculation?",
      outlying_energies());
  if (std::string text = force_check_.doubt(); !text.empty()) all.push_back({std::move(text), {}});
  doubt("a force is beyond 100 eV/Å: another unit, or atoms on top of each other?", huge_force_);
  if (zero_forces_.size() >= least_frames && zero_forces_.size() == with_forces_)
    doubt("all forces are exactly zero: were they written?", zero_forces_);
  return all;
}

std::vector<Doubt> doubts(const std::vector<Structure>& frames) {
  DoubtCollector collector;
  for (const Structure& frame : frames) collector.add(frame);
  return collector.doubts();
}

std::string to_text(const Doubt& doubt) {
  if (doubt.frames.empty()) return doubt.what;
  std::string list;
  for (std::size_t k = 0; k < std::min(shown, doubt.frames.size()); ++k)
    list += fmt::format("{}{}", k ? ", " : "", doubt.frames[k]);
  if (doubt.frames.size() > shown) list += fmt::format(" and {} more", doubt.frames.size() - shown);
  return fmt::format("{} ({} {})", doubt.what, doubt.frames.size() == 1 ? "frame" : "frames", list);
}

std::size_t copies_in(const std::vector<Structure>& held_out, const std::vector<Structure>& training) {
  std::vector<Structure> all = training;
  all.insert(all.end(), held_out.begin(), held_out.end());
  std::size_t n = 0;
  for (const std::vector<std::size_t>& alike : find_duplicates(all)) {
    if (alike.front() >= training.size()) continue;
    n += static_cast<std::size_t>(
        std::count_if(alike.begin(), alike.end(), [&](std::size_t k) { return k >= training.size(); }));
  }
  return n;
}

}  // namespace vitrion::dataset
