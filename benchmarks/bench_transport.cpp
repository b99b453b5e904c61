// Speed of the mean-square displacement and of the slope fit; results are verified before they are timed.
#include <benchmark/benchmark.h>

#include <cmath>
#include <stdexcept>

#include "vitrion/core/random.hpp"
#include "vitrion/transport/calibration.hpp"
#include "vitrion/transport/ion_tracks.hpp"
#include "vitrion/transport/msd.hpp"
#include "vitrion/transport/slope.hpp"

namespace {

using namespace vitrion;
using namespace vitrion::transport;

/// Tracks of independent Gaussian walkers, 1 Å^2 per frame, built frame by frame as a reader would.
IonTracks walkers(std::size_t n_ions, std::size_t n_frames, std::size_t memory) {
  TrackBuilder builder({.species = Species::element("Li"), .frame = ReferenceFrame::lab, .memory = memory});
  const std::vector<Species> species(n_ions, Species::element("Li"));
  const Cell cell = Cell::orthorhombic(100, 100, 100);
  Positions x = Positions::Zero(static_cast<Eigen::Index>(n_ions), 3);
  Random random(1);
  const double step = std::sqrt(1.0 / 3.0);
  for (std::size_t t = 0; t < n_frames; ++t) {
    builder.add(x, species, static_cast<double>(t), cell);
    // Two-valued steps: cheap, so that what is timed is not the random numbers.
    for (Eigen::Index i = 0; i < x.size(); i += 32) {
      const std::uint64_t bits = random();
      for (Eigen::Index j = i; j < std::min(x.size(), i + 32); ++j) x.data()[j] += (bits >> (j - i)) & 1 ? step : -step;
    }
  }
  return builder.finish();
}

/// Arguments: ions, frames, memory in MiB (less than the paths need: a scratch file).
void msd(benchmark::State& state) {
  const auto ions = static_cast<std::size_t>(state.range(0)), frames = static_cast<std::size_t>(state.range(1));
  const IonTracks tracks = walkers(ions, frames, static_cast<std::size_t>(state.range(2)) << 20);
  if (std::abs(tracer_displacements(tracks).total[1] - 1) > 0.01) throw std::runtime_error("wrong MSD");
  for (auto _ : state) benchmark::DoNotOptimize(tracer_displacements(tracks).total.data());
  state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(1));
  state.SetLabel(tracks.on_disk() ? "scratch file" : "memory");
}
BENCHMARK(msd)
    ->Args({100, 10'000, 1024})
    ->Args({1000, 10'000, 1024})
    ->Args({1000, 10'000, 64})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// What a run of a large cell leaves: 1.2 GB of paths, and 12 GB of them.
BENCHMARK(msd)
    ->Args({10'000, 10'000, 1024})
    ->Args({10'000, 100'000, 1024})
    ->Iterations(1)
    ->Unit(benchmark::kSecond)
    ->UseRealTime();

void transposition(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(walkers(1000, 10'000, static_cast<std::size_t>(state.range(0)) << 20).n_frames());
  state.SetItemsProcessed(state.iterations() * 10'000'000);
}
BENCHMARK(transposition)->Arg(1024)->Arg(64)->Unit(benchmark::kMillisecond)->UseRealTime();

void slope_fit(benchmark::State& state) {
  const Motion walk = walk_motion({.name = "walk", .n_ions = 8, .n_frames = static_cast<std::size_t>(state.range(0))});
  const Displacements d = displacements_of(walk.simulate(1, 0), walk.n_ions, 1);
  for (auto _ : state) benchmark::DoNotOptimize(fit_diffusive_slope(d, onset_floor(d, 4.5)).slope.value);
}
BENCHMARK(slope_fit)->Arg(1000)->Arg(10'000)->Unit(benchmark::kMillisecond);

/// 10,000 ions through a scratch file, reading in included: 10,000 frames are 1.2 GB of it.
void large(benchmark::State& state) {
  for (auto _ : state) {
    const IonTracks tracks = walkers(10'000, static_cast<std::size_t>(state.range(0)), std::size_t{1} << 30);
    benchmark::DoNotOptimize(tracer_displacements(tracks).total.data());
  }
}
BENCHMARK(large)->Arg(10'000)->Unit(benchmark::kSecond)->UseRealTime()->Iterations(1);

}  // namespace

BENCHMARK_MAIN();
