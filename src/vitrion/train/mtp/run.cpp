// The training of an MTP: its starts, their steps, and what is written of the best.
#include "vitrion/train/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "vitrion/core/file.hpp"
#include "vitrion/core/progress.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/potentials/mtp/mtp_file.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"
#include "vitrion/select/active_set_file.hpp"
#include "vitrion/select/selection.hpp"
#include "vitrion/train/mtp/initial.hpp"
#include "vitrion/train/mtp/preparation.hpp"

namespace vitrion::train::mtp {
namespace {

using potentials::mtp::MtpPotential;

// A fit that has ended, of several begun at different radial functions.
struct EndedStart {
  std::uint64_t seed = 0;  // of its first radial functions
  int iterations = 0;
  double loss = 0;  // its lowest validation loss (training loss without a validation set)
  std::string reason;
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(EndedStart, seed, iterations, loss, reason)
};

std::string describe(const FitRecord& record) {
  const std::string validation =
      record.validation.n_configurations > 0 ? fmt::format(", validation {:.3e}", record.validation_loss) : "";
  return fmt::format("loss {:.3e}, E {:.2f} meV/atom, F {:.4f} eV/Å{}", record.loss,
                     record.training.energy.rmse() * 1e3, record.training.force.rmse(), validation);
}

std::filesystem::path short_range_file(const TrainFiles& files) {
  return std::filesystem::path(files.potential).replace_extension(".zbl.yaml");
}

// One energy, three forces an atom and six stresses a configuration: far fewer numbers than coefficients fix no
// potential, however small its errors on them.
std::vector<Warning> too_few_data(const std::vector<Structure>& training, std::size_t n_unknowns) {
  constexpr double enough = 3;  // numbers an unknown; neighbouring atoms and steps say much the same
  std::size_t n = 0;
  for (const Structure& s : training)
    n += (s.labels.energy ? 1 : 0) + (s.labels.has_forces() ? 3 * s.size() : 0) + (s.labels.stress ? 6 : 0);
  if (static_cast<double>(n) >= enough * static_cast<double>(n_unknowns)) return {};
  return {
      {"Too few data for this level",
       fmt::format("{} training frames give {} numbers (energies, forces, stresses) for {} coefficients; {} or more "
                   "are wanted. Add frames, or lower potential.level or potential.radial_basis_size.",
                   training.size(), n, n_unknowns, static_cast<std::size_t>(enough) * n_unknowns)}};
}

class Run final : public TrainingRun {
 public:
  Run(const TrainOptions& common, const Options& options, const TrainingData& data, const Session& session)
      : common_(common),
        o_(options),
        data_(data),
        session_(session),
        problem_(prepare(common, options, data)),
        scheme_(problem_.parameters),
        training_(scheme_, problem_.training, common.loss, session),
        validation_(scheme_, problem_.validation, common.loss, session),
        fit_(scheme_, training_, problem_.validation.empty() ? nullptr : &validation_, options.fit) {}

  std::vector<Warning> warnings() const override {
    return too_few_data(data_.training, static_cast<std::size_t>(scheme_.n_parameters()));
  }
  Extent extent() const override { return {std::int64_t{o_.starts} * o_.fit.max_iterations, "iterations"}; }
  std::string finished() const override {
    return ended_.size() < static_cast<std::size_t>(o_.starts) ? "" : best_start().reason;
  }
  FitStep step(const Stopwatch& watch) override;
  std::string next_step() const override { return fmt::format("iteration {}", n_records_); }
  void save(Checkpoint& to) const override;
  bool resume(const Checkpoint& from) override;

  void write(const TrainFiles& files) override;
  const potentials::Potential& written() const override { return *written_; }
  std::vector<Labels> predict(const std::vector<Structure>& structures) const override;
  // The active set holds the validation set too.
  std::string held_out() const override { return "test"; }
  CardOfPotential card(const TrainResult& result) const override;

 private:
  std::uint64_t seed_of_start() const { return common_.seed + ended_.size(); }
  std::string limits() const;
  FitState begin_start();
  std::string log_line(const FitRecord& record, double seconds) const;
  void end_start();
  const EndedStart& best_start() const;
  void write_active_set(const std::filesystem::path& file) const;

