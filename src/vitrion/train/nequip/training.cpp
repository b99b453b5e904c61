#include "vitrion/train/nequip/training.hpp"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/progress.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/core/version.hpp"
#include "vitrion/potentials/nequip/initial.hpp"
#include "vitrion/potentials/nequip/model_file.hpp"
#include "vitrion/potentials/nequip/nequip_potential.hpp"
#include "vitrion/select/active_set_file.hpp"
#include "vitrion/select/selection.hpp"
#include "vitrion/train/checkpoint.hpp"
#include "vitrion/train/model_card.hpp"
#include "vitrion/train/training_data.hpp"

namespace vitrion::train::nequip {
namespace {

using Clock = std::chrono::steady_clock;

class Run {
 public:
  Run(const TrainOptions& options, const Session& session) : o_(options), session_(session), result_(o_.output) {
    if (result_.files.potential.extension() != ".safetensors")
      throw InputError("output: " + o_.output + " does not end in .safetensors, the format of NequIP models");
    result_.files.checkpoint.replace_extension(".safetensors");
  }

  TrainResult execute() {
    data_ = read_training_data(o_, o_.r_max);
    result_.pairs_never_met = dataset::pairs_never_met(data_.description);
    make_model();
    fit();
    finish();
    return std::move(result_);
  }

 private:
  void make_model();
  NequipCheckpoint begin(const Fit& fit);
  void fit();
  void log_line(const Epoch& epoch, double seconds);
  TrainedSet judge(std::vector<Structure> structures, const potentials::Potential& potential) const;
  void write_model();
  void calibrate_grades();
  void finish();

