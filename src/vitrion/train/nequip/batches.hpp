// Losses, gradients and predictions of a NequIP model on labelled structures.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/core/structure.hpp"
#include "vitrion/potentials/nequip/model.hpp"
#include "vitrion/potentials/potential.hpp"
#include "vitrion/train/loss.hpp"

namespace vitrion::train::nequip {

/// Structures with their neighbour lists, ready for any model of one architecture.
///
/// Structures of a batch are shared among the threads; sums over them always have the same order, so that results do
/// not depend on the number of threads.
class Batches {
 public:
  virtual ~Batches() = default;

  /// Mean loss of a batch; `gradient` is overwritten (flat, as the model's parameters). Throws Interrupted.
  virtual double loss_and_gradient(const potentials::nequip::Model& model, const LossOptions& loss,
                                   std::span<const std::size_t> batch, std::vector<double>& gradient) = 0;
  /// Energy, forces and stress of every structure.
  virtual std::vector<Labels> predict(const potentials::nequip::Model& model) = 0;
  /// Loss of these predictions over all structures.
  double loss(const LossOptions& loss, const std::vector<Labels>& predictions) const;

  virtual const std::vector<Structure>& structures() const = 0;
};

/// `model` gives architecture and species; every structure holds only those (InputError otherwise).
std::unique_ptr<Batches> make_batches(const potentials::nequip::Model& model, std::vector<Structure> structures,
                                      potentials::Precision precision, const Session& session = {});

/// Mean number of neighbours within r_max, over all atoms of all structures.
double mean_neighbors(const std::vector<Structure>& structures, double r_max);

}  // namespace vitrion::train::nequip
