// What `vitrion interface` finds: profiles along the normal, regions, diffusion along and across, the resistance.
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/core/result.hpp"
#include "vitrion/core/session.hpp"
#include "vitrion/interface/across.hpp"
#include "vitrion/interface/along.hpp"
#include "vitrion/interface/profiles.hpp"

namespace vitrion::interface {

/// Ions of one run in the frame of the interface: along the normal, and in the plane.
struct IonPaths {
  std::size_t n_ions = 0, n_frames = 0;
  double timestep = 0;   ///< fs
  std::vector<float> z;  ///< Å, continuous, shape (n_ions, n_frames)
  PlanePaths plane;
};

struct InterfaceOptions {
  AcrossOptions across = {};
  transport::DiffusivityOptions along = {};
  double margin = 1.5;                     ///< Å beyond a border that an ion has to go to change its region
  std::optional<double> temperature = {};  ///< K
  double charge = 1;                       ///< e per ion
  double area = 0;                         ///< Å^2, of the cell along the interface
};

/// What moves in one region.
struct RegionResult {
  std::string name;
  std::vector<Range> ranges;
  double ions = 0;    ///< mean number
  Across across;      ///< Å^2/frame
  Measured across_D;  ///< Å^2/fs, the same
  Along along;
  double exits = 0;     ///< times an ion left it
  Measured residence;   ///< fs, mean time between entering and leaving; `upper_bound` is a lower one here
  Measured survival_D;  ///< Å^2/fs, D perpendicular from the tail of the survival probability
  std::vector<double> survival_lag, survival;  ///< fs; share of the ions that stayed throughout
  Measured free_energy;  ///< eV, -kT ln(rho/rho of the first region); `upper_bound` means nothing here
};

/// One face between two regions: its resistance.
struct Face {
  Range range;
  Measured resistance;  ///< Ohm cm^2; where it is not resolved `upper_bound` is what it is at least
  double passes = 0;    ///< over the gap where fewest ions passed
};

struct InterfaceResult {
  std::string file, ion;
  std::size_t n_ions = 0, n_frames = 0;
  double timestep = 0;                ///< fs
  std::optional<double> temperature;  ///< K
  double charge = 1, area = 0;        ///< e, Å^2
  double margin = 0;                  ///< Å
  Partition partition;
  bool regions_given = false;
  std::vector<RegionResult> regions;
  AcrossResult across;
  std::vector<Face> faces;                     ///< of every range of the transition region
  std::vector<std::vector<double>> exchanges;  ///< from region to region, counts
  double crossings = 0;                        ///< ions that went all the way through the transition region
  Profiles profiles;
  std::vector<std::string> notes, warnings;
};

/// Regions are those of `partition`. Throws InputError as `nodes_of` does.
InterfaceResult analyse_interface(const IonPaths& paths, const Partition& partition, const InterfaceOptions& options,
                                  const Session& session = {});

/// The stable keys of `vitrion interface --json`; docs/schemas/interface.json describes them.
inline constexpr ResultKind interface_kind{"interface", 1};
nlohmann::json to_json(const InterfaceResult& result);

}  // namespace vitrion::interface
