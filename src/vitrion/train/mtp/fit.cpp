#include "vitrion/train/mtp/fit.hpp"

#include <algorithm>
#include <cmath>

#include "vitrion/train/mtp/cholesky.hpp"

namespace vitrion::train::mtp {
namespace {

constexpr double least_damping = 1e-12, most_damping = 1e8;
constexpr double least_ridge = 1e-13;    // of the unit diagonal: keeps dependent basis functions solvable
constexpr double gauge_stiffness = 1e3;  // of the unit diagonal

// Diagonal with zeros (basis functions that vanish on the whole set) replaced by 1.
Eigen::VectorXd safe_diagonal(const Eigen::MatrixXd& m) {
  Eigen::VectorXd d = m.diagonal();
  for (double& value : d)
    if (!(value > 0)) value = 1;
  return d;
}

}  // namespace

void orthonormalise(const potentials::mtp::Scheme& s, std::vector<double>& theta) {
  // c[pair][mu][k]; a lower mu may be mixed into a higher one without leaving the model, so lower ones come first.
  const int pairs = s.n_types * s.n_types;
  const auto at = [&](int pair, int mu, int k) -> double& {
    return theta[static_cast<std::size_t>((pair * s.n_mu + mu) * s.n_k + k)];
  };
  const auto dot = [&](int a, int b) {
    double sum = 0;
    for (int pair = 0; pair < pairs; ++pair)
      for (int k = 0; k < s.n_k; ++k) sum += at(pair, a, k) * at(pair, b, k);
    return sum;
  };
  for (int mu = 0; mu < s.n_mu; ++mu) {
    // Twice: once is not orthogonal to rounding when vectors are nearly parallel.
    for (int repeat = 0; repeat < 2; ++repeat)
      for (int lower = 0; lower < mu; ++lower) {
        const double overlap = dot(mu, lower);
        for (int pair = 0; pair < pairs; ++pair)
          for (int k = 0; k < s.n_k; ++k) at(pair, mu, k) -= overlap * at(pair, lower, k);
      }
    const double norm = std::sqrt(dot(mu, mu));
    if (!(norm > 1e-100)) continue;
    for (int pair = 0; pair < pairs; ++pair)
      for (int k = 0; k < s.n_k; ++k) at(pair, mu, k) /= norm;
  }
}

Fit::Fit(const potentials::mtp::Scheme& scheme, FitProblem& training, FitProblem* validation, const FitOptions& options)
    : scheme_(scheme), training_(training), validation_(validation), options_(options) {}

Fit::Trial Fit::project(std::vector<double> theta, const Eigen::VectorXd& prior) {
  orthonormalise(scheme_, theta);
  const NormalEquations n = training_.linearise(theta, potentials::mtp::Columns::linear);
  Eigen::Map<Eigen::VectorXd> x(theta.data() + scheme_.n_radial(), scheme_.n_linear());
  const Eigen::VectorXd ridge = options_.ridge * (prior.size() > 0 ? prior : safe_diagonal(n.matrix));
  const Eigen::VectorXd scale = safe_diagonal(n.matrix).cwiseSqrt().cwiseInverse();
  Eigen::MatrixXd system = scale.asDiagonal() * n.matrix * scale.asDiagonal();
  system.diagonal() += ridge.cwiseProduct(scale.cwiseAbs2());
  system.diagonal().array() += least_ridge;
  Eigen::VectorXd step = -scale.cwiseProduct(n.gradient + ridge.cwiseProduct(x));
  solve_positive(system, step);
  step = step.cwiseProduct(scale);
  x += step;
  const double penalty = ridge.dot(x.cwiseAbs2());
  Trial trial;
  trial.objective = n.weighted + 2 * n.gradient.dot(step) + step.dot(n.matrix * step) + penalty;
  trial.theta = std::move(theta);
  if (!training_.is_quadratic()) trial.objective = training_.evaluate(trial.theta).loss + penalty;
  return trial;
}

// Scaled columns: the unit direction "mix c_lower into c_mu" stands at the rows of mu and holds c_lower / scale.
void Fit::exclude_gauge(const std::vector<double>& theta, const Eigen::VectorXd& scale, Eigen::MatrixXd& matrix,
                        Eigen::VectorXd& descent) const {
  const potentials::mtp::Scheme& s = scheme_;
  const Eigen::Index n_c = s.n_radial();
  Eigen::MatrixXd directions(n_c, 0);
  for (int mu = 0; mu < s.n_mu; ++mu)
    for (int lower = 0; lower <= mu; ++lower) {
      Eigen::VectorXd direction = Eigen::VectorXd::Zero(n_c);
      for (int pair = 0; pair < s.n_types * s.n_types; ++pair)
        for (int k = 0; k < s.n_k; ++k) {
          const int at = (pair * s.n_mu + mu) * s.n_k + k;
          direction[at] = theta[static_cast<std::size_t>((pair * s.n_mu + lower) * s.n_k + k)] / scale[at];
        }
      direction -= directions * (directions.transpose() * direction);
      directions.conservativeResize(Eigen::NoChange, directions.cols() + 1);
      directions.rightCols(1) = direction.normalized();
    }
  descent.head(n_c) -= directions * (directions.transpose() * descent.head(n_c));
  matrix.topLeftCorner(n_c, n_c) += gauge_stiffness * directions * directions.transpose();
}

FitState Fit::start(std::vector<double> theta) {
  FitState state;
  state.theta = project(std::move(theta), {}).theta;
  return state;
}

// The joint Gauss-Newton system in columns scaled to a unit diagonal, and what its steps are measured by.
struct Fit::System {
  Eigen::MatrixXd matrix;
  Eigen::VectorXd descent, scale, prior;
  double objective;
};

Fit::System Fit::system(const std::vector<double>& theta, const NormalEquations& n) const {
  const Eigen::Index n_c = scheme_.n_radial(), n_x = scheme_.n_linear();
  const Eigen::Map<const Eigen::VectorXd> x(theta.data() + n_c, n_x);
  System s;
  // The weights of the ridge are those of this iteration: within it the objective is one function.
  s.prior = safe_diagonal(n.matrix.bottomRightCorner(n_x, n_x));
  const Eigen::VectorXd ridge = options_.ridge * s.prior;
  s.objective = n.loss + ridge.dot(x.cwiseAbs2());
  s.scale = safe_diagonal(n.matrix).cwiseSqrt().cwiseInverse();
  const Eigen::VectorXd scaled_ridge = ridge.cwiseProduct(s.scale.tail(n_x).cwiseAbs2());
  s.matrix = s.scale.asDiagonal() * n.matrix * s.scale.asDiagonal();
  s.matrix.diagonal().tail(n_x) += scaled_ridge;
  s.descent = -s.scale.cwiseProduct(n.gradient);
  s.descent.tail(n_x) -= ridge.cwiseProduct(x).cwiseProduct(s.scale.tail(n_x));
  exclude_gauge(theta, s.scale, s.matrix, s.descent);
  return s;
}

FitRecord Fit::step(FitState& state) {
  const NormalEquations n = training_.linearise(state.theta, potentials::mtp::Columns::all);
  FitRecord record;
  record.iteration = state.iteration;
  record.loss = n.loss;
  record.training = n.errors;
  record.damping = state.damping;
  state.losses.push_back(n.loss);
  judge(state, record);
  if (state.finished) return record;
  descend(system(state.theta, n), state);
  ++state.iteration;
  return record;
}

// Damps until a step lowers the objective.
void Fit::descend(const System& s, FitState& state) {
  const Eigen::Index n_c = scheme_.n_radial(), n_x = scheme_.n_linear();
  while (true) {
    Eigen::MatrixXd damped = s.matrix;
    damped.diagonal().head(n_c).array() += state.damping;
    damped.diagonal().tail(n_x).array() += least_ridge;
    Eigen::VectorXd move = s.descent;
    solve_positive(damped, move);
    // What the quadratic model promises; the damping's own part is no gain.
    const double promised = 2 * s.descent.dot(move) - move.dot(s.matrix * move);
    std::vector<double> theta = state.theta;
    for (Eigen::Index i = 0; i < n_c; ++i) theta[static_cast<std::size_t>(i)] += move[i] * s.scale[i];
    Trial trial = project(std::move(theta), s.prior);
    const double gained = s.objective - trial.objective;
    if (gained > 0 && std::isfinite(trial.objective)) {
      const double ratio = promised > 0 ? gained / promised : 1.0;
      state.damping = std::max(least_damping, state.damping * std::max(1.0 / 3, 1 - std::pow(2 * ratio - 1, 3)));
      state.growth = 2;
      state.theta = std::move(trial.theta);
      return;
    }
    state.damping *= state.growth;
    state.growth *= 2;
    if (state.damping > most_damping) {
      state.finished = true;
      state.reason = "no step lowers the loss any more";
      return;
    }
  }
}

// Errors and stopping rules at the parameters the iteration starts from.
void Fit::judge(FitState& state, FitRecord& record) {
  double judged = record.loss;
  if (validation_ != nullptr) {
    const NormalEquations v = validation_->evaluate(state.theta);
    record.validation = v.errors;
    record.validation_loss = judged = v.loss;
  }
  if (state.best_iteration < 0 || judged < state.best_loss) {
    state.best = state.theta;
    state.best_loss = judged;
    state.best_iteration = state.iteration;
  }
  const auto done = static_cast<int>(state.losses.size());
  const auto stop = [&](const std::string& reason) {
    state.finished = true;
    state.reason = reason;
  };
  if (state.iteration >= options_.max_iterations) return stop("iteration limit");
  if (validation_ != nullptr && state.iteration - state.best_iteration >= options_.patience)
    return stop("validation loss no longer falls");
  if (done > options_.window) {
    const double before = state.losses[static_cast<std::size_t>(done - 1 - options_.window)];
    if (before - record.loss < options_.tolerance * before) stop("loss no longer falls");
  }
}

void store(const FitState& s, Checkpoint& to) {
  to.numbers.insert({{"theta", s.theta}, {"losses", s.losses}, {"best", s.best}});
  to.counters.update({{"damping", s.damping},
                      {"growth", s.growth},
                      {"iteration", s.iteration},
                      {"finished", s.finished},
                      {"reason", s.reason},
                      {"best_loss", s.best_loss},
                      {"best_iteration", s.best_iteration}});
}

FitState fit_state(const Checkpoint& from) {
  FitState s;
  s.theta = from.numbers.at("theta");
  s.losses = from.numbers.at("losses");
  s.best = from.numbers.at("best");
  const nlohmann::json& counters = from.counters;
  counters.at("damping").get_to(s.damping);
  counters.at("growth").get_to(s.growth);
  counters.at("iteration").get_to(s.iteration);
  counters.at("finished").get_to(s.finished);
  counters.at("reason").get_to(s.reason);
  counters.at("best_loss").get_to(s.best_loss);
  counters.at("best_iteration").get_to(s.best_iteration);
  return s;
}

}  // namespace vitrion::train::mtp
