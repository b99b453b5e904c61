// Molecular dynamics in stages, resumable at any moment.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "vitrion/core/result.hpp"
#include "vitrion/core/session.hpp"
#include "vitrion/md/guard.hpp"
#include "vitrion/md/options.hpp"
#include "vitrion/md/warnings.hpp"

namespace vitrion::md {

/// Extrapolation grades met in a stage: the highest of all atoms, at every look.
struct GradeSummary {
  double median = 0, highest = 0;
  double share_above = 0;  ///< of the looks, above GuardOptions::grade_save
  std::string table;       ///< STAGE.grades.csv
};

/// What a stage came to. Means are over the second half of its thermo rows.
struct StageSummary {
  std::string name;
  std::int64_t steps = 0;
  double duration = 0;                           ///< fs
  double temperature = 0, target = 0;            ///< K; target at the end
  double pressure = 0;                           ///< GPa
  double density = 0;                            ///< g/cm^3
  double potential_energy = 0;                   ///< eV per atom
  std::map<std::string, double> displacement;    ///< Å^2 by species: |r(end) - r(start)|^2, centre of mass removed
  std::optional<double> framework_displacement;  ///< Å^2, where a melt was to be proved
  std::optional<bool> melted;                    ///< framework_displacement reached Stage::melt_msd
  std::optional<GradeSummary> grade;             ///< where the potential grades itself
  std::string trajectory = {}, thermo = {};      ///< file names in the run's folder; trajectory may be empty
  std::vector<StageWarning> warnings = {};
};

struct RunOutcome {
  enum class Status { finished, stopped_by_guard } status = Status::finished;
  std::vector<StageSummary> stages;                   ///< those that ended
  std::optional<GuardEvent> guard;                    ///< why the run stopped
  std::filesystem::path final_structure, final_data;  ///< extended XYZ and LAMMPS data; empty when stopped
  std::vector<std::string> notes;                     ///< sentences for people: melt proof, density against experiment
  std::vector<std::string> inherited_warnings;        ///< of the run that the starting structure came from

  /// All of them as sentences: inherited ones, the guard's, those of every stage.
  std::vector<std::string> warnings() const;
};

/// Runs what is left of a run in `options.folder` and says what it came to. Collective over MPI ranks.
///
/// Written there: STAGE.lammpstrj.gz (id-sorted, unwrapped, with image flags), STAGE.thermo.csv, final.extxyz,
/// final.data, result.json, summary.json, and state/ with the journal and the last restart file. The run advances in
/// segments of `checkpoint_every` steps; each starts from the restart file of the one before, killed or not, so a
/// resumed run repeats an uninterrupted one bit for bit on the same number of ranks and threads.
///
/// One run of a process at a time: another one meanwhile throws std::logic_error. Throws InputError for settings that
/// cannot be used, Interrupted when a stop was requested. A guard's stop is an
/// outcome, not an exception.
RunOutcome run_md(const MdOptions& options, const Session& session = {});

struct QuenchOutcome {
  std::vector<RunOutcome> replicas;
  std::vector<std::filesystem::path> folders;
};

/// Runs every replica in `options.run.folder`/replica-N (one replica: the folder itself).
QuenchOutcome run_quench(const QuenchOptions& options, const Session& session = {});

/// What `vitrion md --json` writes, and every run leaves in its folder as result.json; docs/schemas/md.json describes
/// it.
inline constexpr ResultKind md_kind{"md", 1};
nlohmann::json to_json(const RunOutcome& outcome);

}  // namespace vitrion::md
