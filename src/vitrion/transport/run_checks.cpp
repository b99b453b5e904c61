#include "vitrion/transport/run_checks.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>

namespace vitrion::transport {
namespace {

constexpr double much_vacuum = 0.05;    // of the volume
constexpr double slab_gap = 6;          // Å without an atom: no packing of atoms leaves so much
constexpr double certain_rise = 3;      // standard errors
constexpr double still_growing = 1.25;  // from half of a lag to the lag; 2 where atoms diffuse
constexpr double least_rise = 0.2;      // Å^2

// Of a mean of squares of Gaussian displacements.
double variance_of(const HostMotion& m, std::size_t level) {
  const auto n = static_cast<double>(m.windows[level] * m.n_atoms);
  return m.msd[level] * m.msd[level] * 2 / (3 * n);
}

// Whether the MSD grew over the two octaves up to a level, beyond doubt.
bool rises(const HostMotion& m, std::size_t late) {
  const double error = std::sqrt(variance_of(m, late) + variance_of(m, late - 2));
  return m.msd[late] - m.msd[late - 2] > std::max(least_rise, certain_rise * error);
}

std::string step_warning(const LargestStep& step, const std::string& unwrapping) {
  std::string text = fmt::format("atom {} moved {:.2f} of the cell along {} from one frame to the next (frame {}",
                                 step.atom + 1, step.share, "abc"[step.axis], step.frame);
  text += step.n_frames == 1 ? std::string("): ") : fmt::format("; {} frames have such steps): ", step.n_frames);
  if (unwrapping.starts_with("minimum image"))
    return text +
           "steps above half the cell would be taken for shorter ones the other way, and D comes out too small. "
           "Write unwrapped positions or image flags, or frames more often";
  if (step.share > 0.5)
    return text +
           "positions that are called unwrapped look wrapped, image flags do not belong to them, or frames are "
           "missing";
  return text + "frames are far apart for a cell so small";
}

std::string vacuum_warning(const neighbors::Vacuum& v) {
  std::string text = fmt::format("{:.0f} % of the cell is vacuum (farther than 4 Å from every atom)", 100 * v.share);
  // A layer only where the gap is most of what is empty, less the reach of the atoms on both sides.
  const bool slab = v.gap > slab_gap && v.gap < v.height && v.gap - 8 > 0.6 * v.share * v.height;
  if (slab)
    return text + fmt::format(
                      "; the widest gap is {:.1f} Å along {}. Conductivity is by the volume of the whole cell: "
                      "by that of the layer of about {:.1f} Å it would be {:.1f} times as high. --volume states "
                      "the volume of the material",
                      v.gap, "abc"[v.gap_axis], v.height - v.gap, v.height / (v.height - v.gap));
  return text + fmt::format(
                    ": pores, or atoms that flew apart. Conductivity is by the volume of the whole cell: by that "
                    "of the material it would be {:.1f} times as high at least. --volume states it",
                    1 / std::max(1 - v.share, 1e-3));
}

}  // namespace

double diffusion_of(const HostMotion& m) {
  if (m.msd.size() < 3) return 0;
  const std::size_t late = m.msd.size() - 1;
  // Few atoms leave the longest lag in doubt: half of it has twice the windows, and what is bounded grows no further.
  const bool goes_on = late >= 3 && rises(m, late - 1) && m.msd[late] > still_growing * m.msd[late - 1];
  if (!rises(m, late) && !goes_on) return 0;
  return (m.msd[late] - m.msd[late - 2]) / (6 * 0.75 * std::ldexp(1.0, static_cast<int>(late)));
}

std::vector<double> own_diffusion(const std::vector<HostMotion>& host) {
  std::vector<double> own;
  for (const HostMotion& m : host) own.push_back(diffusion_of(m));
  const std::vector<double> seen = own;
  for (int pass = 0; pass < 3; ++pass) {
    double mean = 0;  // of the diffusion of the host's mean
    for (std::size_t h = 0; h < host.size(); ++h) mean += host[h].squared_weights * own[h];
    // What is no more than twice the wandering of the mean is that wandering, as well as it can be told.
    for (std::size_t h = 0; h < host.size(); ++h) own[h] = host.size() > 1 && seen[h] < 2 * mean ? 0 : seen[h];
  }
  return own;
}

void RunChecker::start(const std::vector<Species>& species, const std::vector<std::size_t>& reference,
                       const std::vector<double>& weights) {
  reference_ = reference;
  for (std::size_t r = 0; r < reference.size(); ++r) {
    const Species& s = species[reference[r]];
    auto& host = checks_.host;
    auto found = std::find_if(host.begin(), host.end(), [&](const HostMotion& m) { return m.species == s; });
    if (found == host.end()) found = host.insert(host.end(), HostMotion{.species = s});
    ++found->n_atoms;
    found->squared_weights += weights[r] * weights[r];
    kind_.push_back(static_cast<std::size_t>(found - host.begin()));
  }
}

void RunChecker::add(const Positions& positions, const Cell& cell, const Vector3& drift) {
  if (n_frames_ == 0) look_at_vacuum(positions, cell);
  look_at_steps(positions, cell);
  follow_host(positions, drift);
  last_ = positions;
  last_cell_ = cell;
  ++n_frames_;
}

void RunChecker::look_at_steps(const Positions& positions, const Cell& cell) {
  Positions fractional = positions * cell.spanning().inverse();
  if (n_frames_ > 0) {
    bool any = false;
    for (int k = 0; k < 3; ++k) {
      if (!cell.periodic()[static_cast<std::size_t>(k)]) continue;
      Eigen::Index atom = 0;
      const double share = (fractional.col(k) - last_fractional_.col(k)).cwiseAbs().maxCoeff(&atom);
      any = any || share > long_step;
      LargestStep& step = checks_.step;
      if (share > step.share) step = {share, k, static_cast<std::size_t>(atom), n_frames_, step.n_frames};
    }
    if (any) ++checks_.step.n_frames;
  }
  last_fractional_ = std::move(fractional);
}

void RunChecker::look_at_vacuum(const Positions& positions, const Cell& cell) {
  checks_.open = !cell.is_periodic();
  if (!cell.has_volume()) return;
  const neighbors::Vacuum vacuum = neighbors::measure_vacuum(cell, positions);
  if (!checks_.vacuum || vacuum.share > checks_.vacuum->share) checks_.vacuum = vacuum;
}

void RunChecker::follow_host(const Positions& positions, const Vector3& drift) {
  if (reference_.empty()) return;
  Positions now(static_cast<Eigen::Index>(reference_.size()), 3);
  for (std::size_t r = 0; r < reference_.size(); ++r)
    now.row(static_cast<Eigen::Index>(r)) = positions.row(static_cast<Eigen::Index>(reference_[r])) - drift.transpose();
  for (std::size_t k = 0; (n_frames_ & ((std::size_t{1} << k) - 1)) == 0; ++k) {
    if (n_frames_ == 0) {
      levels_.push_back({now, std::vector<double>(checks_.host.size(), 0.0)});
      break;
    }
    // The first window of a new level began with the run: what level 0 remembered then, this one remembers since.
    if (k == levels_.size()) break;
    Level& level = levels_[k];
    for (Eigen::Index i = 0; i < now.rows(); ++i)
      level.sum[kind_[static_cast<std::size_t>(i)]] += (now.row(i) - level.last.row(i)).squaredNorm();
    ++level.windows;
    // A level twice as long begins where the run began.
    if (k + 1 == levels_.size() && level.windows == 1)
      levels_.push_back({level.last, std::vector<double>(checks_.host.size(), 0.0)});
    levels_[k].last = now;
  }
}

RunChecks RunChecker::finish() {
  if (n_frames_ > 1) look_at_vacuum(last_, last_cell_);
  for (std::size_t h = 0; h < checks_.host.size(); ++h)
    for (const Level& level : levels_) {
      if (level.windows < 2) break;  // one window tells drift from rest, but not how sure that is
      checks_.host[h].windows.push_back(level.windows);
      checks_.host[h].msd.push_back(level.sum[h] / static_cast<double>(level.windows * checks_.host[h].n_atoms));
    }
  return std::move(checks_);
}

std::vector<std::string> warnings_of(const RunChecks& checks, const std::string& unwrapping) {
  std::vector<std::string> list;
  if (checks.step.share > long_step) list.push_back(step_warning(checks.step, unwrapping));
  if (!checks.vacuum) return list;
  if (checks.vacuum->share > much_vacuum)
    list.push_back(vacuum_warning(*checks.vacuum));
  else if (checks.open)
    list.emplace_back(
        "the cell does not repeat along all of its vectors: its volume, and the conductivity with it, is what the file "
        "happens to say. --volume states that of the material");
  return list;
}

}  // namespace vitrion::transport
