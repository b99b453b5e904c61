// The LAMMPS commands a run consists of.
#pragma once

#include <string>
#include <vector>

#include "vitrion/md/options.hpp"

namespace vitrion::md {

/// The species of the run by LAMMPS type: those of the structure, in the potential's order. Throws InputError when the
/// potential does not know one of them.
std::vector<Species> lammps_types(const MdOptions& options, const potentials::Potential& potential);

/// Neighbour lists, interactions and thermo output: what every session of a run needs.
lammps::InputLines interaction_commands(const MdOptions& options, const std::vector<Species>& types);

/// Velocities from a normal distribution at `temperature` (K), total momentum zero.
std::string velocity_command(double temperature, std::uint64_t seed);

/// Integrator, thermostat and barostat of a stage that begins at step `from` of it. The names of the fixes hold
/// `stage_number`, so that LAMMPS gives a fix the state it had in the same stage, and never that of another.
std::vector<std::string> stage_commands(const Stage& stage, std::size_t stage_number, std::int64_t from,
                                        std::uint64_t seed);

}  // namespace vitrion::md
