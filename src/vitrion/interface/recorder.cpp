#include "vitrion/interface/recorder.hpp"

#include <fmt/format.h>

#include <Eigen/Geometry>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <memory>

#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/core/units.hpp"

namespace vitrion::interface {
namespace {

constexpr double largest_tilt = 0.5;     // degrees
constexpr double largest_change = 0.02;  // of the height of the cell
constexpr double notable_change = 0.005;
constexpr double notable_move = 1;  // Å
constexpr std::size_t enough_samples = 60;

Vector3 normal_of(const Cell& cell, int axis) {
  const Vector3 g = cell.spanning().inverse().col(axis);
  return g.normalized();
}

transport::TrackOptions track_options(const RecorderOptions& options) {
  return {.species = options.profile.ion,
          .frame = transport::ReferenceFrame::lab,
          .file = options.file,
          .memory = options.memory,
          .scratch = options.scratch};
}

}  // namespace

Recorder::Recorder(RecorderOptions options)
    : options_(std::move(options)),
      unwrapper_(options_.file),
      builder_(track_options(options_)),
      profiler_(options_.profile, options_.normal) {}

void Recorder::begin(const Structure& frame) {
  if (!frame.cell.has_volume())
    throw InputError(Location{options_.file}, "the cell has no volume", "Give the file a cell: the profiles need one.");
  const std::vector<Species>& species = unwrapper_.species();
  const Species ion = options_.profile.ion;
  if (!contains(species, ion))
    throw InputError(Location{options_.file}, "no " + ion.name() + " atom (it holds " + composition(species) + ")",
                     "Name the mobile species with --ion.");
  for (const Species& s : options_.host)
    if (s == ion || !contains(species, s))
      throw InputError(Location{options_.file},
                       s.name() + " cannot be the host (the file holds " + composition(species) + ")",
                       "Name species of the file other than the ion with --host.");
  for (std::size_t i = 0; i < species.size(); ++i)
    if (options_.host.empty() ? species[i] != ion : contains(options_.host, species[i])) host_.push_back(i);
  if (host_.empty())
    for (std::size_t i = 0; i < species.size(); ++i) host_.push_back(i);
  normal_ = normal_of(frame.cell, options_.normal);
  first_height_ = frame.cell.heights()[options_.normal];
  periodic_ = frame.cell.periodic()[static_cast<std::size_t>(options_.normal)];
}

void Recorder::look_at_cell(const Cell& cell) {
  const auto fail = [&](const std::string& what, const std::string& remedy) {
    throw InputError(Location{options_.file}, fmt::format("frame {}: {}", n_frames_, what), remedy);
  };
  const double cosine = std::clamp(normal_.dot(normal_of(cell, options_.normal)), -1.0, 1.0);
  if (std::acos(cosine) / units::degree > largest_tilt)
    fail(fmt::format("the normal of the interface has tilted by {:.2f} degrees", std::acos(cosine) / units::degree),
         "Hold the angles of the cell fixed in the run, or leave these frames out with --frames.");
  const double height = cell.heights()[options_.normal], change = std::abs(height / first_height_ - 1);
  largest_change_ = std::max(largest_change_, change);
  if (change > largest_change)
    fail(fmt::format(
             "the cell is {:.2f} Å long along the normal, {:.2f} Å in the first frame: positions along it cannot "
             "be compared",
             height, first_height_),
         "Measure at constant volume, or drop the equilibration with --frames a:.");
  height_sum_ += height;
  area_sum_ += cell.volume() / height;
}

void Recorder::add(const Structure& frame) {
  Positions positions = unwrapper_.next(frame);
  if (n_frames_ == 0) {
    begin(frame);
    origin_ = positions;
  }
  look_at_cell(frame.cell);
  Vector3 drift = Vector3::Zero();
  for (const std::size_t i : host_) {
    const auto row = static_cast<Eigen::Index>(i);
    drift += (positions.row(row) - origin_.row(row)).transpose();
  }
  drift /= static_cast<double>(host_.size());
  drift_ = std::max(drift_, drift.norm());
  positions.rowwise() -= drift.transpose();
  const std::vector<Species>& species = unwrapper_.species();
  if (n_frames_ == 0)
    for (std::size_t i = 0; i < species.size(); ++i)
      if (species[i] == options_.profile.ion)
        start_.push_back(positions.row(static_cast<Eigen::Index>(i)).dot(normal_));
  builder_.add(positions, species, *frame.time, frame.cell);
  if (profiler_.takes_next()) {
    Structure sample;
    sample.cell = frame.cell;
    sample.species = species;
    sample.positions = std::move(positions);
    const std::vector<std::size_t> rows = rows_by_id(frame);
    for (const auto& [name, column] : frame.columns) {
      if (name.find("stress") == std::string::npos) continue;
      AtomColumn sorted{column.type, column.width, {}};
      for (const std::size_t row : rows) sorted.values.push_back(column.values[row]);
      sample.columns[name] = std::move(sorted);
    }
    profiler_.add(sample);
  } else {
    profiler_.pass_over();
  }
  ++n_frames_;
}

Recording Recorder::finish() {
  auto tracks = std::make_shared<transport::IonTracks>(builder_.finish());
  Recording r;
  r.length = height_sum_ / static_cast<double>(n_frames_);
  r.area = area_sum_ / static_cast<double>(n_frames_);
  r.periodic = periodic_;
  r.drift = drift_;
  r.unwrapping = unwrapper_.method();
  r.paths = {tracks->n_ions(), tracks->n_frames(), tracks->timestep(), {}, {}};
  const std::size_t n = r.paths.n_frames;
  const Vector3 first = normal_.unitOrthogonal(), second = normal_.cross(first);
  r.paths.z.resize(r.paths.n_ions * n);
  parallel_for(r.paths.n_ions, [&](std::size_t ion) {
    std::vector<double> path(3 * n);
    tracks->read(ion, 1, path.data());
    for (std::size_t t = 0; t < n; ++t)
      r.paths.z[ion * n + t] = static_cast<float>(start_[ion] + normal_[0] * path[t] + normal_[1] * path[n + t] +
                                                  normal_[2] * path[2 * n + t]);
  });
  r.paths.plane = [tracks, first, second, n](std::size_t ion, double* xy) {
    std::vector<double> path(3 * n);
    tracks->read(ion, 1, path.data());
    for (std::size_t t = 0; t < n; ++t) {
      const Vector3 moved{path[t], path[n + t], path[2 * n + t]};
      xy[t] = first.dot(moved);
      xy[n + t] = second.dot(moved);
    }
  };
  r.profiles = profiler_.finish(0, r.length, r.area);
  if (r.profiles.n_samples >= enough_samples) {
    r.early = profiler_.finish(0, r.length, r.area, 0, 1.0 / 3);
    r.late = profiler_.finish(0, r.length, r.area, 2.0 / 3, 1);
  }
  for (const std::string& text : transport::warnings_of(tracks->checks(), r.unwrapping))
    if (text.find("--volume") == std::string::npos) r.warnings.push_back(text);
  if (largest_change_ > notable_change)
    r.warnings.push_back(
        fmt::format("the cell changes by up to {:.1f} % along the normal: borders and bins are blurred by as much",
                    100 * largest_change_));
  return r;
}

std::optional<std::string> moved_borders(const Recording& recording, const Species& ion, double spacing,
                                         const std::string& file) {
  if (!recording.early || !recording.late) return std::nullopt;
  std::optional<Partition> before, after;
  try {
    before = find_regions(*recording.early, ion, recording.length, recording.periodic, spacing);
    after = find_regions(*recording.late, ion, recording.length, recording.periodic, spacing);
  } catch (const InputError&) {
    return std::nullopt;  // regions were given by hand: there is nothing to compare
  }
  double farthest = 0, at = 0;
  for (const Region& region : before->regions)
    for (const Region& later : after->regions) {
      if (later.name != region.name) continue;
      for (const Range& range : region.ranges)
        for (const auto border : {&Range::low, &Range::high}) {
          double nearest = INFINITY;
          for (const Range& other : later.ranges) {
            double d = other.*border - range.*border;
            if (recording.periodic) d -= std::round(d / recording.length) * recording.length;
            nearest = std::min(nearest, std::abs(d));
          }
          if (nearest > farthest && std::isfinite(nearest)) {
            farthest = nearest;
            at = range.*border;
          }
        }
    }
  const std::string what = fmt::format(
      "the border of a region at {:.1f} Å moves by {:.1f} Å from the first third of the run to the last", at, farthest);
  if (farthest > spacing)
    throw InputError(
        Location{file}, what,
        "An interface that moves (a reaction, a slab that slides against the host) has no profile: analyse "
        "parts of the run with --frames, or name as --host what stays in place beside it.");
  if (farthest > notable_move) return what;
  return std::nullopt;
}

}  // namespace vitrion::interface
