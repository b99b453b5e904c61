// How long a potential takes on a structure, in a loop like molecular dynamics.
#pragma once

#include <string>

#include "vitrion/core/session.hpp"
#include "vitrion/core/structure.hpp"
#include "vitrion/potentials/potential.hpp"

namespace vitrion::potentials {

struct TimingOptions {
  int steps = 100;          ///< timed evaluations, at least 1
  double skin = 1.0;        ///< Å; neighbours are listed up to cutoff + skin
  double amplitude = 0.05;  ///< Å; every step moves each atom by up to this much along each axis, at most skin / 4
};

/// Wall and processor time of energy, forces and virial, µs per atom and step.
struct Timing {
  std::size_t n_atoms = 0;
  double mean_neighbors = 0;                    ///< within the cutoff
  double listed_neighbors = 0;                  ///< within cutoff + skin
  double median = 0, fastest = 0, slowest = 0;  ///< wall time over the steps
  double processor = 0;                         ///< processor time of all threads together, mean
  double neighbor_list = 0;                     ///< wall time of building the list once; 0 where that is no part apart
  double energy = 0;                            ///< eV, of the structure as given
};

/// Builds the neighbour list once, evaluates the structure as it is (not timed), then at `steps` random displacements.
///
/// Throws InputError when the structure is empty, holds foreign species, or an option is out of range.
Timing time_potential(Potential& potential, const Structure& structure, const TimingOptions& options = {},
                      const Session& session = {});

/// Name of the processor as the system gives it ("AMD EPYC 9R14"), or "unknown".
std::string processor_name();

}  // namespace vitrion::potentials
