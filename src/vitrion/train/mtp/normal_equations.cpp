#include "vitrion/train/mtp/normal_equations.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "vitrion/core/parallel.hpp"
#include "vitrion/core/units.hpp"

namespace vitrion::train::mtp {
namespace {

constexpr std::size_t rows_per_batch = 3072;
constexpr int tile = 96;  // columns; a pair of tiles of one batch stays in the cache

void add_errors(const LabelledConfiguration& c, const double* residual, ErrorTable& errors) {
  ++errors.n_configurations;
  errors.n_atoms += c.n_atoms;
  const int n = 3 * c.n_atoms;
  if (c.targets.has_forces)
    for (int row = 0; row < n; ++row) errors.force.add(residual[row]);
  if (c.targets.has_stress)
    for (int v = 0; v < 6; ++v) errors.stress.add(-residual[n + v] / c.volume);
  if (c.targets.has_energy) errors.energy.add(residual[n + 6] / c.n_atoms);
}

}  // namespace

// Consecutive configurations whose rows stand together in one matrix.
struct FitProblem::Batch {
  std::size_t first, last, rows;   // configurations first .. last-1
  std::vector<std::size_t> start;  // row of each
  int n_columns;
  std::vector<double> residual;
  double* jacobian;
};

FitProblem::FitProblem(const potentials::mtp::Scheme& scheme, const std::vector<LabelledConfiguration>& set,
                       const LossOptions& loss, const Session& session)
    : scheme_(scheme), set_(set), loss_(loss, set), session_(session) {
  for (const LabelledConfiguration& c : set_) {
    weights_.emplace_back(static_cast<std::size_t>(c.n_rows()));
    loss_.weights(c, nullptr, weights_.back().data());
  }
}

NormalEquations FitProblem::evaluate(std::span<const double> theta) {
  while (predictors_.size() < static_cast<std::size_t>(threads())) predictors_.emplace_back(scheme_);
  std::vector<std::vector<double>> residuals(set_.size());
  parallel_for(set_.size(), [&](std::size_t i) {
    residuals[i].resize(static_cast<std::size_t>(set_[i].n_rows()));
    predictors_[static_cast<std::size_t>(thread_number())].predict(theta, set_[i], residuals[i].data());
    subtract_targets(set_[i], residuals[i].data());
  });
  NormalEquations sums;
  for (std::size_t i = 0; i < set_.size(); ++i) {
    sums.loss += loss_.value(set_[i], residuals[i].data());
    add_errors(set_[i], residuals[i].data(), sums.errors);
  }
  return sums;
}

NormalEquations FitProblem::linearise(std::span<const double> theta, potentials::mtp::Columns columns) {
  while (workers_.size() < static_cast<std::size_t>(threads())) workers_.emplace_back(scheme_);
  const int n_columns = columns == potentials::mtp::Columns::all ? scheme_.n_parameters() : scheme_.n_linear();
  NormalEquations sums;
  sums.matrix = Eigen::MatrixXd::Zero(n_columns, n_columns);
  sums.gradient = Eigen::VectorXd::Zero(n_columns);
  for (std::size_t first = 0; first < set_.size();) {
    session_.check_stop();
    Batch batch = batch_from(first, n_columns);
    parallel_for(batch.last - first, [&](std::size_t i) { fill_rows(theta, columns, i, batch); });
    add_batch(batch, sums);
    first = batch.last;
  }
  sums.matrix.triangularView<Eigen::StrictlyLower>() = sums.matrix.transpose();
  return sums;
}

// As many configurations as make at most rows_per_batch rows, and at least one.
FitProblem::Batch FitProblem::batch_from(std::size_t first, int n_columns) {
  Batch batch{};
  batch.n_columns = n_columns;
  batch.first = batch.last = first;
  while (batch.last < set_.size()) {
    const auto rows = static_cast<std::size_t>(set_[batch.last].n_rows());
    if (batch.rows > 0 && batch.rows + rows > rows_per_batch) break;
    batch.start.push_back(batch.rows);
    batch.rows += rows;
    ++batch.last;
  }
  jacobian_.resize(std::max(jacobian_.size(), batch.rows * static_cast<std::size_t>(n_columns)));
  batch.jacobian = jacobian_.data();
  batch.residual.assign(batch.rows, 0.0);
  return batch;
}

// The rows of configuration i of the batch, times the roots of their weights, and their residuals.
void FitProblem::fill_rows(std::span<const double> theta, potentials::mtp::Columns columns, std::size_t i,
                           Batch& batch) {
  const bool all = columns == potentials::mtp::Columns::all;
  const LabelledConfiguration& c = set_[batch.first + i];
  double* j = batch.jacobian + batch.start[i];
  double* residual = batch.residual.data() + batch.start[i];
  workers_[static_cast<std::size_t>(thread_number())].rows(theta, c, columns, j, batch.rows);
  const auto first_linear = static_cast<std::size_t>(all ? scheme_.n_radial() : 0);
  cblas_dgemv(CblasColMajor, CblasNoTrans, c.n_rows(), scheme_.n_linear(), 1.0, j + first_linear * batch.rows,
              static_cast<int>(batch.rows), theta.data() + scheme_.n_radial(), 1, 0.0, residual, 1);
  subtract_targets(c, residual);
  std::vector<double>& weights = weights_[batch.first + i];
  if (all) loss_.weights(c, residual, weights.data());
  std::vector<double> roots(weights.size());
  std::transform(weights.begin(), weights.end(), roots.begin(), [](double w) { return std::sqrt(w); });
  for (int column = 0; column < batch.n_columns; ++column)
    for (std::size_t row = 0; row < roots.size(); ++row)
      j[static_cast<std::size_t>(column) * batch.rows + row] *= roots[row];
}

void FitProblem::add_batch(const Batch& batch, NormalEquations& sums) const {
  std::vector<double> weighted = batch.residual;
  for (std::size_t i = batch.first; i < batch.last; ++i) {
    const std::size_t start = batch.start[i - batch.first];
    const double* residual = batch.residual.data() + start;
    sums.loss += loss_.value(set_[i], residual);
    add_errors(set_[i], residual, sums.errors);
    for (std::size_t row = 0; row < weights_[i].size(); ++row) {
      sums.weighted += weights_[i][row] * residual[row] * residual[row];
      weighted[start + row] *= std::sqrt(weights_[i][row]);
    }
  }
  const auto rows = static_cast<int>(batch.rows);
  const int n_tiles = (batch.n_columns + tile - 1) / tile;
  std::vector<std::pair<int, int>> pairs;
  for (int a = 0; a < n_tiles; ++a)
    for (int b = a; b < n_tiles; ++b) pairs.emplace_back(a * tile, b * tile);
  parallel_for(pairs.size(), [&](std::size_t i) {
    const auto [a, b] = pairs[i];
    const int na = std::min(tile, batch.n_columns - a), nb = std::min(tile, batch.n_columns - b);
    const double* ja = batch.jacobian + static_cast<std::size_t>(a) * batch.rows;
    const double* jb = batch.jacobian + static_cast<std::size_t>(b) * batch.rows;
    cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, na, nb, rows, 1.0, ja, rows, jb, rows, 1.0,
                sums.matrix.data() + static_cast<std::size_t>(b) * static_cast<std::size_t>(batch.n_columns) + a,
                batch.n_columns);
    if (a == b)
      cblas_dgemv(CblasColMajor, CblasTrans, rows, na, 1.0, ja, rows, weighted.data(), 1, 1.0, sums.gradient.data() + a,
                  1);
  });
}

}  // namespace vitrion::train::mtp
