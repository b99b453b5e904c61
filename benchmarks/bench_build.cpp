// Builders: the Coulomb matrix that ranks structures, and enumerating substitutions.
#include <benchmark/benchmark.h>

#include "vitrion/build/crystal.hpp"
#include "vitrion/build/defects.hpp"
#include "vitrion/build/ewald.hpp"
#include "vitrion/build/packed_cell.hpp"

namespace {

using namespace vitrion;
using namespace vitrion::build;

// Argument: sites, as dense as LiPON.
void coulomb(benchmark::State& state) {
  PackingOptions o;
  o.composition = {{Species::element("O"), static_cast<int>(state.range(0))}};
  o.density = 2.6;
  const Structure s = packed_cell(o);
  for (auto _ : state) benchmark::DoNotOptimize(coulomb_matrix(s.cell, s.positions));
}
BENCHMARK(coulomb)->Arg(124)->Arg(500)->Arg(1000)->Unit(benchmark::kMillisecond);

// Two N and a vacancy on the 16 oxygen sites of gamma-Li3PO4: 1680 arrangements, 235 distinct; the rest is symmetry
// and the Coulomb matrix.
void nitrided(benchmark::State& state) {
  const auto el = [](const char* name) { return Species::element(name); };
  const Structure host = crystal({.lengths = {10.4612, 6.1113, 4.9208},
                                  .angles = {90, 90, 90},
                                  .space_group = "Pnma",
                                  .sites = {{el("Li"), {0.1627, 0.5016, 0.3008}},
                                            {el("Li"), {0.4246, 0.75, 0.2045}},
                                            {el("P"), {0.4115, 0.25, 0.3079}},
                                            {el("O"), {0.3418, 0.0441, 0.2054}},
                                            {el("O"), {0.0503, 0.25, 0.2928}},
                                            {el("O"), {0.0896, 0.75, 0.1223}}}});
  DefectOptions o;
  o.substitutions = {parse_substitution("2 O -> N"), parse_substitution("1 O -> vacancy")};
  o.charges = {{el("Li"), 1}, {el("P"), 5}, {el("O"), -2}, {el("N"), -3}};
  for (auto _ : state) benchmark::DoNotOptimize(make_defects(host, o));
}
BENCHMARK(nitrided)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
