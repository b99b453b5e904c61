#include "vitrion/dataset/summary.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"

namespace vitrion::dataset {
namespace {

constexpr std::size_t batch_size = 64;
constexpr double too_near = 0.6;          // Å: nearer than the bond of H2
constexpr double moved_too_far = 0.3;     // of a cell vector, between two frames
constexpr double net_force_limit = 0.01;  // eV/Å per atom

void extend(Range& range, const Range& other, bool first) {
  range.extend(other.low, first);
  range.extend(other.high, false);
}

void merge(Description& into, const Description& from) {
  if (from.with_energy > 0) extend(into.energy, from.energy, into.with_energy == 0);
  if (from.with_stress > 0) extend(into.pressure, from.pressure, into.with_stress == 0);
  if (from.density.high > 0) extend(into.density, from.density, into.density.high == 0);
  into.radius = std::max(into.radius, from.radius);
  into.n_frames += from.n_frames;
  into.n_atoms += from.n_atoms;
  into.with_energy += from.with_energy;
  into.with_forces += from.with_forces;
  into.with_stress += from.with_stress;
  into.force_max = std::max(into.force_max, from.force_max);
  Structure all;
  all.species = into.species;
  all.species.insert(all.species.end(), from.species.begin(), from.species.end());
  into.species = distinct_species(all);
  for (const auto& [name, n] : from.atoms_of) into.atoms_of[name] += n;
  for (const auto& [kind, n] : from.energy_kinds) into.energy_kinds[kind] += n;
  for (const auto& [pair, distance] : from.min_distance) {
    const auto [entry, is_new] = into.min_distance.emplace(pair, distance);
    if (!is_new) entry->second = std::min(entry->second, distance);
  }
}

}  // namespace

void Summarizer::add(Structure frame) {
  Summary& s = summary_;
  const std::size_t n = s.contents.n_frames + batch_.size();
  const std::string formula = composition(frame.species);
  compositions_.insert(formula);
  s.atoms_per_frame.extend(static_cast<double>(frame.size()), n == 0);
  if (n == 0) {
    s.first_composition = formula;
    s.first_cell = frame.cell;
  }
  s.fixed_cell = s.fixed_cell && frame.cell == s.first_cell;
  if (frame.cell.has_volume()) s.volume.extend(frame.cell.volume(), s.volume.high == 0);
  s.with_velocities += frame.has_velocities() ? 1U : 0U;
  s.with_images += frame.images.empty() && frame.wrapping != Wrapping::unwrapped ? 0U : 1U;
  if (frame.labels.has_forces() && frame.size() > 0) {
    const double net = frame.labels.forces.colwise().sum().norm() / static_cast<double>(frame.size());
    s.net_force.extend(net, force_components_ == 0);
    force_squares_ += frame.labels.forces.squaredNorm();
    force_components_ += static_cast<double>(frame.labels.forces.size());
  }
  for (const auto& [key, value] : frame.info) s.keys.insert(key);
  for (const auto& [name, column] : frame.columns) s.columns.insert(name);
  doubts_.add(frame);
  follow_time(frame);
  if (n > 0) follow_positions(frame);
  last_ = frame;
  batch_.push_back(std::move(frame));
  if (batch_.size() == batch_size) describe_batch();
}

void Summarizer::follow_time(const Structure& frame) {
  Summary& s = summary_;
  if (!frame.time && frame.unitless_time) {
    if (s.with_unitless_time++ == 0) s.first_unitless = *frame.unitless_time;
    s.last_unitless = *frame.unitless_time;
  }
  if (!frame.time) return;
  if (s.with_time == 0) s.first_time = *frame.time;
  if (s.with_time > 0) s.spacing.extend(*frame.time - s.last_time, s.with_time == 1);
  s.last_time = *frame.time;
  ++s.with_time;
}

void Summarizer::follow_positions(const Structure& frame) {
  is_run_ = is_run_ && frame.species == last_.species && frame.ids == last_.ids && frame.cell.has_volume() &&
            last_.cell.has_volume();
  if (!is_run_) return;
  Positions move = frame.positions * frame.cell.matrix().inverse() - last_.positions * last_.cell.matrix().inverse();
  for (int k = 0; k < 3; ++k)
    if (frame.cell.periodic()[static_cast<std::size_t>(k)]) {
      auto column = move.col(k);
      column = (column.array() - column.array().round()).matrix();
    }
  if (move.size() > 0) summary_.largest_move = std::max(summary_.largest_move, move.cwiseAbs().maxCoeff());
}

void Summarizer::describe_batch() {
  if (batch_.empty()) return;
  try {
    merge(summary_.contents, describe(batch_));
  } catch (const InputError&) {
    // Two atoms at one place: say so, and describe without distances.
    merge(summary_.contents, describe(batch_, 0.0));
    summary_.warnings.push_back("two atoms stand at the same place");
  }
  batch_.clear();
}

void Summarizer::warn() {
  Summary& s = summary_;
  const Description& d = s.contents;
  const auto warning = [&](std::string text) { s.warnings.push_back(std::move(text)); };
  for (const Doubt& doubt : doubts_.doubts()) warning(to_text(doubt));
  const double nearest = shortest_distance(d);
  if (nearest < too_near) warning(fmt::format("two atoms are only {:.3f} Å apart", nearest));
  if (!d.species.empty() && !d.species.back().is_element())
    warning("the file names no elements for some types: give them with --species");
  const auto partly = [&](std::size_t n, const char* what) {
    if (n > 0 && n < d.n_frames) warning(fmt::format("only {} of {} frames hold {}", n, d.n_frames, what));
  };
  partly(d.with_energy, "an energy");
  partly(d.with_forces, "forces");
  partly(d.with_stress, "a stress");
  partly(s.with_time, "a time");
  if (d.energy_kinds.size() > 1) warning("energies of different kinds stand side by side");
  if (s.with_time > 1 && s.spacing.low <= 0) warning("times do not increase from frame to frame");
  if (s.with_time > 1 && s.spacing.low > 0 && s.spacing.high - s.spacing.low > 1e-6 * s.spacing.high)
    warning(fmt::format("frames are not evenly spaced in time ({:g} to {:g} fs)", s.spacing.low, s.spacing.high));
  if (s.net_force.high > net_force_limit)
    warning(fmt::format("forces do not sum to zero: up to {:.3g} eV/Å per atom (a thermostat's noise, or an error)",
                        s.net_force.high));
  const bool is_trajectory = is_run_ && d.n_frames > 1 && d.with_energy == 0;
  if (is_trajectory && s.with_images < d.n_frames)
    warning(
        fmt::format("positions have neither image flags nor unwrapped columns: displacements rest on the minimum "
                    "image (largest move between frames {:.2f} of a cell vector)",
                    s.largest_move));
  if (is_trajectory && s.with_images < d.n_frames && s.largest_move > moved_too_far)
    warning("frames are too far apart, or not in order, for minimum-image displacements");
}

Summary Summarizer::finish() {
  describe_batch();
  if (summary_.contents.n_frames == 0) throw InputError("no frame was read");
  summary_.compositions = compositions_.size();
  summary_.contents.force_rms = force_components_ > 0 ? std::sqrt(force_squares_ / force_components_) : 0.0;
  if (!is_run_) summary_.largest_move = 0;
  warn();
  return std::move(summary_);
}

nlohmann::json to_json(const Summary& s) {
  nlohmann::json json = to_json(s.contents);
  json.erase("hash");
  json["composition"] = s.first_composition;
  json["compositions"] = s.compositions;
  json["atoms_per_frame"] = {s.atoms_per_frame.low, s.atoms_per_frame.high};
  nlohmann::json cell = nlohmann::json::array();
  for (int i = 0; i < 3; ++i)
    cell.push_back({s.first_cell.matrix()(i, 0), s.first_cell.matrix()(i, 1), s.first_cell.matrix()(i, 2)});
  json["cell_A"] = cell;
  json["periodic"] = s.first_cell.periodic();
  json["fixed_cell"] = s.fixed_cell;
  json["volume_A3"] = {s.volume.low, s.volume.high};
  json["frames_with_time"] = s.with_time;
  json["time_fs"] = {s.first_time, s.last_time};
  json["spacing_fs"] = {s.spacing.low, s.spacing.high};
  json["frames_with_velocities"] = s.with_velocities;
  json["frames_with_images_or_unwrapped"] = s.with_images;
  json["net_force_eV_per_A_per_atom"] = {s.net_force.low, s.net_force.high};
  json["keys"] = s.keys;
  json["columns"] = s.columns;
  json["warnings"] = s.warnings;
  return json;
}

}  // namespace vitrion::dataset
