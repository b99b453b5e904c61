// How far NequIP says a site lies beyond its training set.
#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <map>

#include "potentials/nequip_samples.hpp"
#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/potentials/nequip/model_file.hpp"
#include "vitrion/potentials/nequip/nequip_potential.hpp"
#include "vitrion/select/active_set_file.hpp"
#include "vitrion/select/selection.hpp"

namespace vitrion::select {
namespace {

using test::random_lipo;
using test::skewed_cell;

std::vector<Structure> training_set() {
  std::vector<Structure> frames;
  for (std::uint64_t seed = 0; seed < 14; ++seed) frames.push_back(random_lipo(skewed_cell(6), 14, 100 + seed, 1.7));
  return frames;
}

Structure scaled(Structure s, double factor) {
  s.cell = Cell(Matrix3(s.cell.matrix() * factor));
  s.positions *= factor;
  return s;
}

potentials::nequip::Model plain_model(bool parity = true) {
  return test::random_network(test::small_network(2, parity), 3);
}

potentials::nequip::Model graded_model(bool parity = true) {
  potentials::nequip::Model model = plain_model(parity);
  potentials::nequip::NequipPotential potential(model);
  model.extrapolation =
      potentials::nequip::from_selection_state(make_active_set(potential, training_set()), model.species.size());
  return model;
}

double highest(potentials::Potential& potential, const Structure& s) {
  const std::vector<double> grades = potentials::grades_of(potential, s);
  return *std::max_element(grades.begin(), grades.end());
}

TEST(NequipGrades, AreAtMostOneInTheTrainingSetAndOneForItsFarthestSites) {
  potentials::nequip::NequipPotential potential(graded_model());
  std::map<std::string, double> largest;
  for (const Structure& s : training_set()) {
    const std::vector<double> grades = potentials::grades_of(potential, s);
    for (std::size_t i = 0; i < grades.size(); ++i) {
      double& most = largest[s.species[i].name()];
      most = std::max(most, grades[i]);
    }
  }
  for (const auto& [name, grade] : largest) EXPECT_NEAR(grade, 1, 1e-9) << name;
}

// The rows hold what the energy is made of: it is linear in those of the last layer.
TEST(NequipGrades, RowsEndInTheFeaturesThatTheEnergyReads) {
  const potentials::nequip::Model model = plain_model();
  potentials::nequip::NequipPotential potential(model);
  const Structure s = training_set().front();
  const Rows rows = rows_of(potential, s, potentials::GradeMode::neighbourhood);
  const Labels labels = evaluate(potential, s);
  const potentials::nequip::ParameterTable table = model.table();
  const auto F = static_cast<Eigen::Index>(model.hyper.num_features), H = F / 2, width = 3 * F + 1;
  const Eigen::Map<const Rows> hidden(model.parameter(table.at("readout.hidden")).data(), F, H);
  const Eigen::Map<const Eigen::VectorXd> energy(model.parameter(table.at("readout.energy")).data(), H);
  const Eigen::VectorXd readout = hidden * energy / std::sqrt(static_cast<double>(F * H));
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto type = static_cast<std::size_t>(potentials::types_for(potential, s)[i]);
    const Eigen::RowVectorXd row =
        rows.row(static_cast<Eigen::Index>(i)).segment(static_cast<Eigen::Index>(type) * width, width);
    EXPECT_EQ(row[width - 1], 1);
    EXPECT_NEAR(rows.row(static_cast<Eigen::Index>(i)).norm(), row.norm(), 1e-14);  // nothing outside its block
    EXPECT_NEAR(model.scales[type] * row.segment(2 * F, F).dot(readout) + model.shifts[type], labels.atomic_energies[i],
                1e-10);
  }
}

TEST(NequipGrades, AreFarAboveOneForWhatIsForeign) {
  potentials::nequip::NequipPotential potential(graded_model());
  const Structure known = training_set()[3], alike = random_lipo(skewed_cell(6), 14, 999, 1.7);
  EXPECT_LT(highest(potential, alike), 5);
  double before = highest(potential, known);
  for (const double factor : {0.9, 0.8, 0.7}) {
    const double grade = highest(potential, scaled(known, factor));
    EXPECT_GT(grade, 1.2 * before) << factor;
    before = grade;
  }
  EXPECT_GT(before, 5);
}

TEST(NequipGrades, DoNotDependOnOrientationOriginOrderOrCell) {
  for (const bool parity : {true, false}) {
    potentials::nequip::NequipPotential potential(graded_model(parity));
    const Structure s = random_lipo(skewed_cell(4.6), 7, 21);
    const std::vector<double> expected = potentials::grades_of(potential, s);
    const Matrix3 turn = Eigen::AngleAxisd(0.9, Vector3(1, 2, -0.5).normalized()).toRotationMatrix();
    Structure other;
    other.cell = Cell(Matrix3(s.cell.matrix() * turn.transpose()));
    other.positions = (s.positions * turn.transpose()).rowwise() + Eigen::RowVector3d(3, -7, 0.4);
    other.positions.colwise().reverseInPlace();
    other.species.assign(s.species.rbegin(), s.species.rend());
    const std::vector<double> grades = potentials::grades_of(potential, other);
    for (std::size_t i = 0; i < 7; ++i) EXPECT_NEAR(grades[6 - i], expected[i], 1e-8 * expected[i]);
  }
}

TEST(NequipGrades, AreThoseOfTheReferenceInEveryArithmeticAndThroughExchange) {
  const potentials::nequip::Model model = graded_model();
  potentials::nequip::NequipPotential exact(model);
  const Structure s = scaled(training_set()[5], 0.9);
  const std::vector<double> expected = potentials::grades_of(exact, s);
  const std::vector<double> slow = grade_frames(exact, *exact.selection_state(), {s}).front();
  for (std::size_t i = 0; i < s.size(); ++i) EXPECT_NEAR(slow[i], expected[i], 1e-10 * expected[i]);
  for (const potentials::Precision precision :
       {potentials::Precision::double_precision, potentials::Precision::single_precision})
    for (const bool tabulated : {false, true}) {
      potentials::nequip::NequipPotential potential(model, {precision, tabulated});
      const neighbors::PeriodicNeighborhoods lists(s, potentials::types_for(potential, s), potential.cutoff() + 0.5);
      test::ByExchange exchange(lists.n_local(), lists.owners());
      potentials::Evaluation result;
      potential.compute(lists.view(), {.grades = true}, exchange, result);
      ASSERT_EQ(result.grades.size(), s.size());
      for (std::size_t i = 0; i < s.size(); ++i) EXPECT_NEAR(result.grades[i], expected[i], 1e-3 * expected[i]);
      potential.compute(lists.view(), {}, exchange, result);
      EXPECT_TRUE(result.grades.empty());
    }
}

TEST(NequipGrades, PositionsThatAreNotNumbersAreInfinitelyFar) {
  potentials::nequip::NequipPotential potential(graded_model());
  Structure s = training_set().front();
  const neighbors::PeriodicNeighborhoods lists(s, potentials::types_for(potential, s), potential.cutoff());
  std::vector<double> moved(lists.view().positions, lists.view().positions + 3 * lists.view().n_total);
  moved[4] = NAN;
  neighbors::Neighborhoods view = lists.view();
  view.positions = moved.data();
  potentials::PeriodicExchange exchange(lists.n_local(), lists.owners());
  potentials::Evaluation result;
  potential.compute(view, {.grades = true}, exchange, result);
  EXPECT_EQ(*std::max_element(result.grades.begin(), result.grades.end()), INFINITY);
}

TEST(NequipGrades, StandInTheFileWithTheirCalibration) {
  const std::filesystem::path file = test::scratch_folder() / "graded.safetensors";
  potentials::nequip::NequipPotential potential(plain_model());
  const potentials::SelectionState state = make_active_set(potential, training_set());
  write_with_active_set(file, potential, state, {}, {{0, 0.5, 20, 0.0625, 0.125}, {10, INFINITY, 3, 0.75, 1.5}});
  const std::unique_ptr<potentials::Potential> read = potentials::load_potential(file);
  ASSERT_TRUE(read->has_grades());
  EXPECT_EQ(read->selection_state()->inverse, state.inverse);
  const auto& model = dynamic_cast<const potentials::nequip::NequipPotential&>(*read).model();
  ASSERT_EQ(model.extrapolation->calibration.size(), 2u);
  EXPECT_EQ(model.extrapolation->calibration[0].rms, 0.0625);
  EXPECT_EQ(model.extrapolation->calibration[0].n_atoms, 20);
  EXPECT_EQ(model.extrapolation->calibration[1].to, INFINITY);
  EXPECT_EQ(model.extrapolation->calibration[1].quantile_95, 1.5);
  // Written again, and cloned, they are the same.
  EXPECT_EQ(potentials::nequip::format_model(model),
            potentials::nequip::format_model(potentials::nequip::read_model(file)));
  EXPECT_EQ(potentials::grades_of(*read->clone(), training_set()[0]), potentials::grades_of(*read, training_set()[0]));
}

TEST(NequipGrades, AreRefusedPlainlyByAModelWithoutThem) {
  potentials::nequip::NequipPotential potential(plain_model());
  EXPECT_FALSE(potential.has_grades());
  EXPECT_FALSE(potential.selection_state());
  try {
    potentials::grades_of(potential, training_set().front());
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("vitrion select active"), std::string::npos);
  }
  EXPECT_THROW(make_active_set(potential, training_set(), {.mode = potentials::GradeMode::configuration}), InputError);
  potentials::nequip::Model broken = graded_model();
  broken.extrapolation->metrics.pop_back();
  EXPECT_THROW(potentials::nequip::validate(broken), InputError);
}

