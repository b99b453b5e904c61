#include "vitrion/transport/ion_tracks.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "vitrion/core/error.hpp"
#include "vitrion/transport/track_store.hpp"

namespace vitrion::transport {
namespace {

struct FrameName {
  ReferenceFrame frame;
  std::string_view name, description;
};

constexpr std::array<FrameName, 4> frame_names{{
    {ReferenceFrame::lab, "lab", "laboratory (no drift removed)"},
    {ReferenceFrame::centre_of_mass, "centre_of_mass", "centre of mass of all atoms"},
    {ReferenceFrame::host, "host", "host (number mean)"},
    {ReferenceFrame::host_mass, "host_mass", "host (mass-weighted mean)"},
}};

// Dumps print times with six digits or step numbers: what differs by more is a gap, not rounding.
constexpr double time_tolerance = 1e-3;  // of the frame spacing

}  // namespace

ReferenceFrame parse_reference_frame(std::string_view name) {
  if (name == "com") return ReferenceFrame::centre_of_mass;
  for (const FrameName& f : frame_names)
    if (f.name == name) return f.frame;
  throw InputError("unknown reference frame '" + std::string(name) + "'", "One of lab, com, host, host_mass.");
}

std::string_view name_of(ReferenceFrame frame) {
  return frame_names[static_cast<std::size_t>(frame)].name;
}

std::string_view describe(ReferenceFrame frame) {
  return frame_names[static_cast<std::size_t>(frame)].description;
}

class IonTracks::Store : public TrackStore {
  using TrackStore::TrackStore;
};

IonTracks::IonTracks(TrackOptions options) : options_(std::move(options)) {}
IonTracks::IonTracks(IonTracks&&) noexcept = default;
IonTracks& IonTracks::operator=(IonTracks&&) noexcept = default;
IonTracks::~IonTracks() = default;

std::size_t IonTracks::n_ions() const {
  return store_->n_ions();
}
std::size_t IonTracks::n_frames() const {
  return store_->n_frames();
}
bool IonTracks::on_disk() const {
  return store_->on_disk();
}
void IonTracks::read(std::size_t first, std::size_t count, double* out) const {
  store_->read(first, count, out);
}

TrackBuilder::TrackBuilder(TrackOptions options) : unwrapper_(options.file), tracks_(std::move(options)) {}
TrackBuilder::~TrackBuilder() = default;

// Atoms of the species named, or all that are not mobile.
void TrackBuilder::choose_host(const std::vector<Species>& species) {
  const TrackOptions& options = tracks_.options_;
  const auto fail = [&](const std::string& what, const std::string& remedy) {
    throw InputError(Location{options.file}, what, remedy);
  };
  for (const Species& s : options.host) {
    if (s == options.species)
      fail(s.name() + " is the mobile species and cannot be the host", "Leave it out of --host.");
    if (std::find(species.begin(), species.end(), s) == species.end())
      fail("no " + s.name() + " atom for the host (it holds " + composition(species) + ")",
           "Name species of the file with --host.");
  }
  for (std::size_t i = 0; i < species.size(); ++i) {
    if (species[i] == options.species) continue;
    tracks_.nothing_else_ = false;
    if (options.host.empty() || std::find(options.host.begin(), options.host.end(), species[i]) != options.host.end())
      host_.push_back(i);
  }
}

// Rows in order of id that TrackOptions::ids names.
void TrackBuilder::choose_ions(const Structure& first) {
  const TrackOptions& options = tracks_.options_;
  const std::vector<std::size_t> rows = rows_by_id(first);
  chosen_.assign(rows.size(), false);
  for (const std::int64_t id : options.ids) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](std::size_t r) {
      return (first.ids.empty() ? static_cast<std::int64_t>(r) + 1 : first.ids[r]) == id;
    });
    if (row == rows.end() || first.species[*row] != options.species)
      throw InputError(Location{options.file}, "atom " + std::to_string(id) + " is no " + options.species.name(),
                       "Name ids of " + options.species.name() + " atoms of the file with --ids.");
    chosen_[static_cast<std::size_t>(row - rows.begin())] = true;
  }
}

void TrackBuilder::start(const Positions& positions, const std::vector<Species>& species) {
  const TrackOptions& options = tracks_.options_;
  const bool by_mass = options.frame == ReferenceFrame::centre_of_mass || options.frame == ReferenceFrame::host_mass;
  for (std::size_t i = 0; i < species.size(); ++i)
    if (species[i] == options.species && (chosen_.empty() || chosen_[i])) mobile_.push_back(i);
  if (mobile_.empty())
    throw InputError(Location{options.file},
                     "no " + options.species.name() + " atom (it holds " + composition(species) + ")",
                     "Name the mobile species with --ion.");
  tracks_.nothing_else_ = true;
  choose_host(species);
  if (options.frame == ReferenceFrame::host || options.frame == ReferenceFrame::host_mass) reference_ = host_;
  if (options.frame == ReferenceFrame::centre_of_mass)
    for (std::size_t i = 0; i < species.size(); ++i) reference_.push_back(i);
  if (reference_.empty() && options.frame != ReferenceFrame::lab)
    throw InputError(Location{options.file},
                     "every atom is " + options.species.name() + ": there is no host to measure against",
                     "Choose another reference frame: --frame com or --frame lab.");
  double total = 0;
  for (std::size_t i : reference_) total += weights_.emplace_back(by_mass ? species[i].mass() : 1.0);
  for (double& w : weights_) w /= total;
  const bool by_host = options.frame == ReferenceFrame::host || options.frame == ReferenceFrame::host_mass;
  checker_.start(species, by_host ? reference_ : std::vector<std::size_t>{}, weights_);
  origin_ = positions;
  row_.resize(3 * mobile_.size());
  tracks_.store_ = std::make_unique<IonTracks::Store>(mobile_.size(), options.memory, options.scratch);
}

