#include "vitrion/io/clock.hpp"

#include <fmt/format.h>

#include <cmath>

#include "vitrion/core/error.hpp"

namespace vitrion::io {
namespace {

// Of a difference of times. Files print three decimals of a fs, or six digits.
constexpr double tolerance = 1e-3, printed = 2e-3;

bool agree(double a, double b, double largest) {
  return std::abs(a - b) <= tolerance * std::abs(b) + printed + 1e-6 * largest;
}

}  // namespace

/// MD steps since the first frame; places where steps are not counted.
double Clock::steps_between(const Structure& frame, std::int64_t place) const {
  if (frame.step && first_->step) return static_cast<double>(*frame.step - *first_->step);
  return static_cast<double>(place - first_->place);
}

void Clock::check_stated(const Structure& frame, std::int64_t place, const std::string& file) {
  if (!timestep_) return;
  if (!first_) {
    first_ = Seen{place, frame.step, *frame.time};
    return;
  }
  const double steps = steps_between(frame, place), stated = *frame.time - first_->time;
  if (agree(stated, steps * *timestep_, std::abs(*frame.time))) return;
  throw InputError(
      Location{file},
      fmt::format("frame {}: by the times in the file it is {:g} fs after the first one, by --timestep {:g} "
                  "and its {} {} it is {:g} fs",
                  place, stated, *timestep_, steps, frame.step ? "steps" : "places", steps * *timestep_),
      "Leave --timestep out to use the file's times, or correct it: it is the time of one MD step where "
      "the file counts steps, the time between frames where it does not.");
}

/// LAMMPS writes times in the unit of the run: ps (metal) or fs (real).
void Clock::check_unitless(const Structure& frame, std::int64_t place, const std::string& file) {
  if (!first_) {
    first_ = Seen{place, frame.step, *frame.unitless_time};
    return;
  }
  const double fs = steps_between(frame, place) * *timestep_, given = *frame.unitless_time - first_->time;
  for (const double unit : {1.0, 1e3})
    if (agree(given * unit, fs, std::abs(*frame.unitless_time) * unit)) return;
  throw InputError(Location{file},
                   fmt::format("frame {}: its time is {:g} after the first one, in a unit the file does not name; by "
                               "--timestep {:g} it is {:g} fs, which is neither {:g} fs nor {:g} ps",
                               place, given, *timestep_, fs, given, given),
                   "Correct --timestep (fs of one MD step), or name the units of the LAMMPS run with --units.");
}

void Clock::set_time(Structure& frame, std::int64_t place, const std::string& file) {
  if (frame.time) {
    frame.time_source = TimeSource::stated;
    return check_stated(frame, place, file);
  }
  if (!timestep_) return;
  if (frame.unitless_time) check_unitless(frame, place, file);
  frame.time = static_cast<double>(frame.step.value_or(place)) * *timestep_;
  frame.time_source = frame.step ? TimeSource::steps : TimeSource::places;
}

}  // namespace vitrion::io
