#include "vitrion/md/guard.hpp"

#include <fmt/format.h>

#include <cmath>

#include "vitrion/core/units.hpp"

namespace vitrion::md {
namespace {

double named(const std::map<std::string, double>& table, const Species& a, const Species& b) {
  for (const std::string& name : {a.name() + "-" + b.name(), b.name() + "-" + a.name()})
    if (const auto found = table.find(name); found != table.end()) return found->second;
  return 0;
}

}  // namespace

std::string name_of(GuardEvent::Kind kind) {
  switch (kind) {
    case GuardEvent::Kind::lost_atoms:
      return "lost_atoms";
    case GuardEvent::Kind::not_finite:
      return "not_finite";
    case GuardEvent::Kind::temperature:
      return "temperature";
    case GuardEvent::Kind::force:
      return "force";
    case GuardEvent::Kind::distance:
      return "distance";
    case GuardEvent::Kind::density:
      return "density";
    case GuardEvent::Kind::cell:
      return "cell";
    case GuardEvent::Kind::grade:
      return "grade";
    case GuardEvent::Kind::drift:
      return "drift";
    case GuardEvent::Kind::lammps:
      return "lammps";
  }
  return "";
}

Guard::Guard(const GuardOptions& options, const std::map<std::string, double>& trained, std::vector<Species> types,
             std::vector<Species> atoms)
    : options_(options), types_(std::move(types)), atoms_(std::move(atoms)) {
  for (const Species& a : types_)
    for (const Species& b : types_) {
      const double chosen = named(options_.min_distances, a, b);
      limits_.push_back(chosen > 0 ? chosen : options_.distance_factor * named(trained, a, b));
    }
}

void Guard::begin(const Stage& stage, std::int64_t step, double hottest, double total_energy, const Cell& first_cell) {
  stage_ = stage;
  hottest_ = hottest;
  first_step_ = step;
  first_energy_ = total_energy;
  first_cell_ = first_cell;
}

std::string Guard::atom(std::int64_t id) const {
  const auto i = static_cast<std::size_t>(id) - 1;
  return fmt::format("atom {}{}", id, i < atoms_.size() ? " (" + atoms_[i].name() + ")" : "");
}

GuardEvent Guard::event(GuardEvent::Kind kind, std::int64_t step, double value, double limit, const std::string& what,
                        const std::string& remedy) const {
  GuardEvent e;
  e.kind = kind;
  e.stage = stage_.name;
  e.step = step;
  e.time = static_cast<double>(step) * stage_.timestep;
  e.value = value;
  e.limit = limit;
  e.message = fmt::format("{} in stage {} at step {} ({:.4g} ps)", what, stage_.name, step, e.time / units::ps_in_fs);
  e.remedy = remedy;
  return e;
}

std::optional<GuardEvent> Guard::check(const LammpsSession& session, std::int64_t step, double temperature,
                                       double total_energy) const {
  using Kind = GuardEvent::Kind;
  const char* const explodes =
      "The potential meets configurations it was not trained on, or the time step is too long: shorten timestep_fs, "
      "lay "
      "zbl under the potential, or add such configurations to the training set.";
  const auto n_atoms = static_cast<double>(atoms_.size());
  if (const auto n = session.n_atoms(); n != static_cast<std::int64_t>(atoms_.size()))
    return event(Kind::lost_atoms, step, static_cast<double>(n), n_atoms,
                 fmt::format("{} of {} atoms are left: the others flew out of reach", n, atoms_.size()), explodes);
  if (!std::isfinite(total_energy) || !std::isfinite(temperature))
    return event(Kind::not_finite, step, total_energy, 0, "energy or temperature is not a number", explodes);

  const auto n_types = types_.size();
  const auto closest = session.closest_pairs(static_cast<int>(n_types));
  for (std::size_t k = 0; k < closest.size(); ++k)
    if (limits_[k] > 0 && closest[k].distance < limits_[k])
      return event(Kind::distance, step, closest[k].distance, limits_[k],
                   fmt::format("{} and {} are {:.3f} Å apart, less than {:.3f} Å for {}-{}", atom(closest[k].id_a),
                               atom(closest[k].id_b), closest[k].distance, limits_[k], types_[k / n_types].name(),
                               types_[k % n_types].name()),
                   "The training set holds no such distance: add configurations like this one (stopped.extxyz) to it, "
                   "lay zbl under the potential, or lower guard.distance_factor.");

  const LammpsSession::Strongest strongest = session.strongest_force();
  if (!(strongest.force <= options_.max_force))
    return event(Kind::force, step, strongest.force, options_.max_force,
                 fmt::format("the force on {} is {:.1f} eV/Å, more than {:.1f}", atom(strongest.id), strongest.force,
                             options_.max_force),
                 explodes);
  if (stage_.ensemble == Ensemble::minimize) return std::nullopt;
  if (auto left = check_cell(session.cell(), session.thermo("density"), step)) return left;

  if (stage_.ensemble != Ensemble::nve) {
    const double limit = options_.temperature_factor * hottest_ + options_.temperature_margin;
    if (temperature > limit)
      return event(Kind::temperature, step, temperature, limit,
                   fmt::format("the temperature is {:.0f} K, the limit {:.0f} K", temperature, limit), explodes);
    return std::nullopt;
  }
  // Measured over at least 0.1 ps: shorter, the ordinary fluctuation of the total energy is all one sees.
  const double elapsed = static_cast<double>(step - first_step_) * stage_.timestep / units::ps_in_fs;
  const double drift = std::abs(total_energy - first_energy_) / n_atoms / std::max(elapsed, 0.1);
  if (drift > options_.nve_drift)
    return event(Kind::drift, step, drift, options_.nve_drift,
                 fmt::format("the total energy drifts by {:.2g} eV per atom and ps, more than {:.2g}", drift,
                             options_.nve_drift),
                 "Shorten timestep_fs; energy that is not conserved makes every result of the run doubtful.");
  return std::nullopt;
}

// A barostat follows a potential that pushes atoms apart or lets them fall together; forces and grades may stay small.
std::optional<GuardEvent> Guard::check_cell(const Cell& now, double density, std::int64_t step) const {
  using Kind = GuardEvent::Kind;
  const char* const remedy =
      "Look at the last frames: atoms that fly apart or fall together are the potential's fault (label such frames and "
      "train again) or the barostat's (a longer barostat_fs). Where the change is meant, widen {}.";
  const double ratio = first_cell_.volume() / now.volume();
  if (!options_.density_ratio.holds(ratio))
    return event(Kind::density, step, ratio, ratio < 1 ? options_.density_ratio.low : options_.density_ratio.high,
                 fmt::format("the density is {:.3f} g/cm³, {:.2f} times the {:.3f} the stage began with; {:g} to {:g} "
                             "times are allowed (volume {:.0f} Å³, {:.0f} before)",
                             density, ratio, density / ratio, options_.density_ratio.low, options_.density_ratio.high,
                             now.volume(), first_cell_.volume()),
                 fmt::format(fmt::runtime(remedy), "guard.density_ratio"));
  if (options_.density && !options_.density->holds(density))
    return event(Kind::density, step, density,
                 density < options_.density->low ? options_.density->low : options_.density->high,
                 fmt::format("the density is {:.3f} g/cm³; {:g} to {:g} are allowed", density, options_.density->low,
                             options_.density->high),
                 fmt::format(fmt::runtime(remedy), "guard.density_g_per_cm3"));
  const Vector3 heights = now.heights(), before = first_cell_.heights();
  for (int k = 0; k < 3; ++k)
    if (const double change = heights[k] / before[k]; !options_.cell_ratio.holds(change))
      return event(
          Kind::cell, step, change, change < 1 ? options_.cell_ratio.low : options_.cell_ratio.high,
          fmt::format("the cell is {:.2f} Å high along {}, {:.2f} times the {:.2f} Å the stage began with; "
                      "{:g} to {:g} times are allowed",
                      heights[k], "abc"[k], change, before[k], options_.cell_ratio.low, options_.cell_ratio.high),
          fmt::format(fmt::runtime(remedy), "guard.cell_ratio"));
  return std::nullopt;
}

std::optional<GuardEvent> Guard::check_grade(const LammpsSession::Graded& highest, std::int64_t step) const {
  if (highest.grade <= options_.grade_break) return std::nullopt;
  return event(
      GuardEvent::Kind::grade, step, highest.grade, options_.grade_break,
      fmt::format("the extrapolation grade of {} is {:.3g}, more than {:g}", atom(highest.id), highest.grade,
                  options_.grade_break),
      "The potential was shown nothing like this: label such configurations (stopped.extxyz and those in "
      "STAGE.extrapolating.lammpstrj.gz) and train again, or set guard.grade_break: 0 to go on at your own risk.");
}

GuardEvent Guard::from(const lammps::LammpsError& error, std::int64_t step) const {
  return event(
      GuardEvent::Kind::lammps, step, 0, 0, std::string("LAMMPS stopped (") + error.what() + ")",
      "Look at the last frames of the trajectory; usually atoms flew apart: shorten timestep_fs or lay zbl under "
      "the potential.");
}

}  // namespace vitrion::md