TEST(NequipGrades, ChooseWhatExtrapolatesOnceAndRefuseRuins) {
  potentials::nequip::NequipPotential potential(graded_model());
  std::vector<Structure> candidates = training_set();
  candidates.resize(4);
  const Structure dense = scaled(candidates[0], 0.8);
  Structure nearly = dense;
  nearly.positions(0, 0) += 1e-4;
  Structure ruins = candidates[1];
  ruins.positions.row(3) = ruins.positions.row(4) + Eigen::RowVector3d(0.2, 0, 0);
  for (const Structure& s : {dense, nearly, ruins}) candidates.push_back(s);
  SelectOptions options;
  options.max_grade = highest(potential, dense) * 1.5;
  ASSERT_GT(highest(potential, ruins), options.max_grade);
  const Selection selection = select_frames(potential, *potential.selection_state(), candidates, options);
  ASSERT_EQ(selection.chosen.size(), 1u);
  EXPECT_GE(selection.chosen[0].frame, 4u);
  EXPECT_LE(selection.chosen[0].frame, 5u);
  EXPECT_EQ(selection.n_below, 4u);
  EXPECT_EQ(selection.n_redundant, 1u);
  EXPECT_EQ(selection.n_refused, 1u);
}

}  // namespace
}  // namespace vitrion::select
