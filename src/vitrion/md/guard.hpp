// Stops a run that has left what its potential knows.
#pragma once

#include <optional>
#include <string>

#include "vitrion/md/options.hpp"
#include "vitrion/md/session.hpp"

namespace vitrion::md {

/// Why a run was stopped.
struct GuardEvent {
  enum class Kind { lost_atoms, not_finite, temperature, force, distance, density, cell, grade, drift, lammps };
  Kind kind;
  std::string stage;
  std::int64_t step = 0;  ///< in the stage
  double time = 0;        ///< fs since the stage began
  double value = 0, limit = 0;
  std::string message;  ///< what, where, when: one sentence
  std::string remedy;
};
/// "temperature", "distance", ...
std::string name_of(GuardEvent::Kind kind);

class Guard {
 public:
  /// `trained` holds the smallest distances in the training set (ModelCard::min_distances); `types` are the species by
  /// LAMMPS type, `atoms` those of the atoms by id.
  Guard(const GuardOptions& options, const std::map<std::string, double>& trained, std::vector<Species> types,
        std::vector<Species> atoms);

  /// Call when a stage, or a part of it, begins: remembers the energy an NVE run must keep. `hottest` is the highest
  /// temperature that atoms may rightly have: of this stage's targets and of the stage before it, K. `first_cell` is
  /// the one the whole stage began with.
  void begin(const Stage& stage, std::int64_t step, double hottest, double total_energy, const Cell& first_cell);
  /// Looks at the current step, after a thermo output. Collective.
  std::optional<GuardEvent> check(const LammpsSession& session, std::int64_t step, double temperature,
                                  double total_energy) const;
  /// The highest grade of an atom at the current step.
  std::optional<GuardEvent> check_grade(const LammpsSession::Graded& highest, std::int64_t step) const;
  /// An error of LAMMPS during the run as an event.
  GuardEvent from(const lammps::LammpsError& error, std::int64_t step) const;

 private:
  std::optional<GuardEvent> check_cell(const Cell& now, double density, std::int64_t step) const;
  GuardEvent event(GuardEvent::Kind kind, std::int64_t step, double value, double limit, const std::string& what,
                   const std::string& remedy) const;
  std::string atom(std::int64_t id) const;

  GuardOptions options_;
  std::vector<Species> types_, atoms_;
  std::vector<double> limits_;  // Å, by pair of types; 0: unknown
  Stage stage_;
  std::int64_t first_step_ = 0;
  double first_energy_ = 0, hottest_ = 0;
  Cell first_cell_;
};

}  // namespace vitrion::md
