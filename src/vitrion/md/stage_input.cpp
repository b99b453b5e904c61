#include "vitrion/md/stage_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "vitrion/core/error.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/potentials/catalogue.hpp"

namespace vitrion::md {
namespace {

double ps(double fs) {
  return fs / units::ps_in_fs;
}

// LAMMPS takes seeds from 1 to 900,000,000. Streams: every purpose and every part of a run has its own noise.
std::uint64_t lammps_seed(std::uint64_t seed, std::uint64_t stream) {
  return Random(seed, stream).below(899'999'999) + 1;
}

std::string barostat(const Stage& s) {
  const char* const coupling = s.coupling == Coupling::isotropic     ? "iso"
                               : s.coupling == Coupling::anisotropic ? "aniso"
                                                                     : "tri";
  const double bar = s.pressure / units::eV_per_A3_in_GPa * units::eV_per_A3_in_bar;
  const double time = s.barostat_time > 0 ? s.barostat_time : 1000 * s.timestep;
  return fmt::format("{} {:.10g} {:.10g} {:.10g}", coupling, bar, bar, ps(time));
}

std::string species_list(const std::vector<Species>& species) {
  return join_names(species, ",");
}

// Lennard-Jones cut at its minimum and shifted to zero there: repulsion only, continuous in energy and force.
std::string wall_command(const MdOptions& options, const std::vector<Species>& types, std::size_t i, std::size_t j) {
  for (const std::string& pair : {types[i].name() + "-" + types[j].name(), types[j].name() + "-" + types[i].name()})
    if (const auto found = options.wall_distances.find(pair); found != options.wall_distances.end())
      return fmt::format("pair_coeff {} {} lj/cut {:.10g} {:.10g} {:.10g}", i + 1, j + 1, options.wall,
                         found->second / std::pow(2.0, 1.0 / 6.0), found->second);
  throw InputError("no shortest distance is known for " + types[i].name() + "-" + types[j].name() +
                       ", so wall_eV has no place to stand",
                   "The model card beside the potential names them, or give guard.min_distances_A.");
}

// Thermo output appears nowhere; it makes LAMMPS keep energy and pressure at the steps that are asked for. Lost atoms
// are the guard's affair.
void add_output(std::vector<std::string>& list) {
  list.emplace_back("thermo_style custom step temp pe ke press pxx pyy pzz pxy pxz pyz vol density");
  list.emplace_back("thermo_modify lost ignore norm no");
  list.emplace_back("thermo 0");
}

}  // namespace

std::vector<Species> lammps_types(const MdOptions& options, const potentials::Potential& potential) {
  potentials::types_for(potential, options.start);     // throws for a species the potential does not know
  if (options.native) return options.native->species;  // its lines count on these numbers
  std::vector<Species> types;
  for (const Species& s : potential.species())
    if (std::find(options.start.species.begin(), options.start.species.end(), s) != options.start.species.end())
      types.push_back(s);
  return types;
}

lammps::InputLines interaction_commands(const MdOptions& options, const std::vector<Species>& types) {
  std::string style = "vitrion";
  if (!options.file_species.empty()) style += " species " + species_list(options.file_species);
  if (options.precision == potentials::Precision::single_precision) style += " precision float";
  lammps::InputLines input;
  if (options.native) input = lammps::input_lines(*options.native);
  std::vector<std::string>& list = input.lines;
  list.insert(list.begin(),
              {fmt::format("neighbor {:.10g} bin", options.skin), "neigh_modify every 1 delay 0 check yes"});
  if (options.native) {
    add_output(list);
    return input;
  }
  const std::string file = encoded_path(std::filesystem::absolute(options.potential.file));
  const std::string elements = join_names(types, " ");
  if (!options.zbl && options.wall == 0) {
    list.push_back("pair_style " + style);
    list.push_back("pair_coeff * * " + file + " " + elements);
  } else {
    std::string styles = "pair_style hybrid/overlay " + style;
    if (options.zbl) styles += fmt::format(" zbl {:.10g} {:.10g}", options.zbl->inner, options.zbl->outer);
    if (options.wall > 0) styles += " lj/cut 2.0";
    list.push_back(styles);
    list.push_back("pair_coeff * * vitrion " + file + " " + elements);
    for (std::size_t i = 0; i < types.size(); ++i)
      for (std::size_t j = i; j < types.size(); ++j) {
        if (options.zbl)
          list.push_back(fmt::format("pair_coeff {} {} zbl {} {}", i + 1, j + 1, types[i].atomic_number(),
                                     types[j].atomic_number()));
        if (options.wall > 0) list.push_back(wall_command(options, types, i, j));
      }
    if (options.wall > 0) list.emplace_back("pair_modify pair lj/cut shift yes");
  }
  add_output(list);
  return input;
}

std::string velocity_command(double temperature, std::uint64_t seed) {
  return fmt::format("velocity all create {:.10g} {} mom yes rot no dist gaussian", temperature, lammps_seed(seed, 0));
}

std::vector<std::string> stage_commands(const Stage& s, std::size_t number, std::int64_t from, std::uint64_t seed) {
  if (s.ensemble == Ensemble::minimize) return {"min_style cg", "min_modify dmax 0.1"};
  std::vector<std::string> list{fmt::format("timestep {:.10g}", ps(s.timestep))};
  const std::string fix = fmt::format("fix integrate_{} all ", number);
  const double time = s.thermostat_time > 0 ? s.thermostat_time : 100 * s.timestep;
  const std::string temperatures =
      fmt::format("{:.10g} {:.10g} {:.10g}", s.temperature_start, s.temperature_end, ps(time));
  const bool npt = s.ensemble == Ensemble::npt;
  if (npt && s.coupling == Coupling::triclinic && from == 0) list.emplace_back("change_box all triclinic");
  if (s.ensemble == Ensemble::nve) {
    list.push_back(fix + "nve");
  } else if (s.thermostat == Thermostat::nose_hoover) {
    list.push_back(fix + (npt ? "npt temp " + temperatures + " " + barostat(s) : "nvt temp " + temperatures));
  } else {
    list.push_back(fix + (npt ? "nph " + barostat(s) : "nve"));
    // The generator's state is in no restart file, so every part of a run gets a seed of its own.
    const std::uint64_t stream = 1 + number * 1'000'003 + static_cast<std::uint64_t>(from);
    list.push_back(
        fmt::format("fix langevin_{} all langevin {} {} zero yes", number, temperatures, lammps_seed(seed, stream)));
  }
  return list;
}

}  // namespace vitrion::md
