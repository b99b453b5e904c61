// Speed of `vitrion interface`: reading apart, everything from frames to the result. The answer is verified first.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cmath>
#include <stdexcept>

#include "vitrion/core/random.hpp"
#include "vitrion/interface/recorder.hpp"

namespace {

using namespace vitrion;
using namespace vitrion::interface;

constexpr int n_lithium = 700, n_other = 616;
constexpr double edge = 18, length = 45;

/// 1,316 atoms: lithium everywhere, hopping 3 Å along the normal now and then; the others at rest from 20 to 43 Å.
class Frames {
 public:
  Frames() : site_(n_lithium + n_other, 3) {
    for (Eigen::Index i = 0; i < site_.rows(); ++i)
      site_.row(i) << edge * random_.uniform(), edge * random_.uniform(),
          i < n_lithium ? length * random_.uniform() : 20 + 23 * random_.uniform();
    frame_.cell = Cell::orthorhombic(edge, edge, length);
    for (int i = 0; i < n_lithium + n_other; ++i)
      frame_.species.push_back(Species::element(i < n_lithium ? "Li" : "O"));
    frame_.wrapping = Wrapping::unwrapped;
    frame_.positions = site_;
  }
  const Structure& next() {
    frame_.time = 100 * static_cast<double>(n_++);
    for (int hop = 0; hop < 2; ++hop) {
      const auto i = static_cast<Eigen::Index>(random_.below(n_lithium));
      for (Eigen::Index k = 0; k < 3; ++k) frame_.positions(i, k) += random_.below(2) ? 3.0 : -3.0;
    }
    return frame_;
  }

 private:
  Random random_{1};
  Positions site_;
  Structure frame_;
  std::size_t n_ = 0;
};

void interface_run(benchmark::State& state) {
  for (auto _ : state) {
    Frames frames;
    Recorder recorder({.profile = {.ion = Species::element("Li")}});
    for (std::int64_t t = 0; t < state.range(0); ++t) recorder.add(frames.next());
    const Recording recording = recorder.finish();
    InterfaceOptions options;
    options.temperature = 600;
    options.area = recording.area;
    const InterfaceResult result =
        analyse_interface(recording.paths, parse_regions("metal=0:17,glass=23:40", 0, length, true), options);
    // D across = 9 Å^2 * 2 hops / 700 ions / 2 a frame.
    const double truth = 9.0 / n_lithium / 100;
    const Measured& d = result.regions[1].across_D;
    if (!d.resolved || std::abs(d.value / truth - 1) > 0.3) throw std::runtime_error("wrong D across");
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.SetItemsProcessed(state.iterations() * state.range(0) * (n_lithium + n_other));
  state.counters["peak MiB"] = static_cast<double>(usage.ru_maxrss) / 1024;
}
BENCHMARK(interface_run)->Arg(2'000)->Arg(100'000)->Iterations(1)->Unit(benchmark::kSecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
