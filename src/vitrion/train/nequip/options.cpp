#include "vitrion/train/nequip/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "vitrion/core/error.hpp"
#include "vitrion/core/memory.hpp"
#include "vitrion/train/demand.hpp"
#include "vitrion/train/kinds.hpp"
#include "vitrion/train/options.hpp"

namespace vitrion::train::nequip {
namespace {

constexpr const char* suffix = ".safetensors";

void read_potential(Config& potential, potentials::nequip::Hyperparameters& h) {
  const auto integer = [&](const char* key, int fallback) { return potential.integer<int>(key, fallback); };
  h.num_layers = integer("num_layers", h.num_layers);
  h.l_max = integer("l_max", h.l_max);
  h.parity = potential.flag("parity", h.parity);
  h.num_features = integer("num_features", h.num_features);
  h.num_bessels = integer("num_bessels", h.num_bessels);
  h.polynomial_cutoff_p = potential.number("polynomial_cutoff_p", h.polynomial_cutoff_p);
  h.radial_mlp_depth = integer("radial_mlp_depth", h.radial_mlp_depth);
  h.radial_mlp_width = integer("radial_mlp_width", h.radial_mlp_width);
  h.avg_num_neighbors = potential.number("avg_num_neighbors", 0.0);
  try {
    potentials::nequip::validate(h);
  } catch (const InputError& e) {
    throw potential.error("num_layers", e.what());
  }
}

// Parameters, their gradients, and what the optimizer keeps of each.
void demand_room(const Config& potential, const potentials::nequip::Hyperparameters& hyper, std::size_t n_types) {
  const std::size_t n = potentials::nequip::ParameterTable(hyper, n_types).size();
  constexpr double copies = 8;
  demand_memory(copies * static_cast<double>(n) * sizeof(double), potential.where("num_features"),
                fmt::format("training a network of {} parameters", n),
                "Make num_features, num_layers or l_max smaller.");
}

void read_optimizer(Config& optimizer, FitOptions& f) {
  const auto integer = [&](const char* key, int& value, int least) {
    value = optimizer.integer<int>(key, value);
    demand(optimizer, key, value >= least, "must be at least " + std::to_string(least));
  };
  const auto between = [&](const char* key, double& value, double high) {
    value = optimizer.number(key, value);
    demand(optimizer, key, value > 0 && value < high, "must lie between 0 and " + std::to_string(high));
  };
  integer("max_epochs", f.max_epochs, 0);
  integer("batch_size", f.batch_size, 1);
  integer("plateau_patience", f.plateau_patience, 0);
  between("learning_rate", f.learning_rate, 1);
  between("min_learning_rate", f.min_learning_rate, 1);
  between("plateau_factor", f.plateau_factor, 1);
  between("ema_decay", f.adam.ema_decay, 1);
  f.adam.amsgrad = optimizer.flag("amsgrad", f.adam.amsgrad);
  const bool single = optimizer.choice("precision", {"float", "double"}, "float") == "float";
  f.precision = single ? potentials::Precision::single_precision : potentials::Precision::double_precision;
}

std::shared_ptr<const KindOptions> read(Config& potential, Config& optimizer, const TrainOptions& common) {
  if (std::filesystem::path(common.output).extension() != suffix)
    throw InputError("output: " + common.output + " does not end in .safetensors, the format of NequIP models");
  auto o = std::make_shared<Options>();
  o->hyper.r_max = common.r_max;
  read_potential(potential, o->hyper);
  demand_room(potential, o->hyper, std::max<std::size_t>(1, common.species.size()));
  read_optimizer(optimizer, o->fit);
  return o;
}

}  // namespace

Trainer trainer() {
  return {.kind = "nequip",
          .steps = "epochs",
          .suffix = suffix,
          .log_header =
              "epoch,learning_rate,loss,validation_loss,validation_energy_meV_per_atom,validation_force_eV_per_A,"
              "validation_stress_GPa,seconds",
          .usual_loss = LossKind::per_atom_mse,
          .limits = {"max_epochs", "min_learning_rate"},
          .read = read,
          .check_optimizer = [](Config& optimizer) {
            FitOptions unused;
            read_optimizer(optimizer, unused);
          }};
}

}  // namespace vitrion::train::nequip
