#include "vitrion/train/mtp/training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/core/progress.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/core/version.hpp"
#include "vitrion/dataset/reference_energies.hpp"
#include "vitrion/potentials/mtp/moment_levels.hpp"
#include "vitrion/potentials/mtp/mtp_file.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"
#include "vitrion/potentials/zbl/zbl.hpp"
#include "vitrion/select/active_set_file.hpp"
#include "vitrion/select/selection.hpp"
#include "vitrion/train/checkpoint.hpp"
#include "vitrion/train/model_card.hpp"
#include "vitrion/train/mtp/initial.hpp"
#include "vitrion/train/training_data.hpp"

namespace vitrion::train::mtp {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double min_dist_factor = 0.99;  // of the shortest distance: MLIP's convention

std::string describe(const FitRecord& record) {
  const std::string validation =
      record.validation.n_configurations > 0 ? fmt::format(", validation {:.3e}", record.validation_loss) : "";
  return fmt::format("loss {:.3e}, E {:.2f} meV/atom, F {:.4f} eV/Å{}", record.loss,
                     record.training.energy.rmse() * 1e3, record.training.force.rmse(), validation);
}

class Run {
 public:
  Run(const TrainOptions& options, const Session& session) : o_(options), session_(session), result_(o_.output) {}

  TrainResult execute() {
    read_data();
    make_potential();
    prepare();
    fit();
    finish();
    return std::move(result_);
  }

 private:
  void read_data();
  void make_potential();
  void prepare();
  LabelledConfiguration ready(const Structure& structure);
  std::string limits() const;
  std::optional<Checkpoint> saved_state() const;
  std::uint64_t seed_of_start() const { return o_.seed + checkpoint_.ended.size(); }
  FitState begin_start(Fit& fit) const;
  void open_log();
  double seconds() const;
  void save();
  void finish_start(Fit& fit, Progress& progress);
  void keep_if_best();
  const EndedStart& best_start() const;
  void fit();
  void log_line(const FitRecord& record, double seconds);
  void write_potential();
  CardOfPotential card_of_mtp() const;
  void finish();
  TrainedSet judge(std::vector<Structure> structures, const potentials::Potential& potential) const;

