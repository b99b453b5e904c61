#include "vitrion/interface/coverage.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "vitrion/core/parallel.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/interface/interface.hpp"

namespace vitrion::interface {
namespace {

// What the result does not depend on.
constexpr double frame_spacing = 100;  // fs
constexpr double kelvin = 600;
constexpr double cell_area = 100;  // Å^2

/// What one run said of one quantity.
struct Told {
  std::string quantity, region;
  double truth = 0;
  Measured answer;
  bool bound_below = false;  // `upper_bound` is a lower one
};

IonPaths paths_of(const SimulatedRun& run) {
  IonPaths paths{run.n_ions, run.n_frames, frame_spacing, {}, {}};
  for (std::size_t ion = 0; ion < run.n_ions; ++ion) {
    const double* z = run.paths.data() + (3 * ion + 2) * run.n_frames;
    paths.z.insert(paths.z.end(), z, z + run.n_frames);
  }
  paths.plane = [&run](std::size_t ion, double* xy) {
    const double* from = run.paths.data() + 3 * ion * run.n_frames;
    std::copy(from, from + 2 * run.n_frames, xy);
  };
  return paths;
}

Measured measured(const transport::Diffusivity& d) {
  return {d.resolved, d.value(), d.ci95, d.upper_bound, d.effective_hops, d.reason};
}

std::vector<Told> analyse(const LayeredMotion& motion, std::uint64_t seed, std::uint64_t number) {
  const SimulatedRun run = motion.simulate(seed, number);
  InterfaceOptions options;
  options.across.spacing = motion.spacing;
  options.temperature = kelvin;
  options.area = cell_area;
  const InterfaceResult result = analyse_interface(paths_of(run), motion.partition, options);
  std::vector<Told> told;
  const double kT = units::boltzmann_eV_per_K * kelvin;
  double density = 0;  // ions/Å of the first region
  for (std::size_t r = 0; r < result.regions.size(); ++r)
    density += motion.density_ratio[r] * motion.partition.regions[r].length();
  density = static_cast<double>(motion.n_ions) / density;
  for (std::size_t r = 0; r < result.regions.size(); ++r) {
    const RegionResult& region = result.regions[r];
    told.push_back({"D across", region.name, motion.across[r] / frame_spacing, region.across_D});
    if (motion.along[r] > 0 && region.along.measured)
      told.push_back({"D along", region.name, motion.along[r] / frame_spacing, measured(region.along.diffusivity)});
    if (r > 0 && motion.mixes)
      told.push_back({"free energy", region.name, -kT * std::log(motion.density_ratio[r]), region.free_energy});
    if (region.name != transition_name || !(motion.across[r] > 0)) continue;
    for (const Face& face : result.faces) {
      const double per_ion = face.range.length() / (density * motion.density_ratio[r] * motion.across[r]);
      const double truth = kT / units::elementary_charge_C * per_ion * frame_spacing * 1e-15 * cell_area * 1e-16;
      told.push_back({"resistance", face.range.low < 20 ? "one face" : "other face", truth, face.resistance, true});
    }
  }
  return told;
}

CoverageRow collect(const std::vector<std::vector<Told>>& runs, const Told& like) {
  CoverageRow row{like.quantity, like.region, like.truth};
  std::vector<double> values;
  double width = 0;
  for (const std::vector<Told>& run : runs)
    for (const Told& t : run) {
      if (t.quantity != like.quantity || t.region != like.region) continue;
      const Measured& m = t.answer;
      if (m.resolved) {
        ++row.resolved;
        row.above += m.ci95.low > t.truth;
        row.below += m.ci95.high < t.truth;
        row.covered += m.ci95.low <= t.truth && t.truth <= m.ci95.high;
        values.push_back(m.value);
        width += m.ci95.high - m.ci95.low;
      } else if (!std::isfinite(m.upper_bound) || t.quantity == "free energy") {
        ++row.unbounded;
      } else {
        ++row.bounds;
        row.held += t.bound_below ? m.upper_bound <= t.truth : m.upper_bound >= t.truth;
      }
    }
  if (values.empty()) return row;
  const double n = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const double v : values) mean += v / n;
  for (const double v : values) squares += (v - mean) * (v - mean) / n;
  row.mean_ratio = like.truth != 0 ? mean / like.truth : 0;
  if (squares > 0) row.width_over_required = width / n / (2 * 1.96 * std::sqrt(squares));
  return row;
}

}  // namespace

CoverageReport measure_coverage(const LayeredMotion& motion, int runs, std::uint64_t seed,
                                const std::function<void(int)>& progress, const Session& session) {
  std::vector<std::vector<Told>> told(static_cast<std::size_t>(runs));
  std::atomic<int> done = 0;
  parallel_for(told.size(), [&](std::size_t run) {
    session.check_stop();
    told[run] = analyse(motion, seed, run);
    const int now = ++done;
#pragma omp critical(vitrion_interface_coverage)
    if (progress) progress(now);
  });
  CoverageReport report{motion.name, runs, {}};
  std::vector<Told> kinds;
  for (const std::vector<Told>& run : told)
    for (const Told& t : run)
      if (std::none_of(kinds.begin(), kinds.end(),
                       [&](const Told& k) { return k.quantity == t.quantity && k.region == t.region; }))
        kinds.push_back(t);
  std::stable_sort(kinds.begin(), kinds.end(), [](const Told& a, const Told& b) { return a.quantity < b.quantity; });
  for (const Told& kind : kinds) report.rows.push_back(collect(told, kind));
  return report;
}

std::vector<LayeredMotion> published_layers() {
  BrownianModel step, vibrating, slow;
  step.name = "Brownian, step of F";
  step.free_energy = {0, 0.5, 1};
  vibrating.name = "Brownian, vibrating";
  vibrating.vibration = 0.3;
  slow.name = "Brownian, slow";
  slow.across = slow.along = {0.01, 0.001, 0.004};
  HoppingModel rare, frozen;
  rare.name = "hopping, rarely";
  rare.rate = {0.0005, 0.0001, 0.0005};
  frozen.name = "two frozen regions";
  frozen.rate = {0, 0, 0};
  return {brownian_motion({}), brownian_motion(step), brownian_motion(vibrating), brownian_motion(slow),
          hopping_motion({}),  hopping_motion(rare),  hopping_motion(frozen)};
}

}  // namespace vitrion::interface
