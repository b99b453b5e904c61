#include "vitrion/interface/transitions.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "vitrion/core/parallel.hpp"

namespace vitrion::interface {
namespace {

constexpr int most_flux_steps = 60;
constexpr double longest_step = 1;      // of ln(flux)
constexpr double settled_flux = 1e-7;   // of ln(flux)
constexpr double impossible = 1e-12;    // a transition that hardly can happen tells the information nothing
constexpr double smallest_flux = 1e-4;  // of one pass in the whole run: ln(flux) ends there

using Table = Eigen::MatrixXd;

/// exp(lag M^-1 K) and its derivatives by ln(flux) of each gap.
struct Propagator {
  Table chance;
  std::vector<Table> slope;  // shape (n_gaps), empty where there is no flux
};

// The generator is similar to a symmetric matrix: M^-1/2 K M^-1/2.
Propagator propagate(const std::vector<double>& flux, const std::vector<double>& carriers, const Nodes& nodes,
                     double lag) {
  const auto n = static_cast<Eigen::Index>(nodes.size());
  Eigen::VectorXd root(n);
  for (Eigen::Index i = 0; i < n; ++i) root[i] = std::sqrt(std::max(carriers[static_cast<std::size_t>(i)], 1e-12));
  Table k = Table::Zero(n, n);
  for (std::size_t g = 0; g < flux.size(); ++g) {
    const auto a = static_cast<Eigen::Index>(g), b = static_cast<Eigen::Index>(nodes.after(g));
    k(a, b) += flux[g];
    k(b, a) += flux[g];
    k(a, a) -= flux[g];
    k(b, b) -= flux[g];
  }
  const Eigen::VectorXd inverse = root.cwiseInverse();
  const Eigen::SelfAdjointEigenSolver<Table> solver(inverse.asDiagonal() * k * inverse.asDiagonal());
  const Table& u = solver.eigenvectors();
  const Eigen::VectorXd power = lag * solver.eigenvalues().cwiseMin(0.0), grown = power.array().exp();
  Propagator p;
  p.chance = inverse.asDiagonal() * (u * grown.asDiagonal() * u.transpose()) * root.asDiagonal();
  p.chance = p.chance.cwiseMax(1e-300);
  Table divided(n, n);
  for (Eigen::Index a = 0; a < n; ++a)
    for (Eigen::Index b = 0; b < n; ++b) {
      const double d = power[a] - power[b];
      divided(a, b) = std::abs(d) < 1e-6 ? std::exp(0.5 * (power[a] + power[b])) : grown[b] * std::expm1(d) / d;
    }
  p.slope.resize(flux.size());
  for (std::size_t g = 0; g < flux.size(); ++g) {
    if (!(flux[g] > 0)) continue;
    const auto a = static_cast<Eigen::Index>(g), b = static_cast<Eigen::Index>(nodes.after(g));
    const Eigen::VectorXd v = u.row(a).transpose() * inverse[a] - u.row(b).transpose() * inverse[b];
    const Table middle = (-lag * flux[g]) * (v * v.transpose()).cwiseProduct(divided);
    p.slope[g] = inverse.asDiagonal() * (u * middle * u.transpose()) * root.asDiagonal();
  }
  return p;
}

Table count_pairs(const std::uint8_t* label, std::size_t first, std::size_t last, std::size_t lag, std::size_t n) {
  std::vector<std::uint32_t> counts(n * n, 0);
  for (std::size_t t = first; t < last; ++t) ++counts[label[t] * n + label[t + lag]];
  Table table(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      table(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = counts[i * n + j];
  return table;
}

Table count_all(const LabelPaths& paths, std::size_t lag) {
  const auto n = static_cast<Eigen::Index>(paths.n_nodes);
  Table all = Table::Zero(n, n);
  parallel_for(paths.n_ions, [&](std::size_t ion) {
    const Table own = count_pairs(paths.of(ion), 0, paths.n_frames - lag, lag, paths.n_nodes);
#pragma omp critical(vitrion_interface_pairs)
    all += own;  // whole numbers: the sum does not depend on the order
  });
  return all;
}

// Label changes across each gap; a leap over several nodes passes all gaps between.
std::vector<double> count_passes(const LabelPaths& paths, const Nodes& nodes) {
  const std::size_t n = nodes.size();
  std::vector<double> passes(nodes.n_gaps(), 0.0);
  for (std::size_t ion = 0; ion < paths.n_ions; ++ion) {
    const std::uint8_t* label = paths.of(ion);
    for (std::size_t t = 1; t < paths.n_frames; ++t) {
      if (label[t] == label[t - 1]) continue;
      std::size_t from = label[t - 1], to = label[t];
      // The shorter way round.
      const std::size_t up = (to + n - from) % n;
      if (nodes.periodic() ? 2 * up > n : to < from) std::swap(from, to);
      for (std::size_t g = from; g != to; g = nodes.after(g)) ++passes[g];
    }
  }
  return passes;
}

struct Scoring {
  std::vector<std::size_t> gaps;  // that have a flux
  Eigen::MatrixXd information;
  std::vector<Table> score;  // d ln(chance) of each of `gaps`
};

Scoring score_of(const Propagator& p, const Table& counts) {
  Scoring s;
  for (std::size_t g = 0; g < p.slope.size(); ++g)
    if (p.slope[g].size() > 0) s.gaps.push_back(g);
  const Eigen::VectorXd starts = counts.rowwise().sum();
  const Table likely = (p.chance.array() > impossible).select(p.chance.cwiseInverse(), 0.0);
  for (const std::size_t g : s.gaps) s.score.push_back(p.slope[g].cwiseQuotient(p.chance));
  const auto m = static_cast<Eigen::Index>(s.gaps.size());
  s.information.resize(m, m);
  for (Eigen::Index a = 0; a < m; ++a) {
    const Table weighted = starts.asDiagonal() * p.slope[s.gaps[static_cast<std::size_t>(a)]].cwiseProduct(likely);
    for (Eigen::Index b = 0; b <= a; ++b)
      s.information(a, b) = s.information(b, a) =
          weighted.cwiseProduct(p.slope[s.gaps[static_cast<std::size_t>(b)]]).sum();
  }
  return s;
}

void add_influence(const LabelPaths& paths, const Scoring& s, TransitionFit& fit) {
  const std::size_t windows = paths.n_frames - fit.lag, parts = parts_of(paths.n_frames);
  fit.influence.assign(fit.flux.size(), PieceSums(0, 0));
  for (const std::size_t g : s.gaps) fit.influence[g] = PieceSums(paths.n_ions, parts);
  const Eigen::LDLT<Eigen::MatrixXd> solver(s.information);
  parallel_for(paths.n_ions, [&](std::size_t ion) {
    for (std::size_t part = 0; part < parts; ++part) {
      const Table own =
          count_pairs(paths.of(ion), part * windows / parts, (part + 1) * windows / parts, fit.lag, paths.n_nodes);
      Eigen::VectorXd score(static_cast<Eigen::Index>(s.gaps.size()));
      for (std::size_t a = 0; a < s.gaps.size(); ++a)
        score[static_cast<Eigen::Index>(a)] = own.cwiseProduct(s.score[a]).sum();
      const Eigen::VectorXd moved = solver.solve(score);
      for (std::size_t a = 0; a < s.gaps.size(); ++a)
        fit.influence[s.gaps[a]].at(ion, part) = moved[static_cast<Eigen::Index>(a)];
    }
  });
}

}  // namespace

void LabelPaths::count_carriers() {
  std::vector<std::size_t> counts(256, 0);
  for (const std::uint8_t l : label) ++counts[l];
  carriers.assign(n_nodes, 0.0);
  for (std::size_t i = 0; i < n_nodes; ++i)
    carriers[i] = static_cast<double>(counts[i]) / static_cast<double>(n_frames);
}

TransitionFit fit_transitions(const LabelPaths& paths, const Nodes& nodes, std::size_t lag, const Session& session) {
  TransitionFit fit{.lag = lag, .passes = count_passes(paths, nodes)};
  const double frames = static_cast<double>(paths.n_frames - 1);
  for (const double n : fit.passes) fit.flux.push_back(n > 0 ? 0.5 * n / frames : 0);
  const Table counts = count_all(paths, lag);
  const auto solve = [&] { return propagate(fit.flux, paths.carriers, nodes, static_cast<double>(lag)); };
  Scoring s = score_of(solve(), counts);
  if (s.gaps.empty()) {
    fit.converged = true;
    return fit;
  }
  for (int step = 0; step < most_flux_steps && !fit.converged; ++step) {
    session.check_stop();
    Eigen::VectorXd score(static_cast<Eigen::Index>(s.gaps.size()));
    for (std::size_t a = 0; a < s.gaps.size(); ++a)
      score[static_cast<Eigen::Index>(a)] = counts.cwiseProduct(s.score[a]).sum();
    const Eigen::VectorXd moved = s.information.ldlt().solve(score);
    double largest = 0;
    for (std::size_t a = 0; a < s.gaps.size(); ++a) {
      const double by = std::clamp(moved[static_cast<Eigen::Index>(a)], -longest_step, longest_step);
      double& flux = fit.flux[s.gaps[a]];
      const double before = flux;
      flux = std::max(flux * std::exp(by), smallest_flux / frames);
      largest = std::max(largest, std::abs(std::log(flux / before)));
    }
    fit.converged = largest < settled_flux;
    s = score_of(solve(), counts);
  }
  add_influence(paths, s, fit);
  return fit;
}

}  // namespace vitrion::interface
