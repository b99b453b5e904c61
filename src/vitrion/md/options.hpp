// What a molecular-dynamics run is made of.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lammps/settings.hpp"
#include "vitrion/build/packed_cell.hpp"
#include "vitrion/core/config.hpp"
#include "vitrion/core/structure.hpp"
#include "vitrion/potentials/catalogue.hpp"

namespace vitrion::md {

enum class Ensemble { minimize, nve, nvt, npt };
enum class Thermostat { nose_hoover, langevin };
/// What the barostat may change: the volume, the three lengths, or all six cell parameters.
enum class Coupling { isotropic, anisotropic, triclinic };

/// One stretch of a run at fixed settings.
struct Stage {
  std::string name;  ///< names its files; letters, digits, '-', '_'
  Ensemble ensemble = Ensemble::nvt;
  double temperature_start = 300;  ///< K
  double temperature_end = 300;    ///< K; the target goes linearly from one to the other
  bool temperature_given = true;   ///< false: nobody asked for it (nve then goes on at what it begins with)
  double timestep = 1;             ///< fs
  std::int64_t steps = 0;
  Thermostat thermostat = Thermostat::nose_hoover;
  /// fs; Nose-Hoover: period of the thermostat's oscillation, Langevin: relaxation time of velocities. 0: 100 steps.
  double thermostat_time = 0;
  double pressure = 0;                      ///< GPa, npt
  double barostat_time = 0;                 ///< fs, npt; 0: 1000 steps
  Coupling coupling = Coupling::isotropic;  ///< npt
  std::int64_t dump_every = 0;              ///< steps; 0: no trajectory
  std::int64_t thermo_every = 10;           ///< steps
  std::optional<double> melt_msd;           ///< Å^2: the framework must have moved this far at the end
  double force_tolerance = 1e-2;            ///< eV/Å, minimize: ends when no force component is larger
};

/// From `low` to `high`, both included.
struct Band {
  double low = 0, high = std::numeric_limits<double>::infinity();
  bool holds(double value) const { return value >= low && value <= high; }
};

/// What the first stage that moves atoms starts from. `automatic` keeps the velocities of the starting structure where
/// they are those of the stage's temperature, as far as so few atoms can tell, and draws new ones elsewhere.
enum class Velocities { automatic, draw, keep };

/// When a run has left what the potential knows, or what the integrator can follow. Checked at every thermo output and
/// at least every `every` steps.
struct GuardOptions {
  std::int64_t every = 20;                      ///< steps
  double temperature_factor = 2;                ///< limit: factor * highest target of this stage and the last + margin
  double temperature_margin = 1000;             ///< K
  double max_force = 100;                       ///< eV/Å, on one atom
  double distance_factor = 0.8;                 ///< of the shortest distance in the training set
  std::map<std::string, double> min_distances;  ///< Å, "Li-O"; replaces what the model card says, pair by pair
  double nve_drift = 5e-3;                      ///< eV per atom and ps, nve
  /// Density over that at the start of the stage. A glass that melts under a barostat loses a fifth of it; what loses
  /// more boils, or its potential does not hold it together.
  Band density_ratio{0.7, 1.5};
  Band cell_ratio{0.5, 2};      ///< each height of the cell over that at the start of the stage
  std::optional<Band> density;  ///< g/cm^3, whatever the stage began with
  // Only for potentials that grade themselves (an active set in `.almtp`).
  std::int64_t grade_every = 100;  ///< steps; 0: never
  double grade_save = 2;           ///< frames with a higher grade are kept: they are worth a label
  double grade_break = 10;         ///< the run stops above; infinite: never
};

/// Screened nuclear repulsion laid over the potential (potentials/zbl), Å.
using ZblRange = potentials::ShortRange;

/// A structure file and where the settings name it.
struct StartFile {
  std::filesystem::path file;
  std::string frame;  ///< as in Python; empty: its only one
  Location named_at;
  std::optional<double> density = {};  ///< g/cm^3: cell and positions are scaled to it; absent: as in the file
};

struct MdOptions {
  potentials::PotentialSource potential;
  /// Set by run_md: what LAMMPS is told where it computes the potential by itself.
  std::optional<lammps::Settings> native;
  std::vector<Species> file_species;  ///< elements of a potential file that holds none
  potentials::Precision precision =
      potentials::Precision::double_precision;  ///< of NequIP's network; MTP is always double
  std::optional<ZblRange> zbl;                  ///< laid over a potential that has none of its own
  /// eV; 0: none. Depth of a purely repulsive wall (Weeks, Chandler, Andersen 1971, doi 10.1063/1.1674820) that begins
  /// where the training set's shortest distance of each pair ends: it changes nothing that the potential was shown.
  double wall = 0;
  std::map<std::string, double> wall_distances;  ///< Å, "Li-O": where it begins; empty: as the model card says
  /// The first configuration: given here, in a file, or as a random packing (of seed `seed`); see starting_structure.
  Structure start;
  std::optional<StartFile> start_file;
  std::optional<build::PackingOptions> packing;
  std::filesystem::path folder;  ///< everything is written here
  std::vector<Stage> stages;
  std::uint64_t seed = 1;
  Velocities velocities = Velocities::automatic;
  /// Steps between restart points. A killed run loses at most these; every restart point costs one extra evaluation of
  /// the forces and a new neighbour list.
  std::int64_t checkpoint_every = 2000;
  double skin = 1.0;                           ///< Å, of the neighbour lists
  std::vector<Species> framework;              ///< whose motion proves a melt; empty: all but Li, Na, K, Mg, Zn, Ca
  std::optional<double> experimental_density;  ///< g/cm^3, for comparison
  GuardOptions guard;
};

/// Minimise, melt, quench at a constant rate, equilibrate; several times from independent seeds.
struct QuenchOptions {
  MdOptions run;  ///< without stages; `folder` holds one folder per replica, each with a packing of its own if any
  /// Never copies of each other: with several, velocities are drawn for each.
  int replicas = 1;
  bool minimize = true;
  Stage melt, quench, equilibrate;  ///< equilibrate.steps == 0: none
};

/// Reads `vitrion md` settings; docs/md.md lists the keys. Opens no other file. Throws InputError (file:line).
MdOptions read_md_options(Config& config);
/// Reads `vitrion quench` settings.
QuenchOptions read_quench_options(Config& config);

}  // namespace vitrion::md
