// NequIP: energy + forces in both precisions, tabulated and not, for each instruction set.
//
// Every run is compared with the energy of the reference precision before it is timed.
#include <benchmark/benchmark.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "frontend/threads.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/potentials/nequip/model_file.hpp"
#include "vitrion/potentials/nequip/nequip_potential.hpp"
#include "vitrion/select/selection.hpp"
#include "vitrion/train/nequip/batches.hpp"

namespace {

using namespace vitrion;

const std::filesystem::path folder = std::filesystem::path(VITRION_REFERENCE_DATA) / "nequip";

// model_c: 6 layers, l_max 2, 64 features; LiPON at 33 neighbours, skin 1 Å. Arguments: 1: float; 1: tabulated;
// instruction set (Highway's bit, 0: the best); atoms.
void energy_and_forces(benchmark::State& state) {
  const auto precision =
      state.range(0) ? potentials::Precision::single_precision : potentials::Precision::double_precision;
  const auto target = static_cast<std::int64_t>(state.range(2));
  hwy::SetSupportedTargetsForTest(0);
  if (!std::filesystem::exists(folder) || (target != 0 && !(hwy::SupportedTargets() & target))) {
    state.SkipWithError("no reference data, or the processor lacks the instruction set");
    return;
  }
  frontend::set_threads(1);
  const auto exact = potentials::load_potential(folder / "model_c.json");
  const auto potential = potentials::load_potential(folder / "model_c.json", {{}, precision, state.range(1) == 1});
  const Structure frame =
      io::read_frames(folder / (state.range(3) == 124 ? "lipon124.extxyz" : "lipon1316.extxyz")).front();
  const neighbors::PeriodicNeighborhoods lists(frame, potentials::types_for(*potential, frame),
                                               potential->cutoff() + 1.0);
  potentials::PeriodicExchange exchange(lists.n_local(), lists.owners());
  potentials::Evaluation result, expected;
  exact->compute(lists.view(), {}, exchange, expected);
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  potential->compute(lists.view(), {}, exchange, result);
  if ((result.forces - expected.forces).cwiseAbs().maxCoeff() > 1e-5) state.SkipWithError("wrong forces");
  for (auto _ : state) potential->compute(lists.view(), {}, exchange, result);
  state.counters["per_atom"] = benchmark::Counter(
      static_cast<double>(frame.size()), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}
BENCHMARK(energy_and_forces)
    ->ArgNames({"float", "tabulated", "target", "atoms"})
    ->Args({1, 1, 0, 124})
    ->Args({1, 0, 0, 124})
    ->Args({0, 1, 0, 124})
    ->Args({0, 0, 0, 124})
    ->Args({1, 1, HWY_AVX2, 124})
    ->Args({0, 1, HWY_AVX2, 124})
    ->Args({1, 1, 0, 1316})
    ->Unit(benchmark::kMillisecond);

// The same in float with tables, and with a grade of every site. Argument: 1: grades.
void energy_forces_and_grades(benchmark::State& state) {
  if (!std::filesystem::exists(folder)) {
    state.SkipWithError("no reference data");
    return;
  }
  frontend::set_threads(1);
  const Structure frame = io::read_frames(folder / "lipon124.extxyz").front();
  potentials::nequip::Model model = potentials::nequip::read_model(folder / "model_c.json");
  {
    potentials::nequip::NequipPotential plain(model);
    model.extrapolation =
        potentials::nequip::from_selection_state(select::make_active_set(plain, {frame}), model.species.size());
  }
  potentials::nequip::NequipPotential potential(model, {potentials::Precision::single_precision, true});
  const neighbors::PeriodicNeighborhoods lists(frame, potentials::types_for(potential, frame),
                                               potential.cutoff() + 1.0);
  potentials::PeriodicExchange exchange(lists.n_local(), lists.owners());
  potentials::Evaluation result;
  const potentials::EvaluationRequest request{.grades = state.range(0) != 0};
  potential.compute(lists.view(), request, exchange, result);
  if (request.grades && *std::max_element(result.grades.begin(), result.grades.end()) > 1.01)
    state.SkipWithError("wrong grades: the frame is what the model was shown");
  for (auto _ : state) potential.compute(lists.view(), request, exchange, result);
  state.counters["per_atom"] = benchmark::Counter(
      static_cast<double>(frame.size()), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(energy_forces_and_grades)->ArgName("grades")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

// Loss on energy and forces and its gradient, model_c, five copies of the 124 atoms. Argument: 1: float.
void training_batch(benchmark::State& state) {
  if (!std::filesystem::exists(folder)) {
    state.SkipWithError("no reference data");
    return;
  }
  frontend::set_threads(1);
  const potentials::nequip::Model model = potentials::nequip::read_model(folder / "model_c.json");
  Structure frame = io::read_frames(folder / "lipon124.extxyz").front();
  frame.labels.energy = -440;
  frame.labels.forces = Positions::Zero(static_cast<Eigen::Index>(frame.size()), 3);
  const auto precision =
      state.range(0) ? potentials::Precision::single_precision : potentials::Precision::double_precision;
  const auto batches = train::nequip::make_batches(model, std::vector<Structure>(5, frame), precision);
  const std::size_t batch[] = {0, 1, 2, 3, 4};
  std::vector<double> gradient;
  const auto loss = train::LossOptions::defaults(train::LossKind::per_atom_mse);
  for (auto _ : state) benchmark::DoNotOptimize(batches->loss_and_gradient(model, loss, batch, gradient));
}
BENCHMARK(training_batch)->ArgName("float")->Arg(1)->Arg(0)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
