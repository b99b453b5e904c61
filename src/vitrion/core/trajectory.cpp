#include "vitrion/core/trajectory.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <numeric>

#include "vitrion/core/error.hpp"

namespace vitrion::inline core {
namespace {

constexpr double largest_step = 0.45;  // of a cell vector; beyond half a cell the nearest image is the wrong one

std::string method_of(const Structure& frame) {
  if (frame.wrapping == Wrapping::unwrapped) return "unwrapped coordinates of the file";
  if (!frame.images.empty()) return "image flags";
  return "minimum image between frames";
}

Positions fractional(const Structure& frame, const std::vector<std::size_t>& rows) {
  const Matrix3 inverse = frame.cell.spanning().inverse();
  Positions s(static_cast<Eigen::Index>(rows.size()), 3);
  for (std::size_t i = 0; i < rows.size(); ++i)
    s.row(static_cast<Eigen::Index>(i)) = frame.positions.row(static_cast<Eigen::Index>(rows[i])) * inverse;
  return s;
}

}  // namespace

std::vector<std::size_t> rows_by_id(const Structure& frame) {
  std::vector<std::size_t> rows(frame.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  if (!frame.ids.empty())
    std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return frame.ids[a] < frame.ids[b]; });
  return rows;
}

Positions FrameUnwrapper::next(const Structure& frame) {
  const std::size_t index = n_frames_;
  const auto fail = [&](const std::string& what, const std::string& remedy = {}) {
    throw InputError(Location{file_}, "frame " + std::to_string(index) + ": " + what, remedy);
  };
  const std::vector<std::size_t> rows = rows_by_id(frame);
  std::vector<std::int64_t> ids;
  std::vector<Species> species;
  for (std::size_t row : rows) {
    ids.push_back(frame.ids.empty() ? static_cast<std::int64_t>(row) + 1 : frame.ids[row]);
    species.push_back(frame.species[row]);
  }
  const std::string method = method_of(frame);

  if (index == 0) {
    ids_ = ids;
    species_ = species;
    method_ = method;
  } else {
    if (ids.size() != ids_.size())
      fail("holds " + std::to_string(ids.size()) + " atoms, the frames before it " + std::to_string(ids_.size()),
           "An atom was lost, or the file was cut. Leave the frames from here on out with --frames.");
    if (ids != ids_) fail("holds other atom ids than the frames before it");
    if (species != species_) fail("an atom changed its species");
    if (method != method_) fail("gives coordinates as " + method + ", the frames before it as " + method_);
  }
  if (!frame.time && frame.unitless_time)
    fail("its time has no unit: LAMMPS writes ps with units metal, fs with units real",
         "Name them with --units metal or --units real, or give the MD time step with --timestep FS.");
  if (!frame.time)
    fail("has no time",
         "Give it with --timestep FS: the MD time step where the file counts steps (LAMMPS, XDATCAR), else the "
         "time between frames.");
  if (index > 0 && *frame.time <= last_time_)
    fail("its time does not follow the frame before it",
         "Frames must be in order of time and none may stand twice. Where a run was started again and repeats steps, "
         "cut the "
         "repeated frames off (vitrion convert FILE PART --frames :" +
             std::to_string(index) + ") and join the parts with --series.");

  Positions s = fractional(frame, rows);
  const std::array<bool, 3>& periodic = frame.cell.periodic();
  if (frame.wrapping != Wrapping::unwrapped && !frame.images.empty()) {
    for (std::size_t i = 0; i < rows.size(); ++i)
      for (int k = 0; k < 3; ++k)
        s(static_cast<Eigen::Index>(i), k) += frame.images[rows[i]][static_cast<std::size_t>(k)];
  } else if (frame.wrapping != Wrapping::unwrapped && index > 0) {
    for (Eigen::Index i = 0; i < s.rows(); ++i)
      for (int k = 0; k < 3; ++k) {
        if (!periodic[static_cast<std::size_t>(k)]) continue;
        double step = s(i, k) - last_fractional_(i, k);
        step -= std::round(step);
        if (std::abs(step) > largest_step)
          fail("atom " + std::to_string(ids_[static_cast<std::size_t>(i)]) + " moved " +
                   std::to_string(std::abs(step)) + " of the cell along " + "abc"[k] + " since the frame before",
               "Frames are too far apart (or not in order) to tell which way it went: write unwrapped positions or "
               "image flags, or frames more often.");
        s(i, k) = last_fractional_(i, k) + step;
      }
  }
  last_time_ = *frame.time;
  ++n_frames_;
  Positions positions = s * frame.cell.spanning();
  last_fractional_ = std::move(s);
  return positions;
}

void Unwrapper::add(const Structure& frame) {
  run_.positions_.push_back(frames_.next(frame));
  run_.times_.push_back(*frame.time);
  run_.cells_.push_back(frame.cell);
  run_.fixed_cell_ = run_.fixed_cell_ && frame.cell == run_.cells_.front();
}

UnwrappedTrajectory Unwrapper::finish() {
  if (run_.n_frames() == 0) throw InputError(Location{frames_.file()}, "the trajectory holds no frame");
  run_.species_ = frames_.species();
  run_.method_ = frames_.method();
  return std::move(run_);
}

}  // namespace vitrion::inline core
