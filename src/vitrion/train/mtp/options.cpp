#include "vitrion/train/mtp/options.hpp"

#include "vitrion/train/demand.hpp"
#include "vitrion/train/kinds.hpp"
#include "vitrion/train/options.hpp"

namespace vitrion::train::mtp {
namespace {

void read_potential(Config& potential, Options& o) {
  o.level = potential.integer<int>("level", o.level);
  demand(potential, "level", o.level >= 2 && o.level <= 28 && o.level % 2 == 0, "must be 2, 4, ..., 28");
  o.radial_basis_size = potential.integer<int>("radial_basis_size", o.radial_basis_size);
  demand(potential, "radial_basis_size", o.radial_basis_size >= 2 && o.radial_basis_size <= 64, "must be 2 to 64");
  Config short_range = potential.section("short_range");
  o.short_range.zbl = short_range.choice("type", {"none", "zbl"}, "none") == "zbl";
  o.short_range.inner = short_range.number("inner", o.short_range.inner);
  o.short_range.outer = short_range.number("outer", o.short_range.outer);
  demand(short_range, "outer", o.short_range.inner > 0 && o.short_range.outer > o.short_range.inner,
         "must be larger than \"inner\", both distances in Å");
}

void read_optimizer(Config& optimizer, Options& o) {
  o.fit.max_iterations = optimizer.integer<int>("max_iterations", o.fit.max_iterations);
  demand(optimizer, "max_iterations", o.fit.max_iterations >= 0, "cannot be negative");
  o.starts = optimizer.integer<int>("starts", o.starts);
  demand(optimizer, "starts", o.starts >= 1, "must be at least 1");
  o.fit.tolerance = optimizer.number("tolerance", o.fit.tolerance);
  o.fit.patience = optimizer.integer<int>("patience", o.fit.patience);
  demand(optimizer, "patience", o.fit.patience >= 1, "must be at least 1");
  o.fit.ridge = optimizer.number("ridge", o.fit.ridge);
  demand(optimizer, "ridge", o.fit.ridge >= 0, "cannot be negative");
}

std::shared_ptr<const KindOptions> read(Config& potential, Config& optimizer, const TrainOptions& common) {
  auto o = std::make_shared<Options>();
  read_potential(potential, *o);
  read_optimizer(optimizer, *o);
  demand(optimizer, "starts", o->starts == 1 || common.start.empty(),
         "needs first radial functions to vary: a fit that goes on from potential.start has one");
  return o;
}

}  // namespace

Trainer trainer() {
  return {.kind = "mtp",
          .steps = "iterations",
          .suffix = ".almtp",
          .log_header =
              "iteration,loss,train_energy_meV_per_atom,train_force_eV_per_A,train_stress_GPa,validation_loss,"
              "validation_energy_meV_per_atom,validation_force_eV_per_A,validation_stress_GPa,damping,seconds,start",
          .usual_loss = LossKind::mlip,
          .limits = {"max_iterations", "patience", "tolerance", "starts"},
          .read = read,
          .check_optimizer = [](Config& optimizer) {
            Options unused;
            read_optimizer(optimizer, unused);
          }};
}

}  // namespace vitrion::train::mtp
