// Neighbour lists: periodic structures with their ghosts, and the search alone.
#include <benchmark/benchmark.h>

#include "frontend/threads.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/neighbors/neighborhoods.hpp"

namespace {

using namespace vitrion;

constexpr double cutoff = 8.0;  // Å, 7 and a skin of 1

// As dense as MgV2O5: 188 neighbours within 8 Å.
Structure oxide(int n) {
  const double edge = std::cbrt(n / 0.0873);
  Structure s;
  s.cell = Cell::orthorhombic(edge, edge, edge);
  s.positions.resize(n, 3);
  Random random(1);
  for (Eigen::Index k = 0; k < s.positions.size(); ++k) s.positions.data()[k] = edge * random.uniform();
  s.species.assign(static_cast<std::size_t>(n), Species::element("O"));
  return s;
}

void per_atom(benchmark::State& state, double mean_neighbors) {
  state.counters["per_atom"] = benchmark::Counter(
      static_cast<double>(state.range(0)), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.counters["neighbors"] = mean_neighbors;
}

// Ghosts and lists from nothing. Arguments: atoms, threads.
void periodic(benchmark::State& state) {
  frontend::set_threads(static_cast<int>(state.range(1)));
  const Structure s = oxide(static_cast<int>(state.range(0)));
  double mean = 0;
  for (auto _ : state)
    mean = neighbors::PeriodicNeighborhoods(s, std::vector<int>(s.size(), 0), cutoff).mean_neighbors();
  per_atom(state, mean);
}
BENCHMARK(periodic)
    ->ArgNames({"atoms", "threads"})
    ->Args({124, 1})
    ->Args({768, 1})
    ->Args({768, 2})
    ->Args({100'000, 1})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

// The lists alone, as in MD: atoms and ghosts are there, memory is reused. Arguments: atoms, threads.
void search(benchmark::State& state) {
  frontend::set_threads(static_cast<int>(state.range(1)));
  const Structure s = oxide(static_cast<int>(state.range(0)));
  const neighbors::PeriodicNeighborhoods atoms(s, std::vector<int>(s.size(), 0), cutoff);
  const neighbors::Neighborhoods n = atoms.view();
  neighbors::NeighborSearch searcher;
  neighbors::NeighborLists lists;
  for (auto _ : state) searcher.build(n.positions, n.n_total, n.n_local, cutoff, lists);
  per_atom(state, static_cast<double>(lists.neighbors.size()) / static_cast<double>(s.size()));
}
BENCHMARK(search)
    ->ArgNames({"atoms", "threads"})
    ->Args({768, 1})
    ->Args({768, 2})
    ->Args({100'000, 1})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
