// Moment tensor potentials: energies, forces and virials.
#pragma once

#include <memory>

#include "vitrion/potentials/grader.hpp"
#include "vitrion/potentials/mtp/mtp_parameters.hpp"
#include "vitrion/potentials/potential.hpp"

namespace vitrion::potentials::mtp {

/// A trained moment tensor potential (Shapeev 2016, doi 10.1137/15M1054183), in double precision.
class MtpPotential final : public Potential {
 public:
  /// Throws InputError when the parameters contradict each other or are an untrained template, or when their selection
  /// state is broken.
  explicit MtpPotential(MtpParameters parameters);
  MtpPotential(MtpPotential&&) noexcept;
  ~MtpPotential() override;

  std::string kind() const override { return "MTP"; }
  const std::vector<Species>& species() const override { return parameters_.species; }
  void name_species(const std::vector<Species>& names) override;
  double cutoff() const override { return parameters_.max_dist; }
  /// True when the file held an active set of site energies (MLIP's neighbourhood mode).
  bool has_grades() const override;
  std::optional<SelectionState> selection_state() const override;
  std::size_t selection_width() const override { return parameters_.n_parameters(); }
  /// Derivatives of site energies by all parameters, in the order of MtpParameters::flat. Units: eV per unit of the
  /// parameter.
  SelectionRows selection_rows(const neighbors::Neighborhoods& atoms, GhostExchange& ghosts) override;
  std::unique_ptr<Potential> graded_by(SelectionState state, const Calibration& calibration) const override;
  void compute(const neighbors::Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange& ghosts,
               Evaluation& result) override;
  std::unique_ptr<Potential> clone() const override;

  const MtpParameters& parameters() const { return parameters_; }

 private:
  struct Engine;

  MtpParameters parameters_;
  std::shared_ptr<const Grader> grader_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace vitrion::potentials::mtp
