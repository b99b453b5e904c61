// The training of NequIP: what begins it, its steps, and what is written of it.
#include "vitrion/train/run.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"
#include "vitrion/core/progress.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/potentials/nequip/initial.hpp"
#include "vitrion/potentials/nequip/model_file.hpp"
#include "vitrion/potentials/nequip/nequip_potential.hpp"
#include "vitrion/select/active_set_file.hpp"
#include "vitrion/select/selection.hpp"
#include "vitrion/train/nequip/options.hpp"
#include "vitrion/train/training_data.hpp"

namespace vitrion::train::nequip {
namespace {

using potentials::nequip::Model;
using potentials::nequip::NequipPotential;

// Shifts: least squares of energies over compositions; scales: the forces' root mean square, as NequIP does.
Model first_model(const TrainOptions& common, const Options& o, const TrainingData& data) {
  if (!common.start.empty()) {
    Model model = potentials::nequip::read_model(common.start);
    model.extrapolation.reset();
    check_species(data.description, model.species);
    return model;
  }
  potentials::nequip::Hyperparameters hyper = o.hyper;
  if (hyper.avg_num_neighbors == 0) hyper.avg_num_neighbors = mean_neighbors(data.training, hyper.r_max);
  const std::vector<Species>& species = common.species.empty() ? data.description.species : common.species;
  check_species(data.description, species);
  Model model = potentials::nequip::initial_model(hyper, species, common.seed);
  model.shifts = reference_energies(common, data.training, species);
  if (data.description.force_rms > 0) model.scales.assign(species.size(), data.description.force_rms);
  return model;
}

std::string log_line(const Epoch& e, double seconds) {
  std::string validation = ",,,";
  if (e.validation)
    validation = fmt::format("{:.9g},{:.6g},{:.6g},{:.6g}", *e.validation_loss, e.validation->energy.rmse() * 1e3,
                             e.validation->force.rmse(), e.validation->stress.rmse() * units::eV_per_A3_in_GPa);
  return fmt::format("{},{:.6g},{:.9g},{},{:.2f}", e.epoch, e.learning_rate, e.training_loss, validation, seconds);
}

std::string describe(const Epoch& e) {
  std::string said = fmt::format("epoch {}, loss {:.3e}", e.epoch, e.training_loss);
  if (e.validation)
    said += fmt::format(", validation E {:.2f} meV/atom, F {:.4f} eV/Å", e.validation->energy.rmse() * 1e3,
                        e.validation->force.rmse());
  return said;
}

class Run final : public TrainingRun {
 public:
  Run(const TrainOptions& common, const Options& options, const TrainingData& data, const Session& session)
      : o_(options),
        data_(data),
        session_(session),
        model_(first_model(common, options, data)),
        fit_(model_, o_.fit, common.loss, common.seed, data.training, data.validation, session),
        state_(fit_.start()) {}

  Extent extent() const override { return {std::int64_t{o_.fit.max_epochs} * fit_.batches_per_epoch(), "batches"}; }
  std::string finished() const override { return state_.finished; }
  FitStep step(const Stopwatch& watch) override;
  std::string next_step() const override { return fmt::format("epoch {}", state_.epoch + 1); }
  void save(Checkpoint& to) const override { store(state_, to); }
  bool resume(const Checkpoint& from) override;

  void write(const TrainFiles& files) override;
  const potentials::Potential& written() const override { return *written_; }
  std::vector<Labels> predict(const std::vector<Structure>& structures) const override {
    return train::predict(*written_, structures, session_);
  }
  // The ellipsoids are those of the training set alone.
  std::string held_out() const override { return "validation"; }
  void keep_calibration(const TrainFiles& files, const potentials::Calibration& calibration) override;
  CardOfPotential card(const TrainResult& result) const override;

 private:
  const Options& o_;
  const TrainingData& data_;
  Session session_;
  Model model_;  // the first one; once written, the best
  Fit fit_;
  FitState state_;
  std::unique_ptr<NequipPotential> written_;
};

FitStep Run::step(const Stopwatch& watch) {
  FitStep step;
  if (const std::optional<Epoch> epoch = fit_.step(state_)) {
    step.log_line = log_line(*epoch, watch.seconds());
    step.said = describe(*epoch);
  }
  step.done = std::int64_t{state_.epoch} * fit_.batches_per_epoch() + state_.batch;
  return step;
}

bool Run::resume(const Checkpoint& from) {
  FitState state = fit_state(from);
  state.finished = fit_.finished(state);  // the limits may be others now
  state_ = std::move(state);
  return true;
}

// With the ellipsoids of the training set, by which it knows where it extrapolates. The validation set stays outside of
// them, so that it can tell what grades mean.
void Run::write(const TrainFiles& files) {
  model_ = fit_.best(state_);
  NequipPotential potential(model_);
  Progress progress(session_, "grades", static_cast<std::int64_t>(data_.training.size()), "configurations");
  const potentials::SelectionState state = select::make_active_set(
      potential, data_.training, {}, [&](std::size_t done) { progress.update(static_cast<std::int64_t>(done)); },
      session_);
  select::write_with_active_set(files.potential, potential, state, data_.training);
  written_ = std::make_unique<NequipPotential>(potentials::nequip::read_model(files.potential));
}

void Run::keep_calibration(const TrainFiles& files, const potentials::Calibration& calibration) {
  Model model = potentials::nequip::read_model(files.potential);
  model.extrapolation->calibration = calibration;
  potentials::nequip::write_model(files.potential, model);
}

CardOfPotential Run::card(const TrainResult& result) const {
  nlohmann::json basis = potentials::nequip::to_json(model_.hyper);
  basis["energy_scales_eV"] = model_.scales;
  basis["parameters"] = model_.parameters.size();
  const FitOptions& f = o_.fit;
  return {"NequIP",
          model_.species,
          model_.shifts,
          basis,
          {{"type", f.adam.amsgrad ? "AMSGrad" : "Adam"},
           {"learning_rate", f.learning_rate},
           {"batch_size", f.batch_size},
           {"ema_decay", f.adam.ema_decay},
           {"precision", f.precision == potentials::Precision::single_precision ? "float" : "double"},
           {"epochs", result.log.size()},
           {"stopped", result.stopped_because}}};
}

}  // namespace

std::unique_ptr<TrainingRun> Options::begin(const TrainOptions& common, const TrainingData& data,
                                            const Session& session) const {
  return std::make_unique<Run>(common, *this, data, session);
}

}  // namespace vitrion::train::nequip
