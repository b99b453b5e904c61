#include "vitrion/train/options.hpp"

#include "vitrion/core/error.hpp"

namespace vitrion::train {
namespace {

// Reports a value out of range at its line.
void demand(const Config& config, const std::string& key, bool holds, const std::string& rule) {
  if (!holds) throw config.error(key, "\"" + key + "\" " + rule);
}

void read_nequip(Config& potential, TrainOptions& o) {
  potentials::nequip::Hyperparameters& h = o.nequip;
  const auto integer = [&](const char* key, int fallback) {
    return static_cast<int>(potential.integer(key, fallback));
  };
  h.num_layers = integer("num_layers", h.num_layers);
  h.l_max = integer("l_max", h.l_max);
  h.parity = potential.flag("parity", h.parity);
  h.num_features = integer("num_features", h.num_features);
  h.num_bessels = integer("num_bessels", h.num_bessels);
  h.polynomial_cutoff_p = potential.number("polynomial_cutoff_p", h.polynomial_cutoff_p);
  h.radial_mlp_depth = integer("radial_mlp_depth", h.radial_mlp_depth);
  h.radial_mlp_width = integer("radial_mlp_width", h.radial_mlp_width);
  h.avg_num_neighbors = potential.number("avg_num_neighbors", 0.0);
  h.r_max = o.r_max;
  try {
    potentials::nequip::validate(h);
  } catch (const InputError& e) {
    throw potential.error("num_layers", e.what());
  }
}

void read_potential(Config potential, TrainOptions& o) {
  if (potential.choice("type", {"mtp", "nequip"}, "mtp") == "nequip") o.kind = PotentialKind::nequip;
  if (o.kind == PotentialKind::nequip) {
    o.r_max = potential.number("r_max", o.r_max);
    demand(potential, "r_max", o.r_max > 0 && o.r_max <= 20, "must be a distance up to 20 Å");
    o.species = potential.elements("species");
    if (potential.has("start")) o.start = potential.path("start");
    return read_nequip(potential, o);
  }
  o.level = static_cast<int>(potential.integer("level", o.level));
  demand(potential, "level", o.level >= 2 && o.level <= 28 && o.level % 2 == 0, "must be 2, 4, ..., 28");
  o.r_max = potential.number("r_max", o.r_max);
  demand(potential, "r_max", o.r_max > 0 && o.r_max <= 20, "must be a distance up to 20 Å");
  o.radial_basis_size = static_cast<int>(potential.integer("radial_basis_size", o.radial_basis_size));
  demand(potential, "radial_basis_size", o.radial_basis_size >= 2 && o.radial_basis_size <= 64, "must be 2 to 64");
  o.species = potential.elements("species");
  if (potential.has("start")) o.start = potential.path("start");
  Config short_range = potential.section("short_range");
  o.short_range.zbl = short_range.choice("type", {"none", "zbl"}, "none") == "zbl";
  o.short_range.inner = short_range.number("inner", o.short_range.inner);
  o.short_range.outer = short_range.number("outer", o.short_range.outer);
  demand(short_range, "outer", o.short_range.inner > 0 && o.short_range.outer > o.short_range.inner,
         "must be larger than \"inner\", both distances in Å");
}

void read_data(Config data, TrainOptions& o) {
  o.train = data.paths("train");
  if (data.has("test")) o.test = data.paths("test");
  o.reading.format = data.text("format", "");
  o.reading.species = data.elements("species");
  if (const std::string frames = data.text("frames", ""); !frames.empty())
    o.reading.frames = io::FrameRange::parse(frames);
  o.group_key = data.text("group_key", "");
  o.subset_key = data.text("subset_key", "");
  o.validation_fraction = data.number("validation_fraction", o.validation_fraction);
  o.test_fraction = data.number("test_fraction", o.test_fraction);
  demand(data, "test_fraction", o.test.empty() || o.test_fraction == 0, "and \"test\" files cannot both be given");
  Config reference = data.section("reference_energies");
  for (const std::string& element : reference.keys()) o.reference_energies[element] = reference.number(element);
}

void read_loss(Config loss, TrainOptions& o) {
  const char* usual = o.kind == PotentialKind::nequip ? "per_atom_mse" : "mlip";
  o.loss = LossOptions::defaults(parse_loss(loss.choice("type", loss_names(), usual)));
  o.loss.energy_weight = loss.number("energy_weight", o.loss.energy_weight);
  o.loss.force_weight = loss.number("force_weight", o.loss.force_weight);
  o.loss.stress_weight = loss.number("stress_weight", o.loss.stress_weight);
  for (const char* key : {"energy_weight", "force_weight", "stress_weight"})
    demand(loss, key, loss.number(key, 0) >= 0, "cannot be negative");
  o.loss.energy_delta = loss.number("energy_delta", o.loss.energy_delta);
  o.loss.force_delta = loss.number("force_delta", o.loss.force_delta);
  o.loss.stress_delta = loss.number("stress_delta", o.loss.stress_delta);
  for (const char* key : {"energy_delta", "force_delta", "stress_delta"})
    demand(loss, key, loss.number(key, 1) > 0, "must be positive");
}

void read_nequip_optimizer(Config optimizer, TrainOptions& o) {
  nequip::FitOptions& f = o.nequip_fit;
  const auto integer = [&](const char* key, int& value, int least) {
    value = static_cast<int>(optimizer.integer(key, value));
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

void read_mtp_optimizer(Config optimizer, TrainOptions& o) {
  o.fit.max_iterations = static_cast<int>(optimizer.integer("max_iterations", o.fit.max_iterations));
  demand(optimizer, "max_iterations", o.fit.max_iterations >= 0, "cannot be negative");
  o.starts = static_cast<int>(optimizer.integer("starts", o.starts));
  demand(optimizer, "starts", o.starts >= 1, "must be at least 1");
  demand(optimizer, "starts", o.starts == 1 || o.start.empty(),
         "needs first radial functions to vary: a fit that goes on from potential.start has one");
  o.fit.tolerance = optimizer.number("tolerance", o.fit.tolerance);
  o.fit.patience = static_cast<int>(optimizer.integer("patience", o.fit.patience));
  demand(optimizer, "patience", o.fit.patience >= 1, "must be at least 1");
  o.fit.ridge = optimizer.number("ridge", o.fit.ridge);
  demand(optimizer, "ridge", o.fit.ridge >= 0, "cannot be negative");
}

// The keys of the potential's kind, or a section of them for each kind, of which the other is checked too.
void read_optimizer(Config optimizer, TrainOptions& o) {
  if (optimizer.has("mtp") || optimizer.has("nequip")) {
    read_mtp_optimizer(optimizer.section("mtp"), o);
    return read_nequip_optimizer(optimizer.section("nequip"), o);
  }
  if (o.kind == PotentialKind::nequip) return read_nequip_optimizer(std::move(optimizer), o);
  read_mtp_optimizer(std::move(optimizer), o);
}

}  // namespace

TrainOptions read_train_options(Config& config) {
  TrainOptions o;
  read_potential(config.section("potential"), o);
  read_data(config.section("data"), o);
  read_loss(config.section("loss"), o);
  read_optimizer(config.section("optimizer"), o);
  o.seed = static_cast<std::uint64_t>(config.integer("seed", 1));
  o.output = config.path("output");
  o.checkpoint_seconds = config.number("checkpoint_seconds", o.checkpoint_seconds);
  demand(config, "checkpoint_seconds", o.checkpoint_seconds >= 0, "cannot be negative");
  config.finish();
  o.settings = config.dump();
  return o;
}

}  // namespace vitrion::train
