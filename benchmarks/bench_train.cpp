// Cost per atom of what a fit repeats: loss and gradient, and the design matrix (level 16, three species).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>

#include "frontend/threads.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/potentials/mtp/gradient.hpp"
#include "vitrion/potentials/mtp/moment_levels.hpp"
#include "vitrion/train/mtp/initial.hpp"
#include "vitrion/train/mtp/normal_equations.hpp"

namespace {

using namespace vitrion;
using namespace vitrion::train;
using namespace vitrion::train::mtp;
using potentials::mtp::Columns;
using potentials::mtp::Scheme;

// 27 atoms of three species in a cube whose size gives about 42 neighbours within 5 Å and 115 within 7 Å.
struct Workload {
  std::vector<Species> species = parse_species_list("Mg,V,O");
  potentials::mtp::MtpParameters parameters;
  std::vector<LabelledConfiguration> set;

  Workload(int level, double r_max, int n_configurations)
      : parameters(potentials::mtp::untrained_mtp(level, species, 1.5, r_max)) {
    Random random(1);
    const double a = 6.94;
    for (int n = 0; n < n_configurations; ++n) {
      Structure s;
      s.cell = Cell::orthorhombic(a, a, a);
      s.positions.resize(27, 3);
      std::vector<int> types;
      for (int i = 0; i < 27; ++i) {
        for (int k = 0; k < 3; ++k)
          s.positions(i, k) = a / 3 * (i / static_cast<int>(std::pow(3, k)) % 3) + 0.1 * random.normal();
        types.push_back(i % 3);
        s.species.push_back(species[static_cast<std::size_t>(i % 3)]);
      }
      s.labels.energy = 0;
      s.labels.forces = Positions::Zero(27, 3);
      s.labels.stress = Matrix3::Zero();
      set.push_back(make_labelled(s, types, 3, r_max));
    }
    parameters.scaling = choose_scaling(set, r_max);
    const Scheme scheme(parameters);
    std::vector<double> theta = initial_parameters(scheme, 1);
    for (std::size_t i = static_cast<std::size_t>(scheme.n_radial()); i < theta.size(); ++i)
      theta[i] = 1e-3 * random.normal();
    parameters.set_flat(theta);
  }
};

void report(benchmark::State& state, const Workload& load) {
  const auto atoms = static_cast<double>(load.set.size()) * 27;
  state.counters["us_per_atom"] =
      benchmark::Counter(atoms * 1e-6, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  double neighbors = 0;
  for (const LabelledConfiguration& c : load.set)
    for (const auto& e : c.environments)
      for (const auto& slot : e.slots) neighbors += slot.count;
  state.counters["neighbors"] = neighbors / atoms;
}

// Predictions, loss, and its gradient by every parameter (adjoint).
void loss_and_gradient(benchmark::State& state) {
  const Workload load(static_cast<int>(state.range(0)), static_cast<double>(state.range(1)), 4);
  const Scheme scheme(load.parameters);
  potentials::mtp::Gradient kernel(scheme);
  const RowLoss loss({}, load.set);
  const std::vector<double> theta = load.parameters.flat();
  std::vector<double> gradient(theta.size()), rows, weights;
  for (auto _ : state) {
    std::fill(gradient.begin(), gradient.end(), 0.0);
    double sum = 0;
    for (const LabelledConfiguration& c : load.set) {
      rows.resize(static_cast<std::size_t>(c.n_rows()));
      weights.resize(rows.size());
      kernel.predict(theta, c, rows.data());
      subtract_targets(c, rows.data());
      sum += loss.value(c, rows.data());
      loss.weights(c, rows.data(), weights.data());
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i] *= 2 * weights[i];
      kernel.add_gradient(theta, c, rows.data(), gradient.data());
    }
    benchmark::DoNotOptimize(sum);
    benchmark::DoNotOptimize(gradient.data());
  }
  report(state, load);
}
BENCHMARK(loss_and_gradient)->Args({16, 5})->Args({16, 7})->Args({8, 5})->Unit(benchmark::kMillisecond);

// The normal equations of one Gauss-Newton step: design matrix and its products, all columns or linear ones only.
void normal_equations(benchmark::State& state, Columns columns) {
  frontend::set_threads(1);
  const Workload load(static_cast<int>(state.range(0)), static_cast<double>(state.range(1)), 20);
  const Scheme scheme(load.parameters);
  FitProblem problem(scheme, load.set, {});
  const std::vector<double> theta = load.parameters.flat();
  for (auto _ : state) benchmark::DoNotOptimize(problem.linearise(theta, columns).loss);
  report(state, load);
}
BENCHMARK_CAPTURE(normal_equations, all, Columns::all)->Args({16, 5})->Args({16, 7})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(normal_equations, linear, Columns::linear)->Args({16, 5})->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
