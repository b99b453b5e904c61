#include "vitrion/train/mtp/preparation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/dataset/reference_energies.hpp"
#include "vitrion/potentials/mtp/moment_levels.hpp"
#include "vitrion/potentials/mtp/mtp_file.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"
#include "vitrion/train/mtp/initial.hpp"

namespace vitrion::train::mtp {
namespace {

using potentials::mtp::MtpParameters;

constexpr double min_dist_factor = 0.99;  // of the shortest distance: MLIP's convention

MtpParameters read_start(const TrainOptions& common) {
  MtpParameters p = potentials::mtp::read_mtp(common.start);
  if (!p.is_trained())
    throw InputError(Location{common.start, 0}, "the potential to go on from is an untrained template");
  if (common.species.empty()) return p;
  potentials::mtp::MtpPotential named(p);
  named.name_species(common.species);
  return named.parameters();
}

MtpParameters new_potential(const TrainOptions& common, const Options& o, const dataset::Description& data) {
  const std::vector<Species>& species = common.species.empty() ? data.species : common.species;
  const double shortest = dataset::shortest_distance(data);
  if (!(shortest < common.r_max))
    throw InputError(fmt::format("no two atoms of the training data are nearer than r_max = {} Å", common.r_max));
  return potentials::mtp::untrained_mtp(o.level, species, min_dist_factor * shortest, common.r_max,
                                        o.radial_basis_size);
}

// Reference energies and the ZBL part are taken off the labels; the MTP learns the rest.
LabelledConfiguration ready(const Preparation& to, const Structure& structure) {
  const MtpParameters& p = to.parameters;
  Structure s = structure;
  if (s.labels.energy) *s.labels.energy -= dataset::reference_energy(s, p.species, to.reference);
  if (to.zbl) {
    const std::unique_ptr<potentials::Potential> zbl = to.zbl->clone();
    const Labels repulsion = evaluate(*zbl, s);
    if (s.labels.energy) *s.labels.energy -= *repulsion.energy;
    if (s.labels.has_forces()) s.labels.forces -= repulsion.forces;
    if (s.labels.stress && repulsion.stress) *s.labels.stress -= *repulsion.stress;
  }
  std::vector<int> types;
  for (const Species& one : s.species)
    types.push_back(static_cast<int>(std::find(p.species.begin(), p.species.end(), one) - p.species.begin()));
  return make_labelled(s, types, static_cast<int>(p.n_species()), p.max_dist);
}

std::vector<LabelledConfiguration> ready_all(const Preparation& to, const std::vector<Structure>& from) {
  std::vector<LabelledConfiguration> set(from.size());
  parallel_for(from.size(), [&](std::size_t i) { set[i] = ready(to, from[i]); });
  return set;
}

}  // namespace

Preparation prepare(const TrainOptions& common, const Options& o, const TrainingData& data) {
  Preparation p;
  p.parameters = common.start.empty() ? new_potential(common, o, data.description) : read_start(common);
  check_species(data.description, p.parameters.species);
  if (o.short_range.zbl)
    p.zbl = std::make_unique<potentials::Zbl>(
        potentials::ZblOptions{p.parameters.species, o.short_range.inner, o.short_range.outer});
  p.reference = reference_energies(common, data.training, p.parameters.species);
  p.training = ready_all(p, data.training);
  p.validation = ready_all(p, data.validation);
  if (common.start.empty()) p.parameters.scaling = choose_scaling(p.training, p.parameters.max_dist);
  return p;
}

}  // namespace vitrion::train::mtp
