// What every interatomic potential can do.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/core/structure.hpp"
#include "vitrion/neighbors/neighborhoods.hpp"
#include "vitrion/potentials/selection.hpp"

namespace vitrion::potentials {

/// Carries per-atom arrays between an atom and its ghosts: how a message-passing potential meets MPI or periodicity.
/// Potentials that look only at direct neighbours never call it.
class GhostExchange {
 public:
  virtual ~GhostExchange() = default;
  /// Copies rows 0 .. n_local-1 to the rows of their ghosts, of those at least that are their own `owners`; `width`
  /// values of `bytes_per_value` bytes a row.
  virtual void forward(void* rows, std::size_t width, std::size_t bytes_per_value) = 0;
  /// Adds the rows of these ghosts to the rows of the atoms they are images of (float or double by `bytes_per_value`).
  virtual void reverse(void* rows, std::size_t width, std::size_t bytes_per_value) = 0;
  /// For every ghost the number whose row may be read in its place, shape (n_ghost): of a local atom, of another ghost,
  /// or its own. Null: unknown; ghosts are then their own owners. All ranks must call it alike.
  virtual const std::vector<int>* owners() const { return nullptr; }
  /// True where the owner of every ghost is an atom, on all ranks: then nothing need be exchanged.
  virtual bool ghosts_are_images() const { return false; }
};

/// Exchange on one process: between an atom and its periodic images.
class PeriodicExchange final : public GhostExchange {
 public:
  PeriodicExchange(std::size_t n_local, const std::vector<int>& owners) : n_local_(n_local), owners_(owners) {}
  void forward(void* rows, std::size_t width, std::size_t bytes_per_value) override;
  void reverse(void* rows, std::size_t width, std::size_t bytes_per_value) override;
  const std::vector<int>* owners() const override { return &owners_; }
  bool ghosts_are_images() const override { return true; }

 private:
  std::size_t n_local_;
  const std::vector<int>& owners_;
};

/// Results over local + ghost atoms. The potential overwrites them.
struct Evaluation {
  std::vector<double> energies;      ///< eV, site energies, shape (n_local)
  Positions forces;                  ///< eV/Å, shape (n_total, 3): rows of ghosts hold what belongs to their owners
  Matrix3 virial = Matrix3::Zero();  ///< eV, -sum_ij (dE/dd_ij) (x) d_ij, d_ij = r_j - r_i: -V * stress; symmetric
  /// eV, shape (n_local, 9) row major, or empty unless asked for. Row i holds the terms of site energy i; sums to
  /// `virial`.
  Eigen::Matrix<double, Eigen::Dynamic, 9, Eigen::RowMajor> atomic_virials;
  std::vector<double> grades;  ///< extrapolation grades, shape (n_local), or empty unless asked for
};

/// Arithmetic inside a potential. Positions, distances and sums are in double precision in both.
enum class Precision { double_precision, single_precision };

struct EvaluationRequest {
  bool atomic_virials = false;
  bool grades = false;  ///< only where Potential::has_grades()
};

/// What a potential can do beyond energy, forces and virial of a whole structure.
struct Capabilities {
  /// It computes over neighborhoods of local and ghost atoms (`compute`): inside `pair_style vitrion`, on any number of
  /// ranks. Without, only `evaluate` serves.
  bool neighborhoods = true;
  bool site_energies = true;  ///< `evaluate` gives Labels::atomic_energies
};

/// An interatomic potential: site energies over neighbourhoods, forces and virial.
///
/// `compute` may use vitrion::threads() threads; one object serves one caller at a time (it keeps scratch memory):
/// callers that run side by side use clones.
class Potential {
 public:
  virtual ~Potential() = default;

  /// "MTP", "ZBL", ...: Kind::name in the catalogue.
  virtual std::string kind() const = 0;
  /// For people.
  virtual std::string title() const { return kind(); }
  virtual Capabilities capabilities() const { return {}; }
  /// Species by type index: Neighborhoods::types index this list. May hold unnamed types (then `name_species` first).
  virtual const std::vector<Species>& species() const = 0;
  /// Replaces unnamed types by elements, in order. Throws InputError when the numbers differ.
  virtual void name_species(const std::vector<Species>& names) = 0;
  /// r_max, Å.
  virtual double cutoff() const = 0;
  virtual Precision precision() const { return Precision::double_precision; }

  /// Whether it knows what it was trained on and can grade each site by it: 1 or less within, far above 1 where it
  /// extrapolates.
  virtual bool has_grades() const { return false; }
  /// What it is graded by, where that came with the potential (also in configuration mode, which has no grades of
  /// sites).
  virtual std::optional<SelectionState> selection_state() const { return std::nullopt; }
  /// Length of the rows that such a reference is made of; 0: potentials of this kind have none.
  virtual std::size_t selection_width() const { return 0; }
  /// The kind of reference that suits this kind of potential.
  virtual ReferenceKind reference_kind() const { return ReferenceKind::active_set; }
  /// A row for every local atom, shape (n_local, selection_width()). Where the reference is an ellipsoid, a row is zero
  /// outside the selection_width() / n_species columns that belong to the species of its atom.
  virtual SelectionRows selection_rows(const neighbors::Neighborhoods& atoms, GhostExchange& ghosts);

  /// A copy that is graded by `state`, which was made for it; `calibration` is kept where there is a place for it.
  /// Throws InputError where there is nothing to grade by.
  virtual std::unique_ptr<Potential> graded_by(SelectionState state, const Calibration& calibration) const;

  /// Energy (kind `free`), forces, stress (where the cell is periodic and has a volume) and site energies of a
  /// structure. Throws InputError for species the potential does not know.
  virtual Labels evaluate(const Structure& structure);

  /// Fills `result` for the local atoms of `atoms`. Only with Capabilities::neighborhoods.
  virtual void compute(const neighbors::Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange& ghosts,
                       Evaluation& result) = 0;

  virtual std::unique_ptr<Potential> clone() const = 0;
};

/// The potential's type index of every atom. Throws InputError naming the first species the potential does not know.
std::vector<int> types_for(const Potential& potential, const Structure& structure);

/// Grade of every atom. Throws InputError when the potential has none.
std::vector<double> grades_of(Potential& potential, const Structure& structure);

/// Potential::evaluate.
inline Labels evaluate(Potential& potential, const Structure& structure) {
  return potential.evaluate(structure);
}

}  // namespace vitrion::potentials
