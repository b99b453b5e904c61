#include "vitrion/train/loss.hpp"

#include "vitrion/core/error.hpp"

namespace vitrion::train {

LossOptions LossOptions::defaults(LossKind kind) {
  LossOptions o;
  o.kind = kind;
  if (kind == LossKind::mlip) return o;
  o.energy_weight = 100;
  o.force_weight = 1;
  o.stress_weight = 0.01;
  return o;
}

const std::vector<std::string>& loss_names() {
  static const std::vector<std::string> names = {"mlip", "per_atom_mse", "huber"};
  return names;
}

LossKind parse_loss(const std::string& name) {
  for (std::size_t i = 0; i < loss_names().size(); ++i)
    if (loss_names()[i] == name) return static_cast<LossKind>(i);
  throw InputError("there is no loss \"" + name + "\"", "It is one of: mlip, per_atom_mse, huber.");
}

std::string name_of(LossKind kind) {
  return loss_names()[static_cast<std::size_t>(kind)];
}

}  // namespace vitrion::train
