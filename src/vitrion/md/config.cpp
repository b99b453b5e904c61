// Settings of `vitrion md` and `vitrion quench` from YAML.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "vitrion/core/error.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/md/options.hpp"
#include "vitrion/md/start.hpp"

namespace vitrion::md {
namespace {

constexpr std::int64_t most_steps = 1'000'000'000'000'000;               // a second in steps of 1 fs
constexpr std::int64_t most_interval = std::numeric_limits<int>::max();  // LAMMPS counts intervals in int

// "Li-O: 1.7" -> two species.
std::pair<Species, Species> read_pair(Config& config, const std::string& key) {
  if (auto pair = parse_pair(key)) return *pair;
  throw config.error(key, "\"" + key + "\" is not a pair of elements", "Write Li-O: 1.7");
}

std::int64_t steps_of(Config& config, const std::string& key, double duration, double timestep) {
  const double steps = duration / timestep;
  if (!(steps >= 0.5))
    throw config.error(key, fmt::format("\"{}\" is less than half a time step ({} fs)", key, timestep));
  if (steps > static_cast<double>(most_steps))
    throw config.error(key, fmt::format("\"{}\" is more than {} time steps of {} fs", key, most_steps, timestep));
  return std::llround(steps);
}

void read_length(Config& config, Stage& s) {
  const int given = config.has("duration_ps") + config.has("steps") + config.has("rate_K_per_ps");
  if (given > 1) throw InputError(config.where(), "give one of duration_ps, steps and rate_K_per_ps, not several");
  if (config.has("duration_ps")) {
    s.steps = steps_of(config, "duration_ps", config.number("duration_ps") * units::ps_in_fs, s.timestep);
  } else if (config.has("rate_K_per_ps")) {
    const double rate = config.positive("rate_K_per_ps", 1);
    const double span = std::abs(s.temperature_end - s.temperature_start);
    if (span == 0) throw config.error("rate_K_per_ps", "a rate needs two temperatures: temperature_K: [2000, 300]");
    s.steps = steps_of(config, "rate_K_per_ps", span / rate * units::ps_in_fs, s.timestep);
  } else if (config.has("steps")) {
    s.steps = config.integer("steps");
    if (s.steps < 1 || s.steps > most_steps)
      throw config.error("steps", fmt::format("\"steps\" must be 1 to {}", most_steps));
  } else if (s.steps == 0) {
    throw InputError(config.where(), "the stage has no length", "Give duration_ps, steps or rate_K_per_ps.");
  }
  // So that every key is known, whichever was used.
  config.number("duration_ps", 0);
  config.number("rate_K_per_ps", 0);
  config.integer("steps", 0);
}

// An interval as steps or as time; 0: never.
std::int64_t read_interval(Config& config, const std::string& name, std::int64_t fallback, double timestep) {
  const std::string in_steps = name + "_steps", in_ps = name + "_ps";
  if (config.has(in_steps) && config.has(in_ps))
    throw config.error(in_ps, "give " + in_steps + " or " + in_ps + ", not both");
  const double time = config.number(in_ps, 0);
  const std::int64_t steps = config.integer(in_steps, fallback);
  if (time < 0 || steps < 0) throw config.error(config.has(in_ps) ? in_ps : in_steps, "an interval cannot be negative");
  const std::int64_t interval =
      config.has(in_ps) && time > 0 ? steps_of(config, in_ps, time * units::ps_in_fs, timestep) : steps;
  if (interval > most_interval)
    throw config.error(config.has(in_ps) ? in_ps : in_steps,
                       fmt::format("an interval has at most {} steps", most_interval), "0 is for never.");
  return interval;
}

Stage read_stage(Config config, Stage s) {
  s.name = config.text("name", s.name);
  const std::string ensemble =
      config.choice("ensemble", {"minimize", "nve", "nvt", "npt"}, s.ensemble == Ensemble::npt ? "npt" : "nvt");
  s.ensemble = ensemble == "minimize" ? Ensemble::minimize
               : ensemble == "nve"    ? Ensemble::nve
               : ensemble == "npt"    ? Ensemble::npt
                                      : Ensemble::nvt;
  if (s.ensemble == Ensemble::minimize) {
    s.steps = config.integer<int>("steps", 500);
    if (s.steps < 0) throw config.error("steps", "\"steps\" cannot be negative");
    s.force_tolerance = config.positive("force_tolerance_eV_per_A", s.force_tolerance);
    return s;
  }
  s.timestep = config.positive("timestep_fs", s.timestep);
  const std::vector<double> t = config.numbers("temperature_K", {s.temperature_start, s.temperature_end});
  if (t.empty() || t.size() > 2) throw config.error("temperature_K", "give one temperature, or two: [start, end]");
  // A quench stage is given where it ends only; it starts where the stage before it ended.
  s.temperature_given = config.has("temperature_K");
  s.temperature_start = t.size() == 2 || s.temperature_start == s.temperature_end ? t.front() : s.temperature_start;
  s.temperature_end = t.back();
  read_length(config, s);
  s.thermostat = config.choice("thermostat", {"nose-hoover", "langevin"}, "nose-hoover") == "langevin"
                     ? Thermostat::langevin
                     : Thermostat::nose_hoover;
  s.thermostat_time = config.number("thermostat_fs", s.thermostat_time);
  if (s.ensemble == Ensemble::npt) {
    s.pressure = config.number("pressure_GPa", s.pressure);
    s.barostat_time = config.number("barostat_fs", s.barostat_time);
    const std::string coupling = config.choice("coupling", {"isotropic", "anisotropic", "triclinic"}, "isotropic");
    s.coupling = coupling == "isotropic"     ? Coupling::isotropic
                 : coupling == "anisotropic" ? Coupling::anisotropic
                                             : Coupling::triclinic;
  }
  s.dump_every = read_interval(config, "dump", s.dump_every, s.timestep);
  s.thermo_every = read_interval(config, "thermo", s.thermo_every, s.timestep);
  if (s.thermo_every == 0) throw InputError(config.where(), "thermo output needs an interval");
  if (s.melt_msd || config.has("melt_displacement_A2"))
    s.melt_msd = config.positive("melt_displacement_A2", s.melt_msd.value_or(9));
  return s;
}

// [low, high], or 0 for any.
Band read_band(Config& config, const std::string& key, const Band& fallback) {
  if (!config.has(key)) return fallback;
  const std::vector<double> limits = config.numbers(key);
  if (limits.size() == 1 && limits.front() == 0) return {};
  if (limits.size() != 2 || !(limits[0] >= 0) || !(limits[1] > limits[0]))
    throw config.error(key, "\"" + key + "\" is not a range", "Write " + key + ": [low, high], or 0 for any.");
  return {limits[0], limits[1]};
}

// A stage may begin with what it begins with.
Band read_ratio(Config& config, const std::string& key, const Band& fallback) {
  const Band band = read_band(config, key, fallback);
  if (!band.holds(1)) throw config.error(key, "\"" + key + "\" must hold 1: the stage begins there");
  return band;
}

void read_density_limits(Config& config, GuardOptions& g) {
  g.density_ratio = read_ratio(config, "density_ratio", g.density_ratio);
  g.cell_ratio = read_ratio(config, "cell_ratio", g.cell_ratio);
  if (config.has("density_g_per_cm3")) g.density = read_band(config, "density_g_per_cm3", {});
}

GuardOptions read_guard(Config config) {
  GuardOptions g;
  g.every = config.integer<int>("every_steps", static_cast<int>(g.every));
  if (g.every < 1) throw config.error("every_steps", "\"every_steps\" must be at least 1");
  g.temperature_factor = config.positive("temperature_factor", g.temperature_factor);
  g.temperature_margin = config.number("temperature_margin_K", g.temperature_margin);
  g.max_force = config.positive("max_force_eV_per_A", g.max_force);
  g.distance_factor = config.number("distance_factor", g.distance_factor);
  g.nve_drift = config.positive("nve_drift_eV_per_atom_ps", g.nve_drift);
  read_density_limits(config, g);
  g.grade_every = config.integer<int>("grade_every_steps", static_cast<int>(g.grade_every));
  if (g.grade_every < 0) throw config.error("grade_every_steps", "\"grade_every_steps\" must not be negative");
  g.grade_save = config.positive("grade_save", g.grade_save);
  g.grade_break = config.number("grade_break", g.grade_break);
  if (g.grade_break == 0) g.grade_break = std::numeric_limits<double>::infinity();
  if (!(g.grade_break > g.grade_save))
    throw config.error("grade_break", "\"grade_break\" must be above grade_save, or 0 for never");
  Config distances = config.section("min_distances_A");
  for (const std::string& key : distances.keys()) {
    read_pair(distances, key);
    g.min_distances[key] = distances.number(key);
  }
  return g;
}

build::PackingOptions read_packing(Config config) {
  build::PackingOptions p;
  try {
    p.composition = build::parse_composition(config.text("composition"));
  } catch (const InputError& e) {
    throw config.error("composition", e.what());
  }
  p.density = config.positive("density_g_per_cm3");
  Config distances = config.section("min_distances_A");
  for (const std::string& key : distances.keys()) p.distances[read_pair(distances, key)] = distances.number(key);
  return p;
}

StartFile read_start_file(Config& config) {
  StartFile start;
  start.file = config.path("structure");
  start.frame = config.text("frame", "");
  start.named_at = config.where("structure");
  if (config.has("density_g_per_cm3")) start.density = config.positive("density_g_per_cm3");
  if (!start.frame.empty()) io::FrameRange::parse(start.frame);  // an InputError when it is none
  return start;
}

// Everything but the stages. No other file is opened: a study checks its settings before it trains the potential.
MdOptions read_common(Config& config) {
  MdOptions o;
  o.potential = potentials::read_source(config, "potential");
  o.file_species = config.elements("species");
  if (config.choice("precision", {"double", "float"}, "double") == "float")
    o.precision = potentials::Precision::single_precision;
  o.folder = config.has("output") ? config.path("output")
                                  : (std::filesystem::path(config.where().file).parent_path() / "md").string();
  config.accept("output");
  o.seed = config.integer<std::uint64_t>("seed", 1);
  const std::string velocities = config.choice("velocities", {"auto", "draw", "keep"}, "auto");
  o.velocities = velocities == "draw"   ? Velocities::draw
                 : velocities == "keep" ? Velocities::keep
                                        : Velocities::automatic;
  o.checkpoint_every = config.integer<int>("checkpoint_steps", static_cast<int>(o.checkpoint_every));
  if (o.checkpoint_every < 1) throw config.error("checkpoint_steps", "\"checkpoint_steps\" must be at least 1");
  o.skin = config.positive("skin_A", o.skin);
  if (o.skin > 20) throw config.error("skin_A", "\"skin_A\" is at most 20 (Å)", "1 to 2 Å are usual.");
  o.framework = config.elements("framework");
  if (config.has("experimental_density_g_per_cm3"))
    o.experimental_density = config.positive("experimental_density_g_per_cm3", 1);
  if (config.has("zbl")) {
    Config zbl = config.section("zbl");
    ZblRange range;
    range.inner = zbl.positive("inner_A", range.inner);
    range.outer = zbl.positive("outer_A", range.outer);
    if (!(range.inner < range.outer)) throw zbl.error("outer_A", "inner_A must be smaller than outer_A");
    o.zbl = range;
  }
  o.wall = config.number("wall_eV", 0);
  if (o.wall < 0) throw config.error("wall_eV", "\"wall_eV\" cannot be negative");
  o.guard = read_guard(config.section("guard"));
  if (config.has("structure") == config.has("packed"))
    throw InputError(config.where(), "give either structure (a file) or packed (a composition and a density)");
  if (config.has("packed"))
    o.packing = read_packing(config.section("packed"));
  else
    o.start_file = read_start_file(config);
  if (o.packing && o.velocities == Velocities::keep)
    throw config.error("velocities", "a packing has no velocities to keep");
  return o;
}

}  // namespace

MdOptions read_md_options(Config& config) {
  MdOptions o = read_common(config);
  double temperature = 300;
  for (Config& c : config.sections("stages")) {
    Stage s;
    s.name = fmt::format("stage{}", o.stages.size() + 1);
    s.temperature_start = s.temperature_end = temperature;
    o.stages.push_back(read_stage(c, s));
    temperature = o.stages.back().temperature_end;
  }
  if (o.stages.empty()) throw InputError(config.where("stages"), "the list \"stages\" is missing or empty");
  config.finish();
  return o;
}

QuenchOptions read_quench_options(Config& config) {
  QuenchOptions o;
  o.run = read_common(config);
  o.replicas = config.integer<int>("replicas", 1);
  if (o.replicas < 1 || o.replicas > 10'000) throw config.error("replicas", "\"replicas\" must be 1 to 10000");
  o.minimize = config.flag("minimize", true);

  Stage melt;
  melt.name = "melt";
  melt.temperature_start = melt.temperature_end = 2000;
  melt.melt_msd = 9;
  o.melt = read_stage(config.section("melt"), melt);

  Stage quench;
  quench.name = "quench";
  quench.timestep = o.melt.timestep;
  quench.temperature_start = o.melt.temperature_end;
  quench.temperature_end = 300;
  o.quench = read_stage(config.section("quench"), quench);

  if (config.has("equilibrate")) {
    Stage rest;
    rest.name = "equilibrate";
    rest.timestep = o.quench.timestep;
    rest.temperature_start = rest.temperature_end = o.quench.temperature_end;
    o.equilibrate = read_stage(config.section("equilibrate"), rest);
  }
  config.finish();
  return o;
}

}  // namespace vitrion::md
