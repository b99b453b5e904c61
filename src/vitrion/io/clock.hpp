// The time of each frame of a run: what the file says, or what it counts, or its place in the run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "vitrion/core/structure.hpp"

namespace vitrion::io {

/// Gives the frames of one run their times. The first of these that the file has is taken:
/// its times, with their unit; its count of MD steps, times `timestep`; the place of the frame, times `timestep`.
/// A time without a unit (LAMMPS) only has to agree with the steps: one of its units, fs or ps, must fit.
class Clock {
 public:
  /// `timestep`: fs per MD step, or between frames where the file counts no steps; nothing: not known.
  explicit Clock(std::optional<double> timestep) : timestep_(timestep) {}

  /// Sets `time` and `time_source`; without either times or a time step the frame stays without. `place`: frames before
  /// this one in the run. Throws InputError at `file` when the file's times and its steps, or its places, contradict
  /// `timestep`.
  void set_time(Structure& frame, std::int64_t place, const std::string& file);

 private:
  struct Seen {
    std::int64_t place = 0;
    std::optional<std::int64_t> step;
    double time = 0;  ///< fs, or in the unit of the file
  };
  double steps_between(const Structure& frame, std::int64_t place) const;
  void check_stated(const Structure& frame, std::int64_t place, const std::string& file);
  void check_unitless(const Structure& frame, std::int64_t place, const std::string& file);

  std::optional<double> timestep_;
  std::optional<Seen> first_;
};

}  // namespace vitrion::io
