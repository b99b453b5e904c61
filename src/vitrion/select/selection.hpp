// Extrapolation grades of configurations, and which of them are worth labelling.
#pragma once

#include <functional>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/core/structure.hpp"
#include "vitrion/potentials/potential.hpp"
#include "vitrion/select/reference.hpp"

namespace vitrion::select {

/// Called with the number of configurations done.
using ProgressReport = std::function<void(std::size_t)>;

/// The rows of one configuration: one a site in neighbourhood mode, their mean in configuration mode.
Rows rows_of(potentials::Potential& potential, const Structure& frame, potentials::GradeMode mode);

/// Grade of every site of every frame (neighbourhood mode), or one number a frame (configuration mode).
std::vector<std::vector<double>> grade_frames(potentials::Potential& potential, const potentials::SelectionState& state,
                                              const std::vector<Structure>& frames, const ProgressReport& report = {},
                                              const Session& session = {});

struct ActiveSetOptions {
  potentials::GradeMode mode = potentials::GradeMode::neighbourhood;  ///< ellipsoids: of neighbourhoods only
  double threshold = 1.001;  ///< swaps go on while a row of the training set has a higher grade (MLIP-3's value)
  double ridge = 1e-5;       ///< of ellipsoids: see Moments::metric
};

/// What the extrapolation of `potential` is measured by, of the kind that suits it (Potential::reference_kind).
///
/// An active set: frames are gone over until none changes it; its origins number them. An ellipsoid: frames are gone
/// over once for its shape and once for its size, with which the farthest site of every species has grade 1. Throws
/// InputError when the potential has nothing to grade by, or not in this mode.
potentials::SelectionState make_active_set(potentials::Potential& potential, const std::vector<Structure>& training,
                                           const ActiveSetOptions& options = {}, const ProgressReport& report = {},
                                           const Session& session = {});

struct SelectOptions {
  double threshold = 2;         ///< frames with a lower grade are not worth a label
  double max_grade = INFINITY;  ///< frames with a higher grade are refused: what a run in ruins passes through
  double max_force = INFINITY;  ///< eV/Å, by the potential; likewise
  std::size_t most = SIZE_MAX;  ///< frames; those of the highest grades come first
};

/// One frame of a selection.
struct Selected {
  std::size_t frame;  ///< index among the candidates
  double grade;       ///< before the selection
};

/// What happened to the candidates.
struct Selection {
  std::vector<Selected> chosen;  ///< by falling grade
  std::size_t n_below = 0;       ///< within the range of the potential
  std::size_t n_redundant = 0;   ///< beyond it, but covered by those chosen
  std::size_t n_over = 0;        ///< chosen, but more than asked for
  std::size_t n_refused = 0;     ///< grade or force above the limits, or not finite
};

/// Adds the candidates to the reference of `state`, by MaxVol where it is an active set: chosen are those of which a
/// row stays in it. Alike frames are chosen once, which a mere threshold would not do.
Selection select_frames(potentials::Potential& potential, const potentials::SelectionState& state,
                        const std::vector<Structure>& candidates, const SelectOptions& options,
                        const ProgressReport& report = {}, const Session& session = {});

}  // namespace vitrion::select
