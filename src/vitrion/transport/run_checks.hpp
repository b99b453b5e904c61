// What may be wrong with a trajectory before anything is measured: seen frame by frame, beside the paths of the ions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/core/cell.hpp"
#include "vitrion/core/linalg.hpp"
#include "vitrion/core/species.hpp"
#include "vitrion/neighbors/vacuum.hpp"

namespace vitrion::transport {

/// The largest step of an atom from one frame to the next, along one vector of the cell.
struct LargestStep {
  double share = 0;          ///< of the cell vector
  int axis = 0;              ///< 0, 1, 2: a, b, c
  std::size_t atom = 0;      ///< row in order of id
  std::size_t frame = 0;     ///< the later one
  std::size_t n_frames = 0;  ///< frames with a step above `long_step`
};
inline constexpr double long_step = 0.25;  ///< of a cell vector; from half of it on the nearest image is the wrong one

/// How the atoms of one species of the host move against the reference.
struct HostMotion {
  Species species = Species::type(0);
  std::size_t n_atoms = 0;
  /// Sum of the squared weights of its atoms in the reference: what they add to its variance when they move alone.
  double squared_weights = 0;
  /// Å^2, mean square displacement over windows of 1, 2, 4, ... frames that do not overlap, and how many there are.
  std::vector<double> msd = {};
  std::vector<std::size_t> windows = {};
};

/// Å^2 a frame: slope / 6 of the MSD over the last two octaves of lags, where it rises beyond doubt (three standard
/// errors and 0.2 Å^2, there or half as far with more windows), else 0. Atoms that vibrate, or turn with their
/// molecule, have none.
double diffusion_of(const HostMotion& motion);

/// The same of every species of a host, less what each only seems to move because the mean of all of them wanders.
std::vector<double> own_diffusion(const std::vector<HostMotion>& host);

struct RunChecks {
  LargestStep step;
  std::vector<HostMotion> host;  ///< every species of the reference
  std::optional<neighbors::Vacuum>
      vacuum;         ///< of the first or the last frame, where there is more; none without volume
  bool open = false;  ///< the cell does not repeat along one of its vectors
};

/// Collects them; holds a few frames.
class RunChecker {
 public:
  /// `weights` are those of the atoms `reference` in the reference.
  void start(const std::vector<Species>& species, const std::vector<std::size_t>& reference,
             const std::vector<double>& weights);
  /// Unwrapped positions, and the displacement of the reference since the first frame.
  void add(const Positions& positions, const Cell& cell, const Vector3& drift);
  RunChecks finish();

 private:
  struct Level {
    Positions last;           ///< of the reference atoms, at the last multiple of the level's lag
    std::vector<double> sum;  ///< by species, over atoms and windows
    std::size_t windows = 0;
  };
  void look_at_steps(const Positions& positions, const Cell& cell);
  void look_at_vacuum(const Positions& positions, const Cell& cell);
  void follow_host(const Positions& positions, const Vector3& drift);

  RunChecks checks_;
  std::vector<std::size_t> reference_, kind_;  // atoms, and which of checks_.host each belongs to
  std::vector<Level> levels_;
  Positions last_, last_fractional_;
  Cell last_cell_;
  std::size_t n_frames_ = 0;
};

/// Sentences on steps and vacuum; `atom_name` names an atom by its row, `unwrapping` is how positions were made
/// continuous.
std::vector<std::string> warnings_of(const RunChecks& checks, const std::string& unwrapping);

}  // namespace vitrion::transport
