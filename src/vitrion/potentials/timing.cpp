#include "vitrion/potentials/timing.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <fstream>
#include <numeric>
#include <vector>

#include "vitrion/core/error.hpp"
#include "vitrion/core/progress.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::potentials {
namespace {

using Clock = std::chrono::steady_clock;

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

Positions displaced(const Positions& from, double amplitude, Random& random) {
  Positions moved = from;
  for (Eigen::Index k = 0; k < moved.size(); ++k) moved.data()[k] += amplitude * (2 * random.uniform() - 1);
  return moved;
}

}  // namespace

Timing time_potential(Potential& potential, const Structure& structure, const TimingOptions& options,
                      const Session& session) {
  if (options.steps < 1) throw InputError("at least one step is needed");
  if (!(options.skin >= 0) || !(options.amplitude >= 0) || !std::isfinite(options.skin + options.amplitude))
    throw InputError("skin and amplitude must be lengths (Å), not negative");
  if (structure.size() == 0) throw InputError("the structure has no atoms");
  const std::vector<int> types = types_for(potential, structure);
  const auto n = static_cast<double>(structure.size());
  Timing timing;
  timing.n_atoms = structure.size();
  timing.mean_neighbors = neighbors::PeriodicNeighborhoods(structure, types, potential.cutoff()).mean_neighbors();

  // Without neighbourhoods of ours the potential does all by itself, whole structures at a time.
  const bool ours = potential.capabilities().neighborhoods;
  const auto list_start = Clock::now();
  neighbors::PeriodicNeighborhoods lists(structure, types, potential.cutoff() + options.skin);
  if (ours) timing.neighbor_list = microseconds_since(list_start) / n;
  timing.listed_neighbors = lists.mean_neighbors();

  PeriodicExchange exchange(lists.n_local(), lists.owners());
  Evaluation result;
  Structure moved = structure;
  const auto step_once = [&] {
    if (ours)
      potential.compute(lists.view(), {}, exchange, result);
    else
      result.energies = {*potential.evaluate(moved).energy};
  };
  step_once();
  timing.energy = std::accumulate(result.energies.begin(), result.energies.end(), 0.0);

  const double amplitude = std::min(options.amplitude, options.skin / 4);
  Random random(1);
  std::vector<double> times;
  std::clock_t processor = 0;
  Progress progress(session, "bench", options.steps, "steps");
  for (int step = 0; step < options.steps; ++step) {
    session.check_stop();
    moved.positions = displaced(structure.positions, amplitude, random);
    lists.move(moved.positions);
    const std::clock_t processor_start = std::clock();
    const auto start = Clock::now();
    step_once();
    times.push_back(microseconds_since(start) / n);
    processor += std::clock() - processor_start;
    progress.update(step + 1);
  }
  std::sort(times.begin(), times.end());
  timing.median = (times[(times.size() - 1) / 2] + times[times.size() / 2]) / 2;
  timing.fastest = times.front();
  timing.slowest = times.back();
  timing.processor = static_cast<double>(processor) * 1e6 / CLOCKS_PER_SEC / n / options.steps;
  return timing;
}

std::string processor_name() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name") && line.find(':') != std::string::npos)
      return std::string(trim(std::string_view(line).substr(line.find(':') + 1)));
  return "unknown";
}

}  // namespace vitrion::potentials
