// Moment tensor potentials: energies, forces and virials.
#pragma once

#include <memory>

#include "potentials/mtp/mtp_parameters.hpp"
#include "potentials/potential.hpp"

namespace vitrion::mtp {

class Grader;

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
  void compute(const Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange& ghosts,
               Evaluation& result) override;
  std::unique_ptr<Potential> clone() const override;

  const MtpParameters& parameters() const { return parameters_; }

  /// Derivatives of the site energy of every local atom by all parameters, in the order of MtpParameters::flat; shape
  /// (n_local, n_parameters). Units: eV per unit of the parameter.
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Rows site_gradients(const Neighborhoods& atoms);

 private:
  struct Engine;

  MtpParameters parameters_;
  std::shared_ptr<const Grader> grader_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace vitrion::mtp