  const TrainOptions& o_;
  Session session_;
  TrainResult result_;
  std::vector<Structure> training_, validation_, test_;
  dataset::Description data_;
  std::vector<double> reference_;
  std::unique_ptr<potentials::Zbl> zbl_;
  std::unique_ptr<potentials::mtp::MtpPotential> start_;
  std::unique_ptr<potentials::mtp::Scheme> scheme_;
  std::vector<LabelledConfiguration> training_set_, validation_set_;
  Checkpoint checkpoint_;
  std::ofstream log_;
  Clock::time_point began_ = Clock::now();
  double earlier_seconds_ = 0, saved_at_ = 0;
};

void Run::read_data() {
  TrainingData data = read_training_data(o_, o_.r_max);
  training_ = std::move(data.training);
  validation_ = std::move(data.validation);
  test_ = std::move(data.test);
  data_ = std::move(data.description);
  result_.pairs_never_met = dataset::pairs_never_met(data_);
}

void Run::make_potential() {
  potentials::mtp::MtpParameters& p = result_.parameters;
  const double shortest = dataset::shortest_distance(data_);
  if (!o_.start.empty()) {
    p = potentials::mtp::read_mtp(o_.start);
    if (!p.is_trained())
      throw InputError(Location{o_.start, 0}, "the potential to go on from is an untrained template");
    if (!o_.species.empty()) {
      potentials::mtp::MtpPotential named(p);
      named.name_species(o_.species);
      p = named.parameters();
    }
  } else {
    const std::vector<Species>& species = o_.species.empty() ? data_.species : o_.species;
    if (!(shortest < o_.r_max))
      throw InputError(fmt::format("no two atoms of the training data are nearer than r_max = {} Å", o_.r_max));
    p = potentials::mtp::untrained_mtp(o_.level, species, min_dist_factor * shortest, o_.r_max, o_.radial_basis_size);
  }
  check_species(data_, p.species);
  if (o_.short_range.zbl)
    zbl_ = std::make_unique<potentials::Zbl>(
        potentials::ZblOptions{p.species, o_.short_range.inner, o_.short_range.outer});
}

// Reference energies and the ZBL part are taken off the labels; the MTP learns the rest.
LabelledConfiguration Run::ready(const Structure& structure) {
  const potentials::mtp::MtpParameters& p = result_.parameters;
  Structure s = structure;
  if (s.labels.energy) *s.labels.energy -= dataset::reference_energy(s, p.species, reference_);
  if (zbl_) {
    const std::unique_ptr<potentials::Potential> zbl = zbl_->clone();
    const Labels repulsion = evaluate(*zbl, s);
    if (s.labels.energy) *s.labels.energy -= *repulsion.energy;
    if (s.labels.has_forces()) s.labels.forces -= repulsion.forces;
    if (s.labels.stress && repulsion.stress) *s.labels.stress -= *repulsion.stress;
  }
  std::vector<int> types;
  for (const Species& one : s.species)
    types.push_back(static_cast<int>(std::find(p.species.begin(), p.species.end(), one) - p.species.begin()));
  return make_labelled(s, types, static_cast<int>(p.n_species()), p.max_dist);
}

void Run::prepare() {
  potentials::mtp::MtpParameters& p = result_.parameters;
  reference_ = reference_energies(o_, training_, p.species);
  const auto ready_all = [&](const std::vector<Structure>& from, std::vector<LabelledConfiguration>& to) {
    to.resize(from.size());
    parallel_for(from.size(), [&](std::size_t i) { to[i] = ready(from[i]); });
  };
  ready_all(training_, training_set_);
  ready_all(validation_, validation_set_);
  if (o_.start.empty()) p.scaling = choose_scaling(training_set_, p.max_dist);
  scheme_ = std::make_unique<potentials::mtp::Scheme>(p);
}

std::string Run::limits() const {
  return fmt::format("{} {} {} {}", o_.fit.max_iterations, o_.fit.tolerance, o_.fit.window, o_.fit.patience);
}

// Limits say when a start ends, and change nothing that was done before: the start under way goes on under new ones.
// Starts that ended under others do not stand beside it.
std::optional<Checkpoint> Run::saved_state() const {
  std::optional<Checkpoint> saved = read_checkpoint(result_.files.checkpoint);
  if (!saved) return std::nullopt;
  const bool same_limits = saved->limits == limits();
  if (saved->fingerprint == run_fingerprint(o_, data_) && (saved->ended.empty() || same_limits)) return saved;
  set_aside_checkpoint(result_.files.checkpoint, session_);
  return std::nullopt;
}

void Run::log_line(const FitRecord& r, double seconds) {
  const auto errors = [](const ErrorTable& t) {
    return fmt::format("{:.6g},{:.6g},{:.6g}", t.energy.rmse() * 1e3, t.force.rmse(),
                       t.stress.rmse() * units::eV_per_A3_in_GPa);
  };
  const bool validated = r.validation.n_configurations > 0;
  result_.log.push_back(fmt::format("{},{:.9g},{},{},{},{:.3g},{:.2f},{}", result_.log.size(), r.loss,
                                    errors(r.training), validated ? fmt::format("{:.9g}", r.validation_loss) : "",
                                    validated ? errors(r.validation) : ",,", r.damping, seconds,
                                    checkpoint_.ended.size() + 1));
  log_ << result_.log.back() << "\n" << std::flush;
}

// The state before the first iteration of the start whose turn it is.
FitState Run::begin_start(Fit& fit) const {
  if (o_.start.empty()) return fit.start(initial_parameters(*scheme_, seed_of_start()));
  std::vector<double> theta = result_.parameters.flat();
  std::fill(theta.begin() + scheme_->n_radial(), theta.end(), 0.0);
  return fit.start(std::move(theta));
}

void Run::open_log() {
  result_.log = checkpoint_.log;
  std::filesystem::create_directories(std::filesystem::absolute(result_.files.log).parent_path());
  log_.open(result_.files.log);
  log_ << mtp_log_header << "\n";
  for (const std::string& line : result_.log) log_ << line << "\n";
}

double Run::seconds() const {
  return earlier_seconds_ + std::chrono::duration<double>(Clock::now() - began_).count();
}

void Run::save() {
  checkpoint_.log = result_.log;
  checkpoint_.seconds = saved_at_ = seconds();
  write_checkpoint(result_.files.checkpoint, checkpoint_);
}

void Run::finish_start(Fit& fit, Progress& progress) {
  while (!checkpoint_.state.finished) {
    FitState next = checkpoint_.state;
    FitRecord record;
    try {
      record = fit.step(next);
    } catch (const Interrupted&) {
      save();  // an iteration is done or not done, never half
      throw;
    }
    checkpoint_.state = std::move(next);
    log_line(record, seconds());
    progress.update(static_cast<std::int64_t>(checkpoint_.ended.size()) * o_.fit.max_iterations + record.iteration,
                    describe(record));
    if (seconds() - saved_at_ >= o_.checkpoint_seconds) save();
  }
}

// The best start so far is the one with the lowest loss on the validation set, or on the training set without one.
void Run::keep_if_best() {
  const FitState& state = checkpoint_.state;
  const auto beaten = [&](const EndedStart& earlier) { return earlier.loss <= state.best_loss; };
  if (std::none_of(checkpoint_.ended.begin(), checkpoint_.ended.end(), beaten)) checkpoint_.kept = state.best;
  checkpoint_.ended.push_back({seed_of_start(), state.iteration, state.best_loss, state.reason});
}

void Run::fit() {
  FitProblem training(*scheme_, training_set_, o_.loss, session_);
  std::unique_ptr<FitProblem> validation;
  if (!validation_set_.empty()) validation = std::make_unique<FitProblem>(*scheme_, validation_set_, o_.loss, session_);
  Fit fit(*scheme_, training, validation.get(), o_.fit);

  if (std::optional<Checkpoint> saved = saved_state()) {
    checkpoint_ = std::move(*saved);
    checkpoint_.limits = limits();
    session_.say(
        fmt::format("Going on from iteration {} of {}", checkpoint_.log.size(), result_.files.checkpoint.string()));
  } else {
    checkpoint_.fingerprint = run_fingerprint(o_, data_);
    checkpoint_.limits = limits();
    checkpoint_.state = begin_start(fit);
  }
  open_log();
  earlier_seconds_ = saved_at_ = checkpoint_.seconds;
  const auto starts = static_cast<std::size_t>(o_.starts);
  Progress progress(session_, "train", static_cast<std::int64_t>(o_.starts) * o_.fit.max_iterations, "iterations");
  while (checkpoint_.ended.size() < starts) {
    finish_start(fit, progress);
    keep_if_best();
    if (checkpoint_.ended.size() < starts) checkpoint_.state = begin_start(fit);
    save();
  }
  result_.stopped_because = best_start().reason;
  result_.seconds = seconds();
  std::vector<double> theta = checkpoint_.kept;
  for (std::size_t s = 0; s < reference_.size(); ++s)
    theta[static_cast<std::size_t>(scheme_->n_radial()) + s] += reference_[s];
  result_.parameters.set_flat(theta);
}

const EndedStart& Run::best_start() const {
  return *std::min_element(checkpoint_.ended.begin(), checkpoint_.ended.end(),
                           [](const EndedStart& a, const EndedStart& b) { return a.loss < b.loss; });
}

TrainedSet Run::judge(std::vector<Structure> structures, const potentials::Potential& potential) const {
  if (structures.empty()) return {};
  std::vector<Labels> predictions = predict(potential, structures, session_);
  if (zbl_) {
    const std::vector<Labels> repulsion = predict(*zbl_, structures, session_);
    for (std::size_t i = 0; i < repulsion.size(); ++i) {
      *predictions[i].energy += *repulsion[i].energy;
      predictions[i].forces += repulsion[i].forces;
      if (predictions[i].stress) *predictions[i].stress += *repulsion[i].stress;
    }
  }
  return judged(std::move(structures), std::move(predictions), potential, o_.subset_key, session_);
}

// `.almtp` holds the active set of everything the fit has seen; `.mtp` the potential alone.
void Run::write_potential() {
  if (result_.files.potential.extension() != ".almtp")
    return potentials::mtp::write_mtp(result_.files.potential, result_.parameters);
  std::vector<Structure> seen = training_;
  seen.insert(seen.end(), validation_.begin(), validation_.end());
  potentials::mtp::MtpPotential potential(result_.parameters);
  Progress progress(session_, "active set", static_cast<std::int64_t>(seen.size()), "configurations");
  const potentials::SelectionState state = select::make_active_set(
      potential, seen, {}, [&](std::size_t done) { progress.update(static_cast<std::int64_t>(done)); }, session_);
  select::write_with_active_set(result_.files.potential, potential, state, seen);
}

CardOfPotential Run::card_of_mtp() const {
  const potentials::mtp::MtpParameters& p = result_.parameters;
  return {"MTP",
          p.species,
          reference_,
          {{"level", o_.start.empty() ? nlohmann::json(o_.level) : nlohmann::json(nullptr)},
           {"r_max_A", p.max_dist},
           {"min_dist_A", p.min_dist},
           {"radial_basis_size", p.radial_basis_size},
           {"radial_functions", p.radial_funcs_count},
           {"scalars", p.n_scalars()},
           {"parameters", p.n_parameters()}},
          {{"ridge", o_.fit.ridge},
           {"iterations", result_.log.size()},
           {"stopped", result_.stopped_because},
           {"starts", checkpoint_.ended},
           {"kept_seed", best_start().seed}}};
}

// Writes the potential, reads it back, and judges what the file holds: the errors are those users will see.
void Run::finish() {
  write_potential();
  if (zbl_)
    write_file_atomically(result_.files.short_range, fmt::format("kind: zbl\nspecies: [{}]\ninner: {}\nouter: {}\n",
                                                                 join_names(result_.parameters.species),
                                                                 o_.short_range.inner, o_.short_range.outer));
  const potentials::mtp::MtpPotential potential(potentials::mtp::read_mtp(result_.files.potential));
  if (!o_.test.empty()) test_ = read_structures(o_.test, o_.reading);
  result_.training = judge(std::move(training_), potential);
  result_.validation = judge(std::move(validation_), potential);
  result_.test = judge(std::move(test_), potential);
  // The active set holds the validation set too: only the test set is held out from it.
  result_.calibrated_on = "test";
  result_.calibration = calibrate(result_.test.graded);
  write_file_atomically(result_.files.card, model_card(result_, o_, data_, card_of_mtp()).dump(1) + "\n");
  std::filesystem::remove(result_.files.checkpoint);
}

}  // namespace

const char* const mtp_log_header =
    "iteration,loss,train_energy_meV_per_atom,train_force_eV_per_A,train_stress_GPa,validation_loss,"
    "validation_energy_meV_per_atom,validation_force_eV_per_A,validation_stress_GPa,damping,seconds,start";

TrainResult train_mtp(const TrainOptions& options, const Session& session) {
  return Run(options, session).execute();
}

}  // namespace vitrion::train::mtp
