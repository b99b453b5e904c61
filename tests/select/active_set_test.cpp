// MaxVol: what it finds, what it keeps, and MLIP-3's active set.
#include "vitrion/select/active_set.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>

#include "select/samples.hpp"
#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/mtp/mtp_file.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"
#include "vitrion/select/selection.hpp"

namespace vitrion::select {
namespace {

TEST(ActiveSet, GradesNoRowItWasShownAboveTheThreshold) {
  const Rows rows = random_rows(400, 23, 1);
  ActiveSet set(23);
  EXPECT_GT(set.update(rows, numbered(400), 1.001), 22);
  EXPECT_EQ(set.n_filled(), 23u);
  EXPECT_LE(set.grades(rows).maxCoeff(), 1.001 + 1e-9);
  // The rows of A are rows it was shown, and A^-1 is its inverse.
  for (Eigen::Index j = 0; j < 23; ++j)
    EXPECT_EQ(set.active().row(j), rows.row(set.origins()[static_cast<std::size_t>(j)][0]));
  EXPECT_LT((set.active() * set.inverse() - Eigen::MatrixXd::Identity(23, 23)).cwiseAbs().maxCoeff(), 1e-10);
}

// Every swap multiplies |det A| by the grade of the row that comes in: no single swap can enlarge the final one.
TEST(ActiveSet, NoSwapEnlargesTheDeterminant) {
  const Rows rows = random_rows(60, 6, 2);
  ActiveSet set(6);
  set.update(rows, numbered(60), 1.0000001);
  const double volume = std::abs(set.active().determinant());
  for (Eigen::Index i = 0; i < 60; ++i)
    for (Eigen::Index j = 0; j < 6; ++j) {
      Eigen::MatrixXd swapped = set.active();
      swapped.row(j) = rows.row(i);
      EXPECT_LE(std::abs(swapped.determinant()), volume * (1 + 1e-6));
    }
}

TEST(ActiveSet, DirectionsNothingConstrainsHaveHugeGrades) {
  Rows rows = random_rows(100, 8, 3);
  rows.col(5).setZero();
  ActiveSet set(8);
  set.update(rows, numbered(100), 1.001);
  EXPECT_EQ(set.n_filled(), 7u);
  EXPECT_LE(set.grades(rows).maxCoeff(), 1.001 + 1e-6);
  EXPECT_GT(set.grades(random_rows(1, 8, 4)).maxCoeff(), 1e3);
}

// A grade says how a prediction may be written in those of the active set: it does not change with the basis.
TEST(ActiveSet, GradesDoNotDependOnTheBasis) {
  const Rows rows = random_rows(200, 10, 5), other = random_rows(20, 10, 6);
  const Rows basis = random_rows(10, 10, 7);
  ActiveSet set(10);
  set.update(rows, numbered(200), 1.001);
  potentials::SelectionState turned;
  turned.active = set.active() * basis;
  turned.inverse = turned.active.inverse();
  turned.origins = set.origins();
  EXPECT_LT((ActiveSet(turned).grades(other * basis) - set.grades(other)).cwiseAbs().maxCoeff(), 1e-9);
}

TEST(ActiveSet, RowsThatAreNoNumbersAreRefused) {
  Rows rows = random_rows(3, 4, 8);
  rows(1, 2) = std::nan("");
  EXPECT_THROW(ActiveSet(4).update(rows, numbered(3), 1.1), InputError);
  EXPECT_EQ(ActiveSet(4).grades(rows)[1], INFINITY);
}

std::vector<Structure> frames_of(const std::string& name, const potentials::mtp::MtpPotential& potential) {
  std::vector<Structure> frames = io::read_frames(test::reference(name));
  for (Structure& frame : frames) name_types(frame, potential.species());
  return frames;
}

potentials::mtp::MtpPotential level08() {
  potentials::mtp::MtpPotential potential(potentials::mtp::read_mtp(test::reference("mtp/grades/level08.almtp")));
  potential.name_species(parse_species_list("Li,O,P"));
  return potential;
}

// MLIP-3's active set of the same potential and training set: both are local maxima, ours must not be the smaller by
// much, and neither grades the training set above its threshold.
TEST(MakeActiveSet, IsAsLargeAsMlip3s) {
  VITRION_NEEDS_REFERENCE("mtp/fit/train100.cfg");
  potentials::mtp::MtpPotential potential = level08();
  const std::vector<Structure> training = frames_of("mtp/fit/train100.cfg", potential);
  const potentials::SelectionState ours = make_active_set(potential, training);
  const potentials::SelectionState theirs = *potential.selection_state();
  const auto filled = [](const potentials::SelectionState& s) {
    return std::count_if(s.origins.begin(), s.origins.end(), [](const auto& o) { return o[0] >= 0; });
  };
  EXPECT_EQ(filled(ours), filled(theirs));
  for (const potentials::SelectionState* state : {&ours, &theirs}) {
    double largest = 0;
    for (const auto& grades : grade_frames(potential, *state, training))
      largest = std::max(largest, *std::max_element(grades.begin(), grades.end()));
    EXPECT_LE(largest, 1.0011) << (state == &ours ? "ours" : "theirs");
  }
  const auto log_volume = [](const Eigen::MatrixXd& a) {
    return a.partialPivLu().matrixLU().diagonal().cwiseAbs().array().log().sum();
  };
  EXPECT_GT(log_volume(ours.active), log_volume(theirs.active) - 5);
}

TEST(SelectFrames, TakesWhatExtrapolatesOnceAndRefusesRuins) {
  VITRION_NEEDS_REFERENCE("mtp/fit/train100.cfg");
  potentials::mtp::MtpPotential potential = level08();
  std::vector<Structure> candidates = frames_of("mtp/fit/train100.cfg", potential);
  const potentials::SelectionState state = make_active_set(potential, candidates);
  // Known configurations, one stretched twice (alike), and one in ruins.
  candidates.resize(5);
  Structure stretched = candidates[0];
  stretched.cell = Cell(Matrix3(1.06 * stretched.cell.matrix()));
  stretched.positions *= 1.06;
  candidates.push_back(stretched);
  candidates.push_back(stretched);
  Structure ruins = candidates[1];
  ruins.positions.row(3) = ruins.positions.row(4) + Eigen::RowVector3d(0.3, 0, 0);
  candidates.push_back(ruins);
  SelectOptions options;
  options.max_grade = 1000;
  const Selection selection = select_frames(potential, state, candidates, options);
  ASSERT_EQ(selection.chosen.size(), 1u);
  EXPECT_EQ(selection.chosen[0].frame, 5u);
  EXPECT_GT(selection.chosen[0].grade, 2);
  EXPECT_EQ(selection.n_below, 5u);
  EXPECT_EQ(selection.n_redundant, 1u);
  EXPECT_EQ(selection.n_refused, 1u);
}

}  // namespace
}  // namespace vitrion::select
