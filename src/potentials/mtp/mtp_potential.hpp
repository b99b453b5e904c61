// Moment tensor potentials: energies, forces and virials.
#pragma once

#include <memory>

#include "potentials/mtp/mtp_parameters.hpp"
#include "potentials/potential.hpp"

namespace vitrion::mtp {

/// A trained moment tensor potential (Shapeev 2016, doi 10.1137/15M1054183), in double precision.
class MtpPotential final : public Potential {
 public:
  /// Throws InputError when the parameters contradict each other or are an untrained template.
  explicit MtpPotential(MtpParameters parameters);
  ~MtpPotential() override;

  std::string kind() const override { return "MTP"; }
  const std::vector<Species>& species() const override { return parameters_.species; }
  void name_species(const std::vector<Species>& names) override;
  double cutoff() const override { return parameters_.max_dist; }
  void compute(const Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange& ghosts,
               Evaluation& result) override;
  std::unique_ptr<Potential> clone() const override;

  const MtpParameters& parameters() const { return parameters_; }

 private:
  struct Engine;

  MtpParameters parameters_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace vitrion::mtp