  const TrainOptions& o_;
  Session session_;
  TrainResult result_;
  TrainingData data_;
  potentials::nequip::Model model_;
  std::ofstream log_;
};

// Shifts: least squares of energies over compositions; scales: the forces' root mean square, as NequIP does.
void Run::make_model() {
  if (!o_.start.empty()) {
    model_ = potentials::nequip::read_model(o_.start);
    model_.extrapolation.reset();
    return check_species(data_.description, model_.species);
  }
  potentials::nequip::Hyperparameters hyper = o_.nequip;
  if (hyper.avg_num_neighbors == 0) hyper.avg_num_neighbors = mean_neighbors(data_.training, hyper.r_max);
  const std::vector<Species>& species = o_.species.empty() ? data_.description.species : o_.species;
  check_species(data_.description, species);
  model_ = potentials::nequip::initial_model(hyper, species, o_.seed);
  model_.shifts = reference_energies(o_, data_.training, species);
  if (data_.description.force_rms > 0) model_.scales.assign(species.size(), data_.description.force_rms);
}

NequipCheckpoint Run::begin(const Fit& fit) {
  const std::string fingerprint = run_fingerprint(o_, data_.description);
  std::optional<NequipCheckpoint> saved = read_nequip_checkpoint(result_.files.checkpoint);
  if (saved && saved->fingerprint == fingerprint) {
    session_.say(
        fmt::format("Going on from epoch {} of {}", saved->state.epoch + 1, result_.files.checkpoint.string()));
    saved->state.finished = fit.finished(saved->state);  // the limits may be others now
    return std::move(*saved);
  }
  if (saved) set_aside_checkpoint(result_.files.checkpoint, session_);
  NequipCheckpoint checkpoint;
  checkpoint.fingerprint = fingerprint;
  checkpoint.state = fit.start();
  return checkpoint;
}

void Run::log_line(const Epoch& e, double seconds) {
  std::string validation = ",,,";
  if (e.validation)
    validation = fmt::format("{:.9g},{:.6g},{:.6g},{:.6g}", *e.validation_loss, e.validation->energy.rmse() * 1e3,
                             e.validation->force.rmse(), e.validation->stress.rmse() * units::eV_per_A3_in_GPa);
  result_.log.push_back(
      fmt::format("{},{:.6g},{:.9g},{},{:.2f}", e.epoch, e.learning_rate, e.training_loss, validation, seconds));
  log_ << result_.log.back() << "\n" << std::flush;
}

void Run::fit() {
  Fit fit(model_, o_.nequip_fit, o_.loss, o_.seed, data_.training, data_.validation, session_);
  NequipCheckpoint checkpoint = begin(fit);
  result_.log = checkpoint.log;
  std::filesystem::create_directories(std::filesystem::absolute(result_.files.log).parent_path());
  log_.open(result_.files.log);
  log_ << nequip_log_header << "\n";
  for (const std::string& line : result_.log) log_ << line << "\n";

  const auto start = Clock::now();
  const double earlier = checkpoint.seconds;
  const auto seconds = [&] { return earlier + std::chrono::duration<double>(Clock::now() - start).count(); };
  const auto save = [&] {
    checkpoint.log = result_.log;
    checkpoint.seconds = seconds();
    write_checkpoint(result_.files.checkpoint, checkpoint);
  };
  const std::int64_t per_epoch = fit.batches_per_epoch();
  Progress progress(session_, "train", o_.nequip_fit.max_epochs * per_epoch, "batches");
  std::string said;
  double saved_at = seconds();
  FitState& state = checkpoint.state;
  while (state.finished.empty()) {
    try {
      session_.check_stop();
      if (const std::optional<Epoch> epoch = fit.step(state)) {
        log_line(*epoch, seconds());
        said = fmt::format("epoch {}, loss {:.3e}", epoch->epoch, epoch->training_loss);
        if (epoch->validation)
          said += fmt::format(", validation E {:.2f} meV/atom, F {:.4f} eV/Å", epoch->validation->energy.rmse() * 1e3,
                              epoch->validation->force.rmse());
      }
    } catch (const Interrupted&) {
      save();  // a batch is done or not done, never half
      throw;
    }
    progress.update(state.epoch * per_epoch + state.batch, said);
    if (seconds() - saved_at < o_.checkpoint_seconds) continue;
    save();
    saved_at = seconds();
  }
  save();
  result_.stopped_because = state.finished;
  result_.seconds = seconds();
  model_ = fit.best(state);
}

TrainedSet Run::judge(std::vector<Structure> structures, const potentials::Potential& potential) const {
  if (structures.empty()) return {};
  std::vector<Labels> predictions = predict(potential, structures, session_);
  return judged(std::move(structures), std::move(predictions), potential, o_.subset_key, session_);
}

// With the ellipsoids of the training set, by which it knows where it extrapolates. The validation set stays outside of
// them, so that it can tell what grades mean.
void Run::write_model() {
  potentials::nequip::NequipPotential potential(model_);
  Progress progress(session_, "grades", static_cast<std::int64_t>(data_.training.size()), "configurations");
  const potentials::SelectionState state = select::make_active_set(
      potential, data_.training, {}, [&](std::size_t done) { progress.update(static_cast<std::int64_t>(done)); },
      session_);
  select::write_with_active_set(result_.files.potential, potential, state, data_.training);
}

// Adds what grades mean to the file.
void Run::calibrate_grades() {
  result_.calibrated_on = "validation";
  result_.calibration = calibrate(result_.validation.graded);
  potentials::nequip::Model model = potentials::nequip::read_model(result_.files.potential);
  model.extrapolation->calibration = result_.calibration;
  potentials::nequip::write_model(result_.files.potential, model);
}

// Writes the potential, reads it back, and judges what the file holds: the errors are those users will see.
void Run::finish() {
  write_model();
  const potentials::nequip::NequipPotential potential(potentials::nequip::read_model(result_.files.potential));
  if (!o_.test.empty()) data_.test = read_structures(o_.test, o_.reading);
  result_.training = judge(std::move(data_.training), potential);
  result_.validation = judge(std::move(data_.validation), potential);
  result_.test = judge(std::move(data_.test), potential);
  calibrate_grades();
  nlohmann::json basis = potentials::nequip::to_json(model_.hyper);
  basis["energy_scales_eV"] = model_.scales;
  basis["parameters"] = model_.parameters.size();
  const FitOptions& f = o_.nequip_fit;
  const CardOfPotential card{
      "NequIP",
      model_.species,
      model_.shifts,
      basis,
      {{"type", f.adam.amsgrad ? "AMSGrad" : "Adam"},
       {"learning_rate", f.learning_rate},
       {"batch_size", f.batch_size},
       {"ema_decay", f.adam.ema_decay},
       {"precision", f.precision == potentials::Precision::single_precision ? "float" : "double"},
       {"epochs", result_.log.size()},
       {"stopped", result_.stopped_because}}};
  write_file_atomically(result_.files.card, model_card(result_, o_, data_.description, card).dump(1) + "\n");
  std::filesystem::remove(result_.files.checkpoint);
}

}  // namespace

const char* const nequip_log_header =
    "epoch,learning_rate,loss,validation_loss,validation_energy_meV_per_atom,validation_force_eV_per_A,"
    "validation_stress_GPa,seconds";

TrainResult train_nequip(const TrainOptions& options, const Session& session) {
  return Run(options, session).execute();
}

}  // namespace vitrion::train::nequip
