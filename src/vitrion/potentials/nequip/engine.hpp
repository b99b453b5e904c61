// Energies, forces and virial of a NequIP model over local and ghost atoms.
#pragma once

#include <memory>
#include <vector>

#include "vitrion/potentials/nequip/model.hpp"
#include "vitrion/potentials/potential.hpp"

namespace vitrion::potentials::nequip {

struct EngineOptions {
  Precision precision = Precision::double_precision;
  /// Radial networks from splines: fast, forces within about 1e-6 of the largest slope. Else evaluated for every edge.
  bool tabulated = false;
};

class Engine {
 public:
  virtual ~Engine() = default;

  virtual void run(const neighbors::Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange& ghosts,
                   Evaluation& result) = 0;
  /// The rows by which sites are told apart (nequip/extrapolation.hpp), of the last run; shape (n_local, row_width).
  virtual void rows(double* rows) const = 0;
  /// Bytes the last run sent to ghosts before each layer (as many came back as gradients); 0 for the first layer, and
  /// where ghosts are images of atoms of the same process.
  virtual std::vector<std::size_t> bytes_to_ghosts() const = 0;
};

std::unique_ptr<Engine> make_engine(const Model& model, const EngineOptions& options);

}  // namespace vitrion::potentials::nequip
