// The loss of one structure of a batch, and its slopes by energy, forces and virial.
#pragma once

#include <vector>

#include "vitrion/core/structure.hpp"
#include "vitrion/potentials/nequip/gradient.hpp"
#include "vitrion/train/loss.hpp"

namespace vitrion::train::nequip {

/// What a batch has labels of: the numbers means are taken over.
struct LabelCounts {
  double configurations = 0, energies = 0, force_components = 0, stresses = 0;

  void add(const Structure& structure);
};

struct StructureLoss {
  double value = 0;
  potentials::nequip::LossSlopes slopes;
};

/// This structure's part of the loss of a batch (LossKind, train/loss.hpp). `virial` is -V * stress, eV.
StructureLoss structure_loss(const LossOptions& options, const LabelCounts& batch, const Structure& labelled,
                             double energy, const Positions& forces, const Matrix3& virial);

}  // namespace vitrion::train::nequip
