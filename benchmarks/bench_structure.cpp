// Cost of structure analysis per frame: g(r), S(q), the search for repetition.
#include <benchmark/benchmark.h>

#include "frontend/threads.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/structure/rdf.hpp"
#include "vitrion/structure/repeat.hpp"
#include "vitrion/structure/structure_factor.hpp"

namespace {

using namespace vitrion;

// n atoms of four species at 0.097 atoms per Å^3 (LiPON), on a jittered grid so that none coincide.
Structure frame(int n) {
  Random random(1);
  const int side = static_cast<int>(std::ceil(std::cbrt(n)));
  const double edge = std::cbrt(n / 0.097), step = edge / side;
  const char* names[] = {"Li", "O", "O", "P", "Li", "N"};
  Structure s;
  s.cell = Cell::orthorhombic(edge, edge, edge);
  s.positions.resize(n, 3);
  for (int i = 0; i < n; ++i) {
    const Vector3 site(i % side, i / side % side, i / side / side);
    for (int k = 0; k < 3; ++k) s.positions(i, k) = step * (site[k] + 0.6 * random.uniform());
    s.species.push_back(Species::element(names[random.below(6)]));
  }
  return s;
}

void rdf(benchmark::State& state) {
  frontend::set_threads(1);
  const Structure s = frame(static_cast<int>(state.range(0)));
  structure::RdfAccumulator accumulator({.r_max = 8});
  for (auto _ : state) accumulator.add(s);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(rdf)->Arg(768)->Arg(10000)->Unit(benchmark::kMillisecond);

void structure_factor(benchmark::State& state) {
  frontend::set_threads(1);
  const Structure s = frame(static_cast<int>(state.range(0)));
  structure::StructureFactorAccumulator accumulator;
  for (auto _ : state) accumulator.add(s);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(structure_factor)->Arg(124)->Arg(768)->Unit(benchmark::kMillisecond);

void repeat(benchmark::State& state) {
  frontend::set_threads(1);
  const Structure s = frame(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(structure::best_repeat(s, structure::Operation::translation));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(repeat)->Arg(124)->Arg(768)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
