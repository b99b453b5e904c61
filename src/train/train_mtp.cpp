#include "train/train_mtp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/interrupt.hpp"
#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "core/units.hpp"
#include "core/version.hpp"
#include "dataset/reference_energies.hpp"
#include "dataset/split.hpp"
#include "potentials/mtp/moment_levels.hpp"
#include "potentials/mtp/mtp_file.hpp"
#include "potentials/mtp/mtp_potential.hpp"
#include "potentials/zbl/zbl.hpp"
#include "select/active_set_file.hpp"
#include "select/selection.hpp"
#include "train/checkpoint.hpp"
#include "train/initial.hpp"
#include "train/model_card.hpp"

namespace vitrion::train {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double min_dist_factor = 0.99;  // of the shortest distance: MLIP's convention

std::vector<Structure> read_all(const std::vector<std::string>& files, const io::ReadOptions& options) {
  std::vector<Structure> all;
  for (const std::string& file : files) {
    std::vector<Structure> frames = io::read_frames(file, options);
    all.insert(all.end(), std::make_move_iterator(frames.begin()), std::make_move_iterator(frames.end()));
  }
  return all;
}

std::vector<Structure> select(const std::vector<Structure>& frames, const std::vector<std::size_t>& which) {
  std::vector<Structure> chosen;
  for (const std::size_t i : which) chosen.push_back(frames[i]);
  return chosen;
}

// Training frames must say something of the energy and come with one kind of it.
void check_labels(const dataset::Description& d) {
  if (d.with_energy == 0) throw InputError("no training frame has an energy");
  if (d.with_forces == 0)
    throw InputError("no training frame has forces",
                     "A potential cannot be trained on energies alone here; check the names of the force columns "
                     "(vitrion info FILE shows what was read).");
  if (d.energy_kinds.size() > 1) {
    std::string kinds;
    for (const auto& [kind, count] : d.energy_kinds)
      kinds += fmt::format("{}{} frames with \"{}\"", kinds.empty() ? "" : ", ", count, kind);
    throw InputError("the training data mix kinds of energy: " + kinds,
                     "Forces are the derivative of the free energy; train on one kind only.");
  }
}

class Run {
 public:
  explicit Run(const TrainOptions& options) : o_(options), result_(o_.output) {}

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
  Configuration ready(const Structure& structure);
  std::string fingerprint() const;
  void fit();
  void log_line(const FitRecord& record, double seconds);
  void write_potential();
  void finish();
  TrainedSet judge(std::vector<Structure> structures, const Potential& potential) const;

