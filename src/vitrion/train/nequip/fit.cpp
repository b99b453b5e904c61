#include "vitrion/train/nequip/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/potentials/nequip/safetensors.hpp"

namespace vitrion::train::nequip {

Fit::Fit(potentials::nequip::Model model, const FitOptions& options, const LossOptions& loss, std::uint64_t seed,
         std::vector<Structure> training, std::vector<Structure> validation, const Session& session)
    : model_(std::move(model)), o_(options), loss_(loss), seed_(seed) {
  potentials::nequip::validate(model_);
  training_ = make_batches(model_, std::move(training), o_.precision, session);
  if (!validation.empty()) validation_ = make_batches(model_, std::move(validation), o_.precision, session);
}

FitState Fit::start() const {
  FitState state;
  state.adam = AdamState(model_.parameters, o_.adam.amsgrad);
  state.learning_rate = o_.learning_rate;
  state.finished = finished(state);
  return state;
}

std::string Fit::finished(const FitState& state) const {
  if (o_.max_epochs == 0) return "no epochs were asked for";
  if (state.learning_rate < o_.min_learning_rate) return "the learning rate fell below min_learning_rate";
  return state.epoch >= o_.max_epochs && state.batch == 0 ? "max_epochs" : "";
}

int Fit::batches_per_epoch() const {
  const auto size = static_cast<std::size_t>(o_.batch_size);
  return static_cast<int>((training_->structures().size() + size - 1) / size);
}

potentials::nequip::Model Fit::best(const FitState& state) const {
  potentials::nequip::Model model = model_;
  model.parameters = state.best.empty() ? state.adam.average : state.best;
  return model;
}

std::optional<Epoch> Fit::step(FitState& state) {
  // The order of an epoch follows from seed and number alone, so that a resumed run meets the same batches.
  std::vector<std::size_t> order(training_->structures().size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random random(seed_, static_cast<std::uint64_t>(state.epoch) + 1);
  shuffle(order, random);
  const auto size = static_cast<std::size_t>(o_.batch_size);
  const std::size_t begin = static_cast<std::size_t>(state.batch) * size;
  const std::span<const std::size_t> batch(order.data() + begin, std::min(size, order.size() - begin));

  potentials::nequip::Model model = model_;
  model.parameters = state.adam.parameters;
  const double loss = training_->loss_and_gradient(model, loss_, batch, gradient_);
  if (!std::isfinite(loss))
    throw InputError(fmt::format("the loss is not finite in epoch {}", state.epoch + 1),
                     "Lower optimizer.learning_rate, or look for broken labels (vitrion info FILE).");
  FitState next = state;
  adam_step(o_.adam, state.learning_rate, gradient_, next.adam);
  next.epoch_loss += loss;
  std::optional<Epoch> epoch;
  if (++next.batch == batches_per_epoch()) epoch = finish_epoch(next);
  state = std::move(next);
  return epoch;
}

Epoch Fit::finish_epoch(FitState& state) {
  Epoch epoch;
  epoch.epoch = ++state.epoch;
  epoch.learning_rate = state.learning_rate;
  epoch.training_loss = state.epoch_loss / state.batch;
  state.batch = 0;
  state.epoch_loss = 0;
  double watched = epoch.training_loss;
  if (validation_) {
    potentials::nequip::Model model = model_;
    model.parameters = state.adam.average;
    const std::vector<Labels> predictions = validation_->predict(model);
    epoch.validation_loss = watched = validation_->loss(loss_, predictions);
    epoch.validation = compare(validation_->structures(), predictions).overall;
  }
  if (state.best.empty() || watched < state.best_loss) {
    state.best = state.adam.average;
    state.best_loss = watched;
    state.best_epoch = state.epoch;
  }
  watch_plateau(state, watched);
  state.finished = finished(state);
  return epoch;
}

void Fit::watch_plateau(FitState& state, double loss) const {
  constexpr double smallest_gain = 1e-4;  // relative: less is no progress
  if (state.plateau_epochs < 0 || loss < state.plateau_loss * (1 - smallest_gain)) {
    state.plateau_loss = loss;
    state.plateau_epochs = 0;
    return;
  }
  if (++state.plateau_epochs <= o_.plateau_patience) return;
  state.plateau_epochs = 0;
  state.learning_rate *= o_.plateau_factor;
}

void write_checkpoint(const std::filesystem::path& file, const NequipCheckpoint& c) {
  const FitState& s = c.state;
  potentials::nequip::Safetensors content;
  const auto keep = [&](const char* name, const std::vector<double>& values) {
    content.tensors[name] = {{values.size()}, values};
  };
  keep("parameters", s.adam.parameters);
  keep("average", s.adam.average);
  keep("first", s.adam.first);
  keep("second", s.adam.second);
  keep("largest_second", s.adam.largest_second);
  keep("best", s.best);
  content.metadata["state"] = nlohmann::json{
      {"fingerprint", c.fingerprint},
      {"steps", s.adam.steps},
      {"best_loss", s.best_loss},
      {"best_epoch", s.best_epoch},
      {"epoch", s.epoch},
      {"batch", s.batch},
      {"learning_rate", s.learning_rate},
      {"plateau_loss", s.plateau_loss},
      {"plateau_epochs", s.plateau_epochs},
      {"epoch_loss", s.epoch_loss},
      {"finished", s.finished},
      {"log", c.log},
      {"seconds", c.seconds}}.dump();
  write_file_atomically(file, potentials::nequip::format_safetensors(content));
}

std::optional<NequipCheckpoint> read_nequip_checkpoint(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  try {
    potentials::nequip::Safetensors content = potentials::nequip::parse_safetensors(read_file(file), file.string());
    const nlohmann::json json = nlohmann::json::parse(content.metadata.at("state"));
    NequipCheckpoint c;
    c.fingerprint = json.at("fingerprint").get<std::string>();
    FitState& s = c.state;
    const auto take = [&](const char* name, std::vector<double>& to) {
      to = std::move(content.tensors.at(name).values);
    };
    take("parameters", s.adam.parameters);
    take("average", s.adam.average);
    take("first", s.adam.first);
    take("second", s.adam.second);
    take("largest_second", s.adam.largest_second);
    take("best", s.best);
    json.at("steps").get_to(s.adam.steps);
    json.at("best_loss").get_to(s.best_loss);
    json.at("best_epoch").get_to(s.best_epoch);
    json.at("epoch").get_to(s.epoch);
    json.at("batch").get_to(s.batch);
    json.at("learning_rate").get_to(s.learning_rate);
    json.at("plateau_loss").get_to(s.plateau_loss);
    json.at("plateau_epochs").get_to(s.plateau_epochs);
    json.at("epoch_loss").get_to(s.epoch_loss);
    json.at("finished").get_to(s.finished);
    json.at("log").get_to(c.log);
    json.at("seconds").get_to(c.seconds);
    return c;
  } catch (const std::exception&) {
    throw InputError({file.string(), 0}, "the checkpoint is damaged", "Delete it to train from the start.");
  }
}

}  // namespace vitrion::train::nequip
