#include "vitrion/train/options.hpp"

#include <algorithm>

#include "vitrion/core/error.hpp"
#include "vitrion/train/demand.hpp"

namespace vitrion::train {
namespace {

Trainer read_kind(Config& potential) {
  std::vector<std::string> kinds;
  for (const Trainer& trainer : trainers()) kinds.push_back(trainer.kind);
  return trainer_of(potential.choice("type", kinds, kinds.front()));
}

void read_potential(Config& potential, TrainOptions& o) {
  o.r_max = potential.number("r_max", o.r_max);
  demand(potential, "r_max", o.r_max > 0 && o.r_max <= 20, "must be a distance up to 20 Å");
  o.species = potential.elements("species");
  if (potential.has("start")) o.start = potential.path("start");
}

void read_data(Config data, TrainOptions& o) {
  o.train = data.paths("train");
  if (data.has("test")) o.test = data.paths("test");
  o.reading.format = data.text("format", "");
  o.reading.species = data.elements("species");
  if (const std::string frames = data.text("frames", ""); !frames.empty())
    o.reading.frames = io::FrameRange::parse(frames);
  o.reading.label_keys = {data.text("energy_key", ""), data.text("forces_key", ""), data.text("stress_key", "")};
  o.group_key = data.text("group_key", "");
  o.subset_key = data.text("subset_key", "");
  o.validation_fraction = data.number("validation_fraction", o.validation_fraction);
  o.test_fraction = data.number("test_fraction", o.test_fraction);
  demand(data, "test_fraction", o.test.empty() || o.test_fraction == 0, "and \"test\" files cannot both be given");
  Config reference = data.section("reference_energies");
  for (const std::string& element : reference.keys()) o.reference_energies[element] = reference.number(element);
}

void read_loss(Config loss, LossKind usual, LossOptions& o) {
  o = LossOptions::defaults(parse_loss(loss.choice("type", loss_names(), name_of(usual))));
  o.energy_weight = loss.number("energy_weight", o.energy_weight);
  o.force_weight = loss.number("force_weight", o.force_weight);
  o.stress_weight = loss.number("stress_weight", o.stress_weight);
  for (const char* key : {"energy_weight", "force_weight", "stress_weight"})
    demand(loss, key, loss.number(key, 0) >= 0, "cannot be negative");
  o.energy_delta = loss.number("energy_delta", o.energy_delta);
  o.force_delta = loss.number("force_delta", o.force_delta);
  o.stress_delta = loss.number("stress_delta", o.stress_delta);
  for (const char* key : {"energy_delta", "force_delta", "stress_delta"})
    demand(loss, key, loss.number(key, 1) > 0, "must be positive");
}

// The keys of the potential's kind, or a section of them for each kind, of which the others are checked too.
Config read_optimizer(Config optimizer, const std::string& kind) {
  const std::vector<Trainer> all = trainers();
  if (std::none_of(all.begin(), all.end(), [&](const Trainer& t) { return optimizer.has(t.kind); })) return optimizer;
  for (const Trainer& trainer : all) {
    if (trainer.kind == kind) continue;
    Config section = optimizer.section(trainer.kind);
    trainer.check_optimizer(section);
  }
  return optimizer.section(kind);
}

}  // namespace

TrainOptions read_train_options(Config& config) {
  TrainOptions o;
  Config potential = config.section("potential");
  const Trainer trainer = read_kind(potential);
  o.kind = trainer.kind;
  read_potential(potential, o);
  read_data(config.section("data"), o);
  read_loss(config.section("loss"), trainer.usual_loss, o.loss);
  Config optimizer = read_optimizer(config.section("optimizer"), o.kind);
  o.seed = config.integer<std::uint64_t>("seed", 1);
  o.output = config.path("output");
  o.checkpoint_seconds = config.number("checkpoint_seconds", o.checkpoint_seconds);
  demand(config, "checkpoint_seconds", o.checkpoint_seconds >= 0, "cannot be negative");
  o.of_kind = trainer.read(potential, optimizer, o);
  config.finish();
  o.settings = config.dump();
  return o;
}

std::string usual_output(const Config& config) {
  Config copy = config;
  const std::string kind = copy.part("potential").text("type", "");
  const std::vector<Trainer> all = trainers();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Trainer& t) { return kind == t.kind; });
  return "potential" + (found != all.end() ? *found : all.front()).suffix;
}

}  // namespace vitrion::train
