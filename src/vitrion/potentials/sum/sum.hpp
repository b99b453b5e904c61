// Several potentials as one: energies, forces and virials add.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/potentials/model_card.hpp"  // for ShortRange
#include "vitrion/potentials/potential.hpp"

namespace vitrion::potentials {

/// The sum of its parts, for instance of a trained potential and the repulsion it was trained on top of.
///
/// Neighborhoods reach as far as the longest cutoff; each part skips what lies beyond its own. Species are those of the
/// first part, and each part is shown its own type numbers. Grades, selection rows and what they are compared with are
/// those of the first part that has them. It computes over neighborhoods where all its parts do.
class Sum final : public Potential {
 public:
  /// Throws InputError when there is no part, when a part does not know a species of the first, or when one with
  /// unnamed types stands beside another that has other types.
  explicit Sum(std::vector<std::unique_ptr<Potential>> parts);

  std::string kind() const override { return "sum"; }
  /// "MTP + ZBL".
  std::string title() const override;
  Capabilities capabilities() const override;
  const std::vector<Species>& species() const override { return species_; }
  void name_species(const std::vector<Species>& names) override;
  double cutoff() const override;
  /// Single where a part's is.
  Precision precision() const override;
  bool has_grades() const override;
  std::optional<SelectionState> selection_state() const override;
  std::size_t selection_width() const override;
  ReferenceKind reference_kind() const override;
  SelectionRows selection_rows(const neighbors::Neighborhoods& atoms, GhostExchange& ghosts) override;
  std::unique_ptr<Potential> graded_by(SelectionState state, const Calibration& calibration) const override;
  void compute(const neighbors::Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange& ghosts,
               Evaluation& result) override;
  Labels evaluate(const Structure& structure) override;
  std::unique_ptr<Potential> clone() const override;

  std::size_t n_parts() const { return parts_.size(); }
  const Potential& part(std::size_t k) const { return *parts_[k].potential; }

 private:
  struct Part {
    std::unique_ptr<Potential> potential;
    std::vector<int> type_of;  ///< the part's type by that of the sum; empty: the same
    std::vector<int> types;    ///< of atoms, scratch
  };
  void match_species();
  neighbors::Neighborhoods seen_by(Part& part, neighbors::Neighborhoods atoms);

  std::vector<Part> parts_;
  std::vector<Species> species_;
  std::size_t graded_;  // number of the part that grades; n_parts() where none can
  Evaluation scratch_;
};

/// The ZBL repulsion in a potential: its own, or that of a part of a sum.
std::optional<ShortRange> short_range_in(const Potential& potential);

}  // namespace vitrion::potentials
