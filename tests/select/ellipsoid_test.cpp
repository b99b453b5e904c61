// Ellipsoids around rows: what distances in them are, and how they grow.
#include "vitrion/select/ellipsoid.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>

#include "select/samples.hpp"
#include "vitrion/core/error.hpp"

namespace vitrion::select {
namespace {

// The squares are the diagonal of the projection onto the rows: they sum to the number of columns.
TEST(Ellipsoid, SquaredGradesOfWhatWasShownSumToTheNumberOfColumns) {
  const Rows rows = random_rows(200, 9, 1);
  Moments moments(1, 9);
  moments.add(rows.topRows(50));
  moments.add(rows.bottomRows(150));
  const Eigen::VectorXd grades = Ellipsoid(moments.metric(0)).grades(rows);
  EXPECT_NEAR(grades.squaredNorm(), 9, 1e-10);
  EXPECT_LE(grades.maxCoeff(), 1);
}

// sqrt(1 + (x - mean)^T C^-1 (x - mean)) / sqrt(N) for rows that end in a 1: the Mahalanobis distance.
TEST(Ellipsoid, IsTheMahalanobisDistance) {
  Rows rows = random_rows(150, 6, 2), other = 3 * random_rows(20, 6, 3);
  rows.rightCols(1).setOnes();
  other.rightCols(1).setOnes();
  Moments moments(1, 6);
  moments.add(rows);
  const Eigen::VectorXd grades = Ellipsoid(moments.metric(0)).grades(other);
  const Eigen::RowVectorXd mean = rows.leftCols(5).colwise().mean();
  const Eigen::MatrixXd centred = rows.leftCols(5).rowwise() - mean;
  const Eigen::MatrixXd covariance = centred.transpose() * centred / 150;
  for (Eigen::Index i = 0; i < other.rows(); ++i) {
    const Eigen::VectorXd d = (other.row(i).head(5) - mean).transpose();
    EXPECT_NEAR(grades[i], std::sqrt((1 + d.dot(covariance.inverse() * d)) / 150), 1e-10);
  }
}

TEST(Ellipsoid, GroupsHaveEllipsoidsOfTheirOwn) {
  Rows rows = Rows::Zero(80, 8);
  rows.topLeftCorner(40, 4) = random_rows(40, 4, 4);
  rows.bottomRightCorner(40, 4) = 100 * random_rows(40, 4, 5);
  Moments both(2, 4), second(1, 4);
  both.add(rows);
  second.add(rows.bottomRightCorner(40, 4));
  const Eigen::MatrixXd metric = both.metric(1e-6);
  EXPECT_EQ(metric.topRightCorner(4, 4), Eigen::MatrixXd::Zero(4, 4));
  EXPECT_EQ(metric.bottomRightCorner(4, 4), second.metric(1e-6));
}

// One ridge suits numbers of any size: it is relative. What was never shown is far off.
TEST(Ellipsoid, TheRidgeBoundsGradesWhereNothingDiffers) {
  Rows rows = random_rows(100, 4, 6);
  rows.col(2) = rows.col(0) + 1e-9 * rows.col(2);
  rows.col(3).setZero();
  Moments moments(1, 4);
  moments.add(rows);
  const Ellipsoid ellipsoid(moments.metric(1e-4));
  Rows off = Rows::Zero(2, 4);
  off(0, 0) = 1;
  off(0, 2) = -1;
  off(1, 3) = 1;
  const Eigen::VectorXd grades = ellipsoid.grades(off);
  EXPECT_NEAR(grades[0], std::sqrt(2 / (1e-4 * rows.col(0).squaredNorm())), 1e-3 * grades[0]);
  EXPECT_GT(grades[1], 1e4);
  Rows scaled = rows;
  scaled.col(1) *= 1e3;
  Moments of_scaled(1, 4);
  of_scaled.add(scaled);
  EXPECT_LT((Ellipsoid(of_scaled.metric(1e-4)).grades(scaled) - ellipsoid.grades(rows)).cwiseAbs().maxCoeff(), 1e-10);
}

// Taking b in adds w b b^T to the moments: P follows without solving anew, and b has grade 1.
TEST(Ellipsoid, TakesARowInAsTheInverseOfTheLargerMoments) {
  const Rows rows = random_rows(60, 5, 7), b = 4 * random_rows(1, 5, 8);
  const Eigen::MatrixXd moments = rows.transpose() * rows / 60;
  Ellipsoid ellipsoid(moments.inverse());
  const double grade = ellipsoid.grades(b)[0];
  ASSERT_GT(grade, 2);
  EXPECT_EQ(ellipsoid.update(b, {{7, 3}}, 2), 1);
  EXPECT_EQ(ellipsoid.origins(), (std::vector<Origin>{{7, 3}}));
  EXPECT_NEAR(ellipsoid.grades(b)[0], 1, 1e-12);
  const double w = 1 - 1 / (grade * grade);
  const Eigen::MatrixXd larger = moments + w * b.transpose() * b;
  EXPECT_LT((ellipsoid.metric() - larger.inverse()).cwiseAbs().maxCoeff(), 1e-10);
}

TEST(Ellipsoid, OfAlikeRowsOneIsTakenAndNoneIsLeftAbove) {
  Rows rows = 5 * random_rows(40, 6, 9);
  rows.bottomRows(20) = rows.topRows(20) * 0.999;
  Ellipsoid ellipsoid(Eigen::MatrixXd::Identity(6, 6));
  const int taken = ellipsoid.update(rows, numbered(40), 2);
  EXPECT_GE(taken, 6);
  EXPECT_LE(taken, 20);
  for (const Origin& origin : ellipsoid.origins()) EXPECT_LT(origin[0], 20);
  EXPECT_LE(ellipsoid.grades(rows).maxCoeff(), 2 + 1e-9);
}

TEST(Ellipsoid, RowsThatAreNoNumbersAreRefused) {
  Rows rows = random_rows(3, 4, 10);
  rows(1, 2) = std::nan("");
  Ellipsoid ellipsoid(Eigen::MatrixXd::Identity(4, 4));
  EXPECT_THROW(ellipsoid.update(rows, numbered(3), 1.1), InputError);
  EXPECT_EQ(ellipsoid.grades(rows)[1], INFINITY);
}

}  // namespace
}  // namespace vitrion::select