void TrackBuilder::add(const Structure& frame) {
  const Positions positions = unwrapper_.next(frame);
  tracks_.unwrapping_ = unwrapper_.method();
  tracks_.time_source_ = frame.time_source;
  if (n_frames_ == 0 && !tracks_.options_.ids.empty()) choose_ions(frame);
  add(positions, unwrapper_.species(), *frame.time, frame.cell);
}

void TrackBuilder::add(const Positions& positions, const std::vector<Species>& species, double time, const Cell& cell) {
  const auto fail = [&](const std::string& what, const std::string& remedy) {
    throw InputError(Location{tracks_.options_.file}, "frame " + std::to_string(n_frames_) + ": " + what, remedy);
  };
  if (n_frames_ == 0) {
    start(positions, species);
    first_time_ = time;
  } else if (n_frames_ == 1) {
    tracks_.timestep_ = time - first_time_;
  } else if (std::abs(time - last_time_ - tracks_.timestep_) > time_tolerance * tracks_.timestep_) {
    fail("comes " + std::to_string(time - last_time_) + " fs after the frame before it, the first two are " +
             std::to_string(tracks_.timestep_) + " fs apart",
         "Displacement analysis needs frames at equal times: choose a uniform part with --frames a:b:c.");
  }
  last_time_ = time;
  if (!positions.allFinite()) fail("a position is not a finite number", "The run blew up: leave it out with --frames.");

  Vector3 drift = Vector3::Zero();
  for (std::size_t r = 0; r < reference_.size(); ++r) {
    const auto i = static_cast<Eigen::Index>(reference_[r]);
    drift += weights_[r] * (positions.row(i) - origin_.row(i)).transpose();
  }
  tracks_.drift_ = std::max(tracks_.drift_, drift.norm());
  checker_.add(positions, cell, drift);
  std::array<double, 3> sum{};
  for (std::size_t m = 0; m < mobile_.size(); ++m)
    for (int k = 0; k < 3; ++k) {
      const auto i = static_cast<Eigen::Index>(mobile_[m]);
      const double moved = positions(i, k) - origin_(i, k) - drift[k];
      row_[3 * m + static_cast<std::size_t>(k)] = moved;
      sum[static_cast<std::size_t>(k)] += moved;
    }
  tracks_.store_->append(row_.data());
  sums_.push_back(sum);
  if (cell.has_volume())
    volume_sum_ += cell.volume();
  else
    volume_sum_ = std::nan("");
  last_ = positions;
  last_drift_ = drift;
  ++n_frames_;
}

IonTracks TrackBuilder::finish() {
  if (n_frames_ < 2)
    throw InputError(Location{tracks_.options_.file},
                     "displacements need at least 2 frames, there are " + std::to_string(n_frames_));
  for (std::size_t i : host_) {
    const auto row = static_cast<Eigen::Index>(i);
    const Vector3 moved = (last_.row(row) - origin_.row(row)).transpose() - last_drift_;
    tracks_.host_displacement_ = std::max(tracks_.host_displacement_, moved.norm());
  }
  tracks_.checks_ = checker_.finish();
  tracks_.collective_.resize(3 * n_frames_);
  for (std::size_t t = 0; t < n_frames_; ++t)
    for (std::size_t k = 0; k < 3; ++k) tracks_.collective_[k * n_frames_ + t] = sums_[t][k];
  if (std::isfinite(volume_sum_)) tracks_.volume_ = volume_sum_ / static_cast<double>(n_frames_);
  tracks_.store_->finish();
  return std::move(tracks_);
}

IonTracks follow_ions(const FrameSource& next, const TrackOptions& options, const Session& session) {
  TrackBuilder builder(options);
  while (std::optional<Structure> frame = next()) {
    session.check_stop();
    builder.add(*frame);
  }
  return builder.finish();
}

IonTracks follow_ions(const UnwrappedTrajectory& run, const TrackOptions& options) {
  TrackBuilder builder(options);
  for (std::size_t t = 0; t < run.n_frames(); ++t)
    builder.add(run.positions(t), run.species(), run.times()[t], run.cell(t));
  builder.set_unwrapping(run.method());
  return builder.finish();
}

}  // namespace vitrion::transport
