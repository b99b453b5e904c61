#include "vitrion/md/start.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "vitrion/core/error.hpp"
#include "vitrion/core/trajectory.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::md {
namespace {

Structure sorted_by_id(const Structure& s) {
  Structure sorted = s;
  const std::vector<std::size_t> rows = rows_by_id(s);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto to = static_cast<Eigen::Index>(i), from = static_cast<Eigen::Index>(rows[i]);
    sorted.species[i] = s.species[rows[i]];
    sorted.positions.row(to) = s.positions.row(from);
    if (s.has_velocities()) sorted.velocities.row(to) = s.velocities.row(from);
    if (!s.images.empty()) sorted.images[i] = s.images[rows[i]];
  }
  sorted.ids.clear();
  return sorted;
}

void scale_to(Structure& s, double density) {
  const double factor = std::cbrt(s.density() / density);
  s.cell = Cell(Matrix3(s.cell.matrix() * factor), s.cell.periodic());
  s.positions *= factor;
}

Structure read_start(const StartFile& start, const std::vector<Species>& species) {
  io::ReadOptions read;
  read.species = species;
  if (!start.frame.empty()) read.frames = io::FrameRange::parse(start.frame);
  const std::vector<Structure> frames = io::read_frames(start.file, read);
  if (frames.size() > 1)
    throw InputError(start.named_at, fmt::format("{} holds {} configurations", start.file.string(), frames.size()),
                     "Say which one with frame: 0 (the first) or frame: -1 (the last).");
  Structure first = sorted_by_id(frames.front());
  if (start.density) scale_to(first, *start.density);
  return first;
}

const Stage* first_moving(const std::vector<Stage>& stages) {
  const auto first =
      std::find_if(stages.begin(), stages.end(), [](const Stage& s) { return s.ensemble != Ensemble::minimize; });
  return first == stages.end() ? nullptr : &*first;
}

// Whether velocities of temperature `now` may belong to the stage. The kinetic temperature of n atoms fluctuates by
// sqrt(2 / (3 n - 3)) of itself: what lies within three times that is no other temperature.
bool fits(const Stage& stage, double now, std::size_t n_atoms) {
  if (stage.ensemble == Ensemble::nve && !stage.temperature_given) return true;
  const double freedom = 3.0 * static_cast<double>(std::max<std::size_t>(n_atoms, 2) - 1);
  return std::abs(now / stage.temperature_start - 1) <= std::max(0.05, 3 * std::sqrt(2 / freedom));
}

std::string start_name(const MdOptions& o) {
  return o.start_file ? o.start_file->file.filename().string() : std::string("the starting structure");
}

}  // namespace

double kinetic_temperature(const Structure& s) {
  if (!s.has_velocities() || s.size() < 2) return 0;
  Vector3 momentum = Vector3::Zero();
  double mass = 0, twice_energy = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const Vector3 v = s.velocities.row(static_cast<Eigen::Index>(i)).transpose();
    momentum += s.species[i].mass() * v;
    mass += s.species[i].mass();
    twice_energy += s.species[i].mass() * v.squaredNorm();
  }
  twice_energy -= momentum.squaredNorm() / mass;
  return twice_energy * units::u_A2_per_fs2_in_eV /
         (3.0 * static_cast<double>(s.size() - 1) * units::boltzmann_eV_per_K);
}

VelocityChoice choose_velocities(const MdOptions& o) {
  const Stage* stage = first_moving(o.stages);
  if (stage == nullptr) return {.draw = false, .seed_matters = o.packing.has_value()};
  const double now = kinetic_temperature(o.start);
  if (o.velocities == Velocities::keep && !o.start.has_velocities())
    throw InputError("velocities: keep, but " + start_name(o) + " has none", "Leave velocities out: they are drawn.");
  const bool kept = o.start.has_velocities() && o.velocities != Velocities::draw &&
                    (o.velocities == Velocities::keep || fits(*stage, now, o.start.size()));
  VelocityChoice choice{.draw = !kept};
  const std::string drawn = fmt::format("velocities drawn at {:g} K with seed {}", stage->temperature_start, o.seed);
  if (!o.start.has_velocities()) {
    choice.note = drawn;
  } else if (!kept) {
    choice.note = fmt::format("{}; those of {} ({:.0f} K) are not used", drawn, start_name(o), now);
  } else {
    const bool noise = std::any_of(o.stages.begin(), o.stages.end(), [](const Stage& s) {
      return s.ensemble != Ensemble::minimize && s.ensemble != Ensemble::nve && s.thermostat == Thermostat::langevin;
    });
    choice.seed_matters = noise || o.packing.has_value();
    choice.note = fmt::format("velocities kept from {} ({:.0f} K{}): {}", start_name(o), now,
                              o.velocities == Velocities::keep ? ", as asked for" : "",
                              choice.seed_matters
                                  ? fmt::format("seed {} sets no more than the noise of the thermostat", o.seed)
                                  : fmt::format("seed {} has NO EFFECT; velocities: draw makes another run", o.seed));
  }
  return choice;
}

Structure starting_structure(const MdOptions& o) {
  if (o.start.size() > 0) return o.start;
  if (o.start_file) return read_start(*o.start_file, o.file_species);
  if (!o.packing) throw InputError("a run needs atoms");
  build::PackingOptions packing = complete_packing(*o.packing, o.potential);
  packing.seed = o.seed;
  return build::packed_cell(packing);
}

build::PackingOptions complete_packing(const build::PackingOptions& packing,
                                       const potentials::PotentialSource& potential) {
  build::PackingOptions p = packing;
  for (const auto& [pair, distance] : read_card_beside(potential).min_distances) {
    const auto species = parse_pair(pair);
    if (!species)
      throw InputError(Location{potential.file.string()}, "its model card speaks of the pair \"" + pair + "\"");
    const auto& [a, b] = *species;
    if (p.distances.count({b, a}) == 0) p.distances.insert({{a, b}, distance});
  }
  return p;
}

std::optional<std::pair<Species, Species>> parse_pair(const std::string& name) {
  const std::size_t dash = name.find('-');
  if (dash == std::string::npos) return std::nullopt;
  try {
    return std::pair(Species::element(name.substr(0, dash)), Species::element(name.substr(dash + 1)));
  } catch (const InputError&) {
    return std::nullopt;
  }
}

}  // namespace vitrion::md