  const TrainOptions& common_;
  const Options& o_;
  const TrainingData& data_;
  Session session_;
  Preparation problem_;
  potentials::mtp::Scheme scheme_;
  FitProblem training_, validation_;
  Fit fit_;
  std::optional<FitState> state_;  // of the start under way; none: the next step begins one
  std::vector<EndedStart> ended_;
  std::vector<double> kept_;  // coefficients of the best of them
  std::size_t n_records_ = 0;
  std::unique_ptr<MtpPotential> written_;
};

// The state before the first iteration of the start whose turn it is.
FitState Run::begin_start() {
  if (common_.start.empty()) return fit_.start(initial_parameters(scheme_, seed_of_start()));
  std::vector<double> theta = problem_.parameters.flat();
  std::fill(theta.begin() + scheme_.n_radial(), theta.end(), 0.0);
  return fit_.start(std::move(theta));
}

FitStep Run::step(const Stopwatch& watch) {
  FitState next = state_ ? *state_ : begin_start();
  const FitRecord record = fit_.step(next);
  state_ = std::move(next);
  FitStep step{.done = static_cast<std::int64_t>(ended_.size()) * o_.fit.max_iterations + record.iteration,
               .log_line = log_line(record, watch.seconds()),
               .said = describe(record)};
  ++n_records_;
  if (state_->finished) end_start();
  return step;
}

std::string Run::log_line(const FitRecord& r, double seconds) const {
  const auto errors = [](const ErrorTable& t) {
    return fmt::format("{:.6g},{:.6g},{:.6g}", t.energy.rmse() * 1e3, t.force.rmse(),
                       t.stress.rmse() * units::eV_per_A3_in_GPa);
  };
  const bool validated = r.validation.n_configurations > 0;
  return fmt::format("{},{:.9g},{},{},{},{:.3g},{:.2f},{}", n_records_, r.loss, errors(r.training),
                     validated ? fmt::format("{:.9g}", r.validation_loss) : "", validated ? errors(r.validation) : ",,",
                     r.damping, seconds, ended_.size() + 1);
}

// The best start so far is the one with the lowest loss on the validation set, or on the training set without one.
void Run::end_start() {
  const auto beaten = [&](const EndedStart& earlier) { return earlier.loss <= state_->best_loss; };
  if (std::none_of(ended_.begin(), ended_.end(), beaten)) kept_ = state_->best;
  ended_.push_back({seed_of_start(), state_->iteration, state_->best_loss, state_->reason});
  state_.reset();
}

const EndedStart& Run::best_start() const {
  return *std::min_element(ended_.begin(), ended_.end(),
                           [](const EndedStart& a, const EndedStart& b) { return a.loss < b.loss; });
}

std::string Run::limits() const {
  return fmt::format("{} {} {} {}", o_.fit.max_iterations, o_.fit.tolerance, o_.fit.window, o_.fit.patience);
}

void Run::save(Checkpoint& to) const {
  to.counters = {{"ended", ended_}, {"limits", limits()}, {"records", n_records_}, {"under_way", state_.has_value()}};
  to.numbers["kept"] = kept_;
  if (state_) store(*state_, to);
}

// Limits say when a start ends, and change nothing that was done before: the start under way goes on under new ones.
// Starts that ended under others do not stand beside it.
bool Run::resume(const Checkpoint& from) {
  auto ended = from.counters.at("ended").get<std::vector<EndedStart>>();
  if (!ended.empty() && from.counters.at("limits") != limits()) return false;
  std::vector<double> kept = from.numbers.at("kept");
  std::optional<FitState> state;
  if (from.counters.at("under_way").get<bool>()) state = fit_state(from);
  from.counters.at("records").get_to(n_records_);
  ended_ = std::move(ended);
  kept_ = std::move(kept);
  state_ = std::move(state);
  return true;
}

void Run::write(const TrainFiles& files) {
  std::vector<double> theta = kept_;
  for (std::size_t s = 0; s < problem_.reference.size(); ++s)
    theta[static_cast<std::size_t>(scheme_.n_radial()) + s] += problem_.reference[s];
  problem_.parameters.set_flat(theta);
  // `.almtp` holds the active set of everything the fit has seen; `.mtp` the potential alone.
  if (files.potential.extension() == ".almtp")
    write_active_set(files.potential);
  else
    potentials::mtp::write_mtp(files.potential, problem_.parameters);
  if (problem_.zbl)
    write_file_atomically(short_range_file(files), fmt::format("kind: zbl\nspecies: [{}]\ninner: {}\nouter: {}\n",
                                                               join_names(problem_.parameters.species),
                                                               o_.short_range.inner, o_.short_range.outer));
  written_ = std::make_unique<MtpPotential>(potentials::mtp::read_mtp(files.potential));
}

void Run::write_active_set(const std::filesystem::path& file) const {
  std::vector<Structure> seen = data_.training;
  seen.insert(seen.end(), data_.validation.begin(), data_.validation.end());
  MtpPotential potential(problem_.parameters);
  Progress progress(session_, "active set", static_cast<std::int64_t>(seen.size()), "configurations");
  const potentials::SelectionState state = select::make_active_set(
      potential, seen, {}, [&](std::size_t done) { progress.update(static_cast<std::int64_t>(done)); }, session_);
  select::write_with_active_set(file, potential, state, seen);
}

std::vector<Labels> Run::predict(const std::vector<Structure>& structures) const {
  std::vector<Labels> predictions = train::predict(*written_, structures, session_);
  if (!problem_.zbl) return predictions;
  const std::vector<Labels> repulsion = train::predict(*problem_.zbl, structures, session_);
  for (std::size_t i = 0; i < repulsion.size(); ++i) {
    *predictions[i].energy += *repulsion[i].energy;
    predictions[i].forces += repulsion[i].forces;
    if (predictions[i].stress) *predictions[i].stress += *repulsion[i].stress;
  }
  return predictions;
}

CardOfPotential Run::card(const TrainResult& result) const {
  const potentials::mtp::MtpParameters& p = problem_.parameters;
  CardOfPotential card{"MTP",
                       p.species,
                       problem_.reference,
                       {{"level", common_.start.empty() ? nlohmann::json(o_.level) : nlohmann::json(nullptr)},
                        {"r_max_A", p.max_dist},
                        {"min_dist_A", p.min_dist},
                        {"radial_basis_size", p.radial_basis_size},
                        {"radial_functions", p.radial_funcs_count},
                        {"scalars", p.n_scalars()},
                        {"parameters", p.n_parameters()}},
                       {{"ridge", o_.fit.ridge},
                        {"iterations", result.log.size()},
                        {"stopped", result.stopped_because},
                        {"starts", ended_},
                        {"kept_seed", best_start().seed}}};
  if (problem_.zbl)
    card.short_range = {{"type", "zbl"},
                        {"inner_A", o_.short_range.inner},
                        {"outer_A", o_.short_range.outer},
                        {"file", short_range_file(result.files).filename().string()},
                        {"note", "The MTP was fitted to the data minus this repulsion: use both together."}};
  return card;
}

}  // namespace

std::unique_ptr<TrainingRun> Options::begin(const TrainOptions& common, const TrainingData& data,
                                            const Session& session) const {
  return std::make_unique<Run>(common, *this, data, session);
}

}  // namespace vitrion::train::mtp