  const TrainOptions& o_;
  TrainResult result_;
  std::vector<Structure> training_, validation_, test_;
  dataset::Description data_;
  std::vector<double> reference_;
  std::unique_ptr<Zbl> zbl_;
  std::unique_ptr<mtp::MtpPotential> start_;
  std::unique_ptr<MtpScheme> scheme_;
  std::vector<Configuration> training_set_, validation_set_;
  std::ofstream log_;
};

void Run::read_data() {
  const std::vector<Structure> frames = read_all(o_.train, o_.reading);
  const dataset::Split split =
      dataset::split_by_group(frames, {o_.group_key, o_.validation_fraction, o_.test_fraction, o_.seed});
  training_ = select(frames, split.train);
  validation_ = select(frames, split.validation);
  test_ = select(frames, split.test);
  std::vector<Structure> seen = training_;
  seen.insert(seen.end(), validation_.begin(), validation_.end());
  data_ = dataset::describe(seen, std::max(4.0, o_.r_max));
  check_labels(data_);
}

void Run::make_potential() {
  mtp::MtpParameters& p = result_.parameters;
  const double shortest = dataset::shortest_distance(data_);
  if (!o_.start.empty()) {
    p = mtp::read_mtp(o_.start);
    if (!p.is_trained())
      throw InputError(Location{o_.start, 0}, "the potential to go on from is an untrained template");
    if (!o_.species.empty()) {
      mtp::MtpPotential named(p);
      named.name_species(o_.species);
      p = named.parameters();
    }
  } else {
    const std::vector<Species>& species = o_.species.empty() ? data_.species : o_.species;
    if (!(shortest < o_.r_max))
      throw InputError(fmt::format("no two atoms of the training data are nearer than r_max = {} Å", o_.r_max));
    p = mtp::untrained_mtp(o_.level, species, min_dist_factor * shortest, o_.r_max, o_.radial_basis_size);
  }
  for (const Species& s : data_.species)
    if (std::find(p.species.begin(), p.species.end(), s) == p.species.end())
      throw InputError(
          fmt::format("the training data hold {}, the potential is for {}", s.name(), join_names(p.species)),
          s.is_element() ? "" : "Name the elements of the types, in order: data.species: [Mg, V, O]");
  if (o_.short_range.zbl)
    zbl_ = std::make_unique<Zbl>(ZblOptions{p.species, o_.short_range.inner, o_.short_range.outer});
}

// Reference energies and the ZBL part are taken off the labels; the MTP learns the rest.
Configuration Run::ready(const Structure& structure) {
  const mtp::MtpParameters& p = result_.parameters;
  Structure s = structure;
  if (s.labels.energy) *s.labels.energy -= dataset::reference_energy(s, p.species, reference_);
  if (zbl_) {
    const std::unique_ptr<Potential> zbl = zbl_->clone();
    const Labels repulsion = evaluate(*zbl, s);
    if (s.labels.energy) *s.labels.energy -= *repulsion.energy;
    if (s.labels.has_forces()) s.labels.forces -= repulsion.forces;
    if (s.labels.stress && repulsion.stress) *s.labels.stress -= *repulsion.stress;
  }
  std::vector<int> types;
  for (const Species& one : s.species)
    types.push_back(static_cast<int>(std::find(p.species.begin(), p.species.end(), one) - p.species.begin()));
  return make_configuration(s, types, static_cast<int>(p.n_species()), p.max_dist);
}

void Run::prepare() {
  mtp::MtpParameters& p = result_.parameters;
  if (o_.reference_energies.empty()) {
    reference_ = dataset::fit_reference_energies(training_, p.species);
  } else {
    for (const Species& s : p.species) {
      const auto found = o_.reference_energies.find(s.name());
      if (found == o_.reference_energies.end())
        throw InputError("data.reference_energies names no energy for " + s.name());
      reference_.push_back(found->second);
    }
  }
  const auto ready_all = [&](const std::vector<Structure>& from, std::vector<Configuration>& to) {
    to.resize(from.size());
    parallel_for(from.size(), [&](std::size_t i) { to[i] = ready(from[i]); });
  };
  ready_all(training_, training_set_);
  ready_all(validation_, validation_set_);
  if (o_.start.empty()) p.scaling = choose_scaling(training_set_, p.max_dist);
  scheme_ = std::make_unique<MtpScheme>(p);
}

std::string Run::fingerprint() const {
  return content_hash(o_.settings + "\n" + data_.hash + "\n" + version);
}

void Run::log_line(const FitRecord& r, double seconds) {
  const auto errors = [](const ErrorTable& t) {
    return fmt::format("{:.6g},{:.6g},{:.6g}", t.energy.rmse() * 1e3, t.force.rmse(),
                       t.stress.rmse() * units::eV_per_A3_in_GPa);
  };
  const bool validated = r.validation.n_configurations > 0;
  result_.log.push_back(fmt::format("{},{:.9g},{},{},{},{:.3g},{:.2f}", r.iteration, r.loss, errors(r.training),
                                    validated ? fmt::format("{:.9g}", r.validation_loss) : "",
                                    validated ? errors(r.validation) : ",,", r.damping, seconds));
  log_ << result_.log.back() << "\n" << std::flush;
}

void Run::fit() {
  FitProblem training(*scheme_, training_set_, o_.loss);
  std::unique_ptr<FitProblem> validation;
  if (!validation_set_.empty()) validation = std::make_unique<FitProblem>(*scheme_, validation_set_, o_.loss);
  MtpFit fit(*scheme_, training, validation.get(), o_.fit);

  Checkpoint checkpoint;
  const auto begin = Clock::now();
  if (std::optional<Checkpoint> saved = read_checkpoint(result_.files.checkpoint, fingerprint())) {
    checkpoint = std::move(*saved);
    fmt::print("Going on from iteration {} of {}\n", checkpoint.state.iteration, result_.files.checkpoint.string());
  } else {
    checkpoint.fingerprint = fingerprint();
    std::vector<double> theta;
    if (o_.start.empty()) {
      theta = initial_parameters(*scheme_, o_.seed);
    } else {
      theta = result_.parameters.flat();
      std::fill(theta.begin() + scheme_->n_radial(), theta.end(), 0.0);
    }
    checkpoint.state = fit.start(std::move(theta));
  }
  result_.log = checkpoint.log;
  std::filesystem::create_directories(std::filesystem::absolute(result_.files.log).parent_path());
  log_.open(result_.files.log);
  log_ << log_header << "\n";
  for (const std::string& line : result_.log) log_ << line << "\n";

  const double earlier = checkpoint.seconds;
  const auto seconds = [&] { return earlier + std::chrono::duration<double>(Clock::now() - begin).count(); };
  const auto save = [&] {
    checkpoint.log = result_.log;
    checkpoint.seconds = seconds();
    write_checkpoint(result_.files.checkpoint, checkpoint);
  };
  Progress progress("train", o_.fit.max_iterations, "iterations");
  double saved_at = seconds();
  while (!checkpoint.state.finished) {
    FitState next = checkpoint.state;
    FitRecord record;
    try {
      record = fit.step(next);
    } catch (const Interrupted&) {
      save();  // an iteration is done or not done, never half
      throw;
    }
    checkpoint.state = std::move(next);
    log_line(record, seconds());
    progress.update(record.iteration,
                    fmt::format("loss {:.3e}, E {:.2f} meV/atom, F {:.4f} eV/Å{}", record.loss,
                                record.training.energy.rmse() * 1e3, record.training.force.rmse(),
                                validation ? fmt::format(", validation {:.3e}", record.validation_loss) : ""));
    if (seconds() - saved_at < o_.checkpoint_seconds) continue;
    save();
    saved_at = seconds();
  }
  save();
  result_.stopped_because = checkpoint.state.reason;
  result_.seconds = seconds();
  std::vector<double> theta = checkpoint.state.best;
  for (std::size_t s = 0; s < reference_.size(); ++s)
    theta[static_cast<std::size_t>(scheme_->n_radial()) + s] += reference_[s];
  result_.parameters.set_flat(theta);
}

TrainedSet Run::judge(std::vector<Structure> structures, const Potential& potential) const {
  TrainedSet set;
  if (structures.empty()) return set;
  set.predictions = predict(potential, structures);
  if (zbl_) {
    const std::vector<Labels> repulsion = predict(*zbl_, structures);
    for (std::size_t i = 0; i < repulsion.size(); ++i) {
      *set.predictions[i].energy += *repulsion[i].energy;
      set.predictions[i].forces += repulsion[i].forces;
      if (set.predictions[i].stress) *set.predictions[i].stress += *repulsion[i].stress;
    }
  }
  set.errors = compare(structures, set.predictions, o_.subset_key);
  set.structures = std::move(structures);
  return set;
}

// `.almtp` holds the active set of everything the fit has seen; `.mtp` the potential alone.
void Run::write_potential() {
  if (result_.files.potential.extension() != ".almtp")
    return mtp::write_mtp(result_.files.potential, result_.parameters);
  std::vector<Structure> seen = training_;
  seen.insert(seen.end(), validation_.begin(), validation_.end());
  mtp::MtpPotential potential(result_.parameters);
  Progress progress("active set", static_cast<std::int64_t>(seen.size()), "configurations");
  const mtp::SelectionState state = select::make_active_set(
      potential, seen, {}, [&](std::size_t done) { progress.update(static_cast<std::int64_t>(done)); });
  select::write_with_active_set(result_.files.potential, result_.parameters, state, seen);
}

// Writes the potential, reads it back, and judges what the file holds: the errors are those users will see.
void Run::finish() {
  write_potential();
  if (zbl_)
    write_file_atomically(result_.files.short_range, fmt::format("kind: zbl\nspecies: [{}]\ninner: {}\nouter: {}\n",
                                                                 join_names(result_.parameters.species),
                                                                 o_.short_range.inner, o_.short_range.outer));
  const mtp::MtpPotential potential(mtp::read_mtp(result_.files.potential));
  if (!o_.test.empty()) test_ = read_all(o_.test, o_.reading);
  result_.training = judge(std::move(training_), potential);
  result_.validation = judge(std::move(validation_), potential);
  result_.test = judge(std::move(test_), potential);
  write_file_atomically(result_.files.card, model_card(result_, o_, data_, reference_).dump(1) + "\n");
  std::filesystem::remove(result_.files.checkpoint);
}

}  // namespace

