#include "vitrion/train/nequip/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "vitrion/core/error.hpp"
#include "vitrion/core/random.hpp"

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

void store(const FitState& s, Checkpoint& to) {
  to.numbers = {{"parameters", s.adam.parameters},
                {"average", s.adam.average},
                {"first", s.adam.first},
                {"second", s.adam.second},
                {"largest_second", s.adam.largest_second},
                {"best", s.best}};
  to.counters = {{"steps", s.adam.steps},
                 {"best_loss", s.best_loss},
                 {"best_epoch", s.best_epoch},
                 {"epoch", s.epoch},
                 {"batch", s.batch},
                 {"learning_rate", s.learning_rate},
                 {"plateau_loss", s.plateau_loss},
                 {"plateau_epochs", s.plateau_epochs},
                 {"epoch_loss", s.epoch_loss},
                 {"finished", s.finished}};
}

FitState fit_state(const Checkpoint& from) {
  FitState s;
  s.adam.parameters = from.numbers.at("parameters");
  s.adam.average = from.numbers.at("average");
  s.adam.first = from.numbers.at("first");
  s.adam.second = from.numbers.at("second");
  s.adam.largest_second = from.numbers.at("largest_second");
  s.best = from.numbers.at("best");
  const nlohmann::json& counters = from.counters;
  counters.at("steps").get_to(s.adam.steps);
  counters.at("best_loss").get_to(s.best_loss);
  counters.at("best_epoch").get_to(s.best_epoch);
  counters.at("epoch").get_to(s.epoch);
  counters.at("batch").get_to(s.batch);
  counters.at("learning_rate").get_to(s.learning_rate);
  counters.at("plateau_loss").get_to(s.plateau_loss);
  counters.at("plateau_epochs").get_to(s.plateau_epochs);
  counters.at("epoch_loss").get_to(s.epoch_loss);
  counters.at("finished").get_to(s.finished);
  return s;
}

}  // namespace vitrion::train::nequip
