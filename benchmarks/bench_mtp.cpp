// Moment tensor potentials: energy + forces for each instruction set, level generation, file reading.
//
// Every kernel is compared with the energy of the same structure before it is timed.
#include <benchmark/benchmark.h>
#include <hwy/highway.h>

#include <cmath>
#include <filesystem>
#include <numeric>

#include "frontend/threads.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/potentials/mtp/moment_levels.hpp"
#include "vitrion/potentials/mtp/mtp_file.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"
#include "vitrion/potentials/mtp/selection_state.hpp"
#include "vitrion/select/selection.hpp"

namespace {

using namespace vitrion;

const std::filesystem::path folder = std::filesystem::path(VITRION_REFERENCE_DATA) / "mtp/mgv2o5";

// Level 16, 7 Å, 768 atoms, skin 1 Å. Arguments: instruction set (Highway's bit, 0: the best), threads.
void energy_and_forces(benchmark::State& state) {
  const auto target = static_cast<std::int64_t>(state.range(0));
  hwy::SetSupportedTargetsForTest(0);
  if (!std::filesystem::exists(folder) || (target != 0 && !(hwy::SupportedTargets() & target))) {
    state.SkipWithError("no reference data, or the processor lacks the instruction set");
    return;
  }
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  frontend::set_threads(static_cast<int>(state.range(1)));
  const auto potential = potentials::load_potential(folder / "pot.mtp", {parse_species_list("Mg,V,O")});
  const Structure frame = io::read_frames(folder / "reference_600K.extxyz").front();
  const neighbors::PeriodicNeighborhoods lists(frame, potentials::types_for(*potential, frame),
                                               potential->cutoff() + 1.0);
  potentials::PeriodicExchange exchange(lists.n_local(), lists.owners());
  potentials::Evaluation result;
  potential->compute(lists.view(), {}, exchange, result);
  const double energy = std::accumulate(result.energies.begin(), result.energies.end(), 0.0);
  if (std::abs(energy - *frame.labels.energy) > 1e-8) state.SkipWithError("wrong energy");
  for (auto _ : state) potential->compute(lists.view(), {}, exchange, result);
  state.counters["per_atom"] = benchmark::Counter(
      static_cast<double>(frame.size()), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  hwy::SetSupportedTargetsForTest(0);
}
// One thread by processor time, which a busy machine disturbs less.
BENCHMARK(energy_and_forces)
    ->ArgNames({"target", "threads"})
    ->Args({0, 1})
    ->Args({HWY_AVX3, 1})
    ->Args({HWY_AVX2, 1})
    ->Args({HWY_SSE4, 1})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(energy_and_forces)
    ->ArgNames({"target", "threads"})
    ->Args({0, 2})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// The same with an extrapolation grade of every site. The active set is that of the three reference frames.
void energy_forces_and_grades(benchmark::State& state) {
  if (!std::filesystem::exists(folder)) {
    state.SkipWithError("no reference data");
    return;
  }
  frontend::set_threads(1);
  potentials::mtp::MtpParameters parameters = potentials::mtp::read_mtp(folder / "pot.mtp");
  parameters.species = parse_species_list("Mg,V,O");
  const std::vector<Structure> frames = io::read_frames(folder / "reference_600K.extxyz");
  {
    potentials::mtp::MtpPotential plain(parameters);
    parameters.selection_state = potentials::mtp::format_selection_state(select::make_active_set(plain, frames));
  }
  potentials::mtp::MtpPotential potential(parameters);
  const neighbors::PeriodicNeighborhoods lists(frames[0], potentials::types_for(potential, frames[0]),
                                               potential.cutoff() + 1.0);
  potentials::PeriodicExchange exchange(lists.n_local(), lists.owners());
  potentials::Evaluation result;
  const potentials::EvaluationRequest request{.grades = state.range(0) != 0};
  potential.compute(lists.view(), request, exchange, result);
  if (request.grades && *std::max_element(result.grades.begin(), result.grades.end()) > 1.0011)
    state.SkipWithError("wrong grades: the frame is one of the active set's");
  for (auto _ : state) potential.compute(lists.view(), request, exchange, result);
  state.counters["per_atom"] =
      benchmark::Counter(static_cast<double>(frames[0].size()),
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(energy_forces_and_grades)->ArgName("grades")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void generate_level(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(potentials::mtp::make_moment_tables(static_cast<int>(state.range(0))));
}
BENCHMARK(generate_level)->Arg(16)->Arg(22)->Arg(28)->Unit(benchmark::kMillisecond);

void parse_level(benchmark::State& state) {
  const std::string text = potentials::mtp::format_mtp(
      potentials::mtp::untrained_mtp(static_cast<int>(state.range(0)), parse_species_list("Li,P,O,N"), 1, 6));
  for (auto _ : state) benchmark::DoNotOptimize(potentials::mtp::parse_mtp(text));
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}
BENCHMARK(parse_level)->Arg(16)->Arg(28)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