const char* const log_header =
    "iteration,loss,train_energy_meV_per_atom,train_force_eV_per_A,train_stress_GPa,validation_loss,"
    "validation_energy_meV_per_atom,validation_force_eV_per_A,validation_stress_GPa,damping,seconds";

TrainFiles::TrainFiles(const std::filesystem::path& output) : potential(output) {
  const auto beside = [&](const char* ending) {
    std::filesystem::path path = output;
    return path.replace_extension(ending);
  };
  card = beside(".card.json");
  log = beside(".training.csv");
  checkpoint = beside(".checkpoint.json");
  short_range = beside(".zbl.yaml");
}

TrainResult train_mtp(const TrainOptions& options) {
  return Run(options).execute();
}

std::string format_result(const TrainResult& result, const std::string& subset_key) {
  const std::pair<const char*, const TrainedSet*> sets[] = {
      {"training", &result.training}, {"validation", &result.validation}, {"test", &result.test}};
  std::string text;
  if (!subset_key.empty())
    for (const auto& [name, set] : sets)
      if (!set->structures.empty()) text += fmt::format("{} set\n{}\n", name, format_report(set->errors, subset_key));
  text += format_header("set");
  for (const auto& [name, set] : sets)
    if (!set->structures.empty()) text += format_row(name, set->errors.overall);
  return text;
}

nlohmann::json to_json(const TrainResult& result) {
  nlohmann::json json;
  json["training"] = to_json(result.training.errors);
  if (!result.validation.structures.empty()) json["validation"] = to_json(result.validation.errors);
  if (!result.test.structures.empty()) json["test"] = to_json(result.test.errors);
  return json;
}

}  // namespace vitrion::train
