// Any pair style of LAMMPS as a potential.
#pragma once

#include <functional>
#include <memory>

#include "lammps/settings.hpp"
#include "vitrion/potentials/potential.hpp"

namespace vitrion::lammps {

/// Energies, forces and stresses of whole structures by LAMMPS: EAM, Tersoff, Buckingham with long-range charges, a KIM
/// model, any pair style of the LAMMPS that the program is linked to. Energies of sites and grades it has none.
///
/// The structure goes into a LAMMPS of one rank, cell and forces turned into its axes and back; cells may be smaller
/// than the cutoff. Directions that are not periodic get vacuum in which no atom meets an image; a kspace_style needs
/// all three periodic. The LAMMPS is kept for the next structure where only positions differ. All objects of a process
/// take turns: LAMMPS bears one caller at a time.
class LammpsPotential final : public potentials::Potential {
 public:
  /// MPI must be running (std::logic_error). Throws LammpsError when LAMMPS does not take the settings.
  explicit LammpsPotential(Settings settings);
  ~LammpsPotential() override;

  std::string kind() const override { return "LAMMPS"; }
  /// "LAMMPS eam/alloy".
  std::string title() const override { return "LAMMPS " + settings_.pair_style; }
  potentials::Capabilities capabilities() const override { return {.neighborhoods = false, .site_energies = false}; }
  const std::vector<Species>& species() const override { return settings_.species; }
  void name_species(const std::vector<Species>& names) override;
  /// Of the pair style; what a kspace_style adds has none.
  double cutoff() const override { return cutoff_; }
  /// Throws InputError: LAMMPS computes whole structures.
  void compute(const neighbors::Neighborhoods& atoms, const potentials::EvaluationRequest& request,
               potentials::GhostExchange& ghosts, potentials::Evaluation& result) override;
  /// Throws InputError for unknown species, and where kspace_style meets a direction that is not periodic; LammpsError
  /// where LAMMPS stops.
  Labels evaluate(const Structure& structure) override;
  std::unique_ptr<Potential> clone() const override;

  const Settings& settings() const { return settings_; }

 private:
  struct Instance;
  LammpsPotential(Settings settings, double cutoff);

  Settings settings_;
  double cutoff_ = 0;  // Å
  std::unique_ptr<Instance> instance_;
};

/// Makes `kind: lammps` known to the catalogue of potentials. `start_mpi` is called before the first is opened: MPI
/// belongs to whoever owns the process.
void register_potential(const std::function<void()>& start_mpi);

/// The settings of a potential that LAMMPS computes by itself; null for others.
const Settings* native_settings(const potentials::Potential& potential);

}  // namespace vitrion::lammps
