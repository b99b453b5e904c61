// Training of NequIP: gradients of real losses, the optimiser, learning what a model made, and resuming bit for bit.
#include "frontend/threads.hpp"
#include "vitrion/train/nequip/fit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/nequip/initial.hpp"
#include "vitrion/potentials/nequip/model_file.hpp"
#include "vitrion/potentials/nequip/nequip_potential.hpp"
#include "vitrion/train/training.hpp"

namespace vitrion::train::nequip {
namespace {

const std::vector<Species> li_o = parse_species_list("Li,O");

potentials::nequip::Hyperparameters tiny() {
  potentials::nequip::Hyperparameters h;
  h.r_max = 3.2;
  h.num_layers = 2;
  h.l_max = 1;
  h.num_features = 4;
  h.num_bessels = 4;
  h.radial_mlp_depth = 1;
  h.radial_mlp_width = 6;
  h.avg_num_neighbors = 10;
  return h;
}

potentials::nequip::Model teacher() {
  potentials::nequip::Model model = potentials::nequip::initial_model(tiny(), li_o, 77);
  model.scales = {2, 3};
  model.shifts = {-1, -4};
  return model;
}

// Eight atoms near a cubic grid, labelled by the teacher.
std::vector<Structure> labelled(int n, std::uint64_t seed) {
  potentials::nequip::NequipPotential potential(teacher());
  Random random(seed);
  std::vector<Structure> structures;
  for (int k = 0; k < n; ++k) {
    Structure s;
    s.cell = Cell::orthorhombic(4.2, 4.4, 4.6);
    s.positions.resize(8, 3);
    for (int i = 0; i < 8; ++i) {
      s.positions.row(i) << 2.1 * (i % 2) + 0.5 * random.uniform(), 2.2 * (i / 2 % 2) + 0.5 * random.uniform(),
          2.3 * (i / 4) + 0.5 * random.uniform();
      s.species.push_back(li_o[static_cast<std::size_t>((i + i / 2 + i / 4 + k) % 2)]);
    }
    s.labels = evaluate(potential, s);
    structures.push_back(std::move(s));
  }
  return structures;
}

potentials::nequip::Model student() {
  potentials::nequip::Model model = potentials::nequip::initial_model(tiny(), li_o, 1);
  model.shifts = {-1, -4};
  return model;
}

TEST(NequipBatches, GradientIsThatOfTheLoss) {
  std::vector<Structure> structures = labelled(3, 4);
  structures[1].labels.stress.reset();
  structures[2].labels.energy.reset();
  structures[0].labels.forces(0, 0) += 3;  // beyond the kink of huber
  const potentials::nequip::Model model = student();
  const auto batches = make_batches(model, structures, potentials::Precision::double_precision);
  const std::size_t batch[] = {2, 0, 1};
  for (const LossKind kind : {LossKind::mlip, LossKind::per_atom_mse, LossKind::huber}) {
    LossOptions loss = LossOptions::defaults(kind);
    loss.stress_weight = 0.1;
    std::vector<double> gradient, unused;
    const double value = batches->loss_and_gradient(model, loss, batch, gradient);
    EXPECT_NEAR(value, batches->loss(loss, batches->predict(model)), 1e-12 * value);
    Random random(6);
    for (int probe = 0; probe < 12; ++probe) {
      const std::size_t k = random.below(gradient.size());
      const auto at = [&](double change) {
        potentials::nequip::Model changed = model;
        changed.parameters[k] += change;
        return batches->loss_and_gradient(changed, loss, batch, unused);
      };
      const double h = 3e-4, slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
      EXPECT_NEAR(gradient[k], slope, 1e-6 * (std::abs(slope) + value)) << name_of(kind) << " " << k;
    }
  }
}

TEST(NequipBatches, ForeignSpeciesAreNamed) {
  std::vector<Structure> structures = labelled(1, 4);
  structures[0].species[3] = Species::element("Fe");
  EXPECT_THROW(make_batches(student(), structures, potentials::Precision::double_precision), InputError);
}

// The first step of Adam has the length of the learning rate, whatever the gradient; so has every step along a constant
// gradient.
TEST(Adam, StepsHaveTheLengthOfTheLearningRate) {
  AdamOptions options;
  options.ema_decay = 0.5;
  AdamState state({1.0, -2.0}, true);
  for (int n = 1; n <= 5; ++n) {
    adam_step(options, 0.1, {1e-3, -40.0}, state);
    EXPECT_NEAR(state.parameters[0], 1 - 0.1 * n, 1e-5);
    EXPECT_NEAR(state.parameters[1], -2 + 0.1 * n, 1e-5);
  }
  EXPECT_GT(state.average[0], state.parameters[0]);  // the average lags behind
  EXPECT_LT(state.average[0], 1);
}

// AMSGrad does not forget a large gradient: steps after it stay short.
TEST(Adam, AmsgradRemembersTheLargestGradient) {
  const auto moved = [](bool amsgrad) {
    AdamOptions options;
    options.amsgrad = amsgrad;
    options.beta2 = 0.5;
    AdamState state({0.0}, amsgrad);
    adam_step(options, 0.1, {100.0}, state);
    for (int n = 0; n < 60; ++n) adam_step(options, 0.1, {0.01}, state);
    const double before = state.parameters[0];
    adam_step(options, 0.1, {0.01}, state);
    return std::abs(state.parameters[0] - before);
  };
  EXPECT_LT(moved(true), 0.01);
  EXPECT_GT(moved(false), 0.05);
}

FitOptions quick() {
  FitOptions o;
  o.batch_size = 4;
  o.max_epochs = 40;
  o.learning_rate = 0.01;
  o.plateau_patience = 5;
  return o;
}

TEST(NequipFit, LearnsWhatAModelMade) {
  Fit fit(student(), quick(), LossOptions::defaults(LossKind::per_atom_mse), 3, labelled(24, 1), labelled(6, 2));
  EXPECT_EQ(fit.batches_per_epoch(), 6);
  FitState state = fit.start();
  std::vector<Epoch> epochs;
  while (state.finished.empty())
    if (auto epoch = fit.step(state)) epochs.push_back(*epoch);
  ASSERT_EQ(epochs.size(), 40u);
  EXPECT_EQ(state.finished, "max_epochs");
  EXPECT_LT(state.best_loss, 0.05 * *epochs.front().validation_loss);
  EXPECT_LT(epochs.back().training_loss, 0.05 * epochs.front().training_loss);
  potentials::nequip::NequipPotential best(fit.best(state));
  const std::vector<Structure> unseen = labelled(4, 5);
  EXPECT_LT(
      compare(unseen, predict(best, unseen)).overall.force.rmse(),
      0.5 * compare(unseen, predict(potentials::nequip::NequipPotential(student()), unseen)).overall.force.rmse());
}

TEST(NequipFit, ResumesBitForBitAtAnyNumberOfThreads) {
  const std::filesystem::path file = test::scratch_folder() / "run.checkpoint";
  const auto make = [] {
    return Fit(student(), quick(), LossOptions::defaults(LossKind::per_atom_mse), 3, labelled(10, 1), labelled(3, 2));
  };
  Fit fit = make();
  frontend::set_threads(1);
  FitState straight = fit.start();
  for (int n = 0; n < 11; ++n) fit.step(straight);

  frontend::set_threads(3);
  Fit first = make();
  FitState state = first.start();
  for (int n = 0; n < 5; ++n) first.step(state);  // in the middle of the second epoch
  Checkpoint saved;
  store(state, saved);
  write_checkpoint(file, saved);
  Fit second = make();
  FitState resumed = fit_state(read_checkpoint(file).value());
  for (int n = 0; n < 6; ++n) second.step(resumed);
  frontend::set_threads(0);
  EXPECT_EQ(resumed.adam.parameters, straight.adam.parameters);
  EXPECT_EQ(resumed.adam.average, straight.adam.average);
  EXPECT_EQ(resumed.best, straight.best);
  EXPECT_EQ(resumed.best_loss, straight.best_loss);
  EXPECT_EQ(resumed.epoch, 3);
}

TEST(NequipFit, TheLearningRateFallsWhenNothingImproves) {
  FitOptions o = quick();
  o.learning_rate = 1e-12;  // so small that the loss stays
  o.min_learning_rate = 3e-13;
  o.plateau_patience = 1;
  o.max_epochs = 100;
  Fit fit(student(), o, LossOptions::defaults(LossKind::per_atom_mse), 3, labelled(2, 1), labelled(2, 2));
  FitState state = fit.start();
  while (state.finished.empty()) fit.step(state);
  EXPECT_EQ(state.epoch, 5);  // the first is the best; every two more halve it
  EXPECT_EQ(state.finished, "the learning rate fell below min_learning_rate");
}

TEST(NequipTraining, WritesModelCardAndLog) {
  const std::filesystem::path folder = test::scratch_folder();
  io::write_frames(folder / "data.extxyz", labelled(12, 1));
  std::ofstream(folder / "train.yaml") << "potential: {type: nequip, r_max: 3.2, num_layers: 2, l_max: 1, "
                                          "num_features: 4, radial_mlp_width: 8}\n"
                                          "data: {train: [data.extxyz], validation_fraction: 0.2, test_fraction: 0.1}\n"
                                          "optimizer: {max_epochs: 2, batch_size: 4}\n"
                                          "output: fitted.safetensors\n";
  Config config = Config::load((folder / "train.yaml").string());
  const TrainResult result = train(read_train_options(config));
  EXPECT_EQ(result.log.size(), 2u);
  EXPECT_EQ(result.test.structures.size(), 1u);
  EXPECT_FALSE(std::filesystem::exists(result.files.checkpoint));
  const auto card = nlohmann::json::parse(read_file(folder / "fitted.card.json"));
  EXPECT_EQ(card["kind"], "NequIP");
  EXPECT_EQ(card["basis"]["num_features"], 4);
  EXPECT_GT(card["basis"]["avg_num_neighbors"], 5);
  EXPECT_NEAR(card["errors"]["test"]["force"]["rmse_eV_per_A"], result.test.errors.overall.force.rmse(), 1e-12);

  // The model grades, its training set at most 1, and says what grades mean by the validation set.
  const potentials::nequip::NequipPotential potential(potentials::nequip::read_model(folder / "fitted.safetensors"));
  ASSERT_TRUE(potential.has_grades());
  const auto& grades = result.training.graded.grades;
  EXPECT_NEAR(*std::max_element(grades.begin(), grades.end()), 1, 1e-9);
  std::int64_t n_atoms = 0;
  for (const potentials::GradeBin& bin : potential.model().extrapolation->calibration) n_atoms += bin.n_atoms;
  EXPECT_EQ(n_atoms, result.validation.errors.overall.n_atoms);
  EXPECT_EQ(card["extrapolation_grades"]["bins"], to_json(potential.model().extrapolation->calibration));
  EXPECT_EQ(result.calibrated_on, "validation");
}

}  // namespace
}  // namespace vitrion::train::nequip
