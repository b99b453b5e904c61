#include "vitrion/interface/interface.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/transport/distributions.hpp"

namespace vitrion::interface {
namespace {

constexpr double too_coarse = 0.3;        // of a gap: root mean square step of the walk between frames
constexpr double survived_enough = 0.55;  // of the ions, below which one mode is left of the survival probability
constexpr double survived_too_few = 0.02;
constexpr std::size_t survival_lags = 24;
constexpr double sure_bound = 0.999;

using transport::Interval;

RegionPaths region_paths(const IonPaths& paths, const Partition& partition, double margin) {
  RegionPaths regions{paths.n_ions, paths.n_frames, std::vector<std::uint8_t>(paths.n_ions * paths.n_frames)};
  parallel_for(paths.n_ions, [&](std::size_t ion) {
    const float* z = paths.z.data() + ion * paths.n_frames;
    const std::vector<double> own(z, z + paths.n_frames);
    region_path(own.data(), paths.n_frames, partition, margin, regions.region.data() + ion * paths.n_frames);
  });
  return regions;
}

Measured in_units(Measured m, double unit) {
  m.value *= unit;
  m.ci95 = {m.ci95.low * unit, m.ci95.high * unit};
  m.upper_bound *= unit;
  return m;
}

/// Frames that each ion spends in each region in each part of the run, and what it leaves.
struct Visits {
  std::size_t parts;
  std::vector<PieceSums> frames, exits;  // by region
};

Visits visits_of(const RegionPaths& regions, std::size_t n_regions) {
  Visits v{parts_of(regions.n_frames), {}, {}};
  v.frames.assign(n_regions, PieceSums(regions.n_ions, v.parts));
  v.exits.assign(n_regions, PieceSums(regions.n_ions, v.parts));
  for (std::size_t ion = 0; ion < regions.n_ions; ++ion) {
    const std::uint8_t* path = regions.of(ion);
    for (std::size_t t = 0; t < regions.n_frames; ++t) {
      const std::size_t part = t * v.parts / regions.n_frames;
      ++v.frames[path[t]].at(ion, part);
      if (t > 0 && path[t] != path[t - 1]) ++v.exits[path[t - 1]].at(ion, part);
    }
  }
  return v;
}

double total(const PieceSums& sums) {
  double all = 0;
  for (const double x : sums.value) all += x;
  return all;
}

// Mean time in a region: time over exits.
Measured residence_of(const Visits& v, std::size_t r, double timestep, double fewest) {
  Measured m;
  const double frames = total(v.frames[r]), exits = total(v.exits[r]);
  m.events = exits;
  if (!(frames > 0)) {
    m.reason = "no ion was in it";
    return m;
  }
  // Bounds from below: the rate of leaving is at most that.
  double relative = 1, freedom = 1e9;
  if (exits > 0) {
    PieceSums pieces(v.frames[r].n_ions, v.parts);
    for (std::size_t i = 0; i < pieces.value.size(); ++i)
      pieces.value[i] = v.exits[r].value[i] / exits - v.frames[r].value[i] / frames;
    const Scatter s = scatter_of(pieces);
    relative = std::max(s.variance, 0.25 / exits);
    freedom = s.freedom;
    m.events = 1 / relative;
  }
  const double rate = std::max(exits, 0.5) / frames;
  m.upper_bound = timestep / upper_limit_of_rate(rate, relative, freedom, sure_bound);
  if (exits > 0) {
    const Interval rates = interval_of_rate(rate, relative, freedom);
    m.value = timestep / rate;
    m.ci95 = {timestep / rates.high, rates.low > 0 ? timestep / rates.low : INFINITY};
  }
  if (m.events < fewest || !(exits > 0)) m.reason = fmt::format("ions left it {:.0f} times", exits);
  m.resolved = m.reason.empty();
  return m;
}

// -kT ln(rho / rho of the first region), eV.
Measured free_energy_of(const Visits& v, std::size_t r, const Partition& partition, double kT, double crossings,
                        double fewest) {
  Measured m;
  const double own = total(v.frames[r]), first = total(v.frames[0]);
  if (r == 0) {
    m.resolved = true;
    return m;
  }
  if (!(own > 0) || !(first > 0)) {
    m.reason = "no ion was in it";
    return m;
  }
  PieceSums pieces(v.frames[r].n_ions, v.parts);
  for (std::size_t i = 0; i < pieces.value.size(); ++i)
    pieces.value[i] = v.frames[r].value[i] / own - v.frames[0].value[i] / first;
  const Scatter s = scatter_of(pieces);
  const double error = kT * std::sqrt(s.variance) * transport::student_quantile(0.975, s.freedom);
  m.value = -kT * std::log(own / partition.regions[r].length() / (first / partition.regions[0].length()));
  m.ci95 = {m.value - error, m.value + error};
  m.events = crossings;
  if (crossings < fewest)
    m.reason = fmt::format("ions went from one to the other {:.0f} times: the densities are those the run began with",
                           crossings);
  m.resolved = m.reason.empty();
  return m;
}

// Passes between regions; with `through` of ions that went all the way from one to another through the transition.
std::vector<std::vector<double>> exchanges_of(const RegionPaths& regions, std::size_t n) {
  std::vector<std::vector<double>> counts(n, std::vector<double>(n, 0.0));
  for (std::size_t ion = 0; ion < regions.n_ions; ++ion) {
    const std::uint8_t* path = regions.of(ion);
    for (std::size_t t = 1; t < regions.n_frames; ++t)
      if (path[t] != path[t - 1]) ++counts[path[t - 1]][path[t]];
  }
  return counts;
}

double crossings_of(const RegionPaths& regions, std::size_t transition, std::size_t n) {
  double count = 0;
  for (std::size_t ion = 0; ion < regions.n_ions; ++ion) {
    const std::uint8_t* path = regions.of(ion);
    std::size_t last = n;
    for (std::size_t t = 0; t < regions.n_frames; ++t) {
      if (path[t] == transition || path[t] == last) continue;
      if (last < n) ++count;
      last = path[t];
    }
  }
  return count;
}

/// Origins in the region, and those of them after which the ion stayed for `lag`.
void add_survivors(const RegionPaths& regions, std::size_t r, std::size_t lag, PieceSums& stayed, PieceSums& began) {
  const std::size_t origins = regions.n_frames - lag;
  for (std::size_t ion = 0; ion < regions.n_ions; ++ion) {
    const std::uint8_t* path = regions.of(ion);
    std::size_t left = regions.n_frames;  // frame at which the stay that holds t ends
    for (std::size_t t = regions.n_frames; t-- > 0;) {
      if (path[t] != r) {
        left = t;
        continue;
      }
      if (t >= origins) continue;
      const std::size_t part = t * stayed.n_parts / origins;
      ++began.at(ion, part);
      stayed.at(ion, part) += left > t + lag;
    }
  }
}

// Survival probability, and D from its tail: P ~ exp(-pi^2 D t/L^2) between two sinks (Liu, Harder, Berne 2004).
void add_survival(const RegionPaths& regions, std::size_t r, const Partition& partition, double margin, double timestep,
                  double fewest, RegionResult& result) {
  Measured& d = result.survival_D;
  const std::size_t parts = parts_of(regions.n_frames);
  const auto survivors = [&](std::size_t lag, PieceSums& stayed, PieceSums& began) {
    add_survivors(regions, r, lag, stayed, began);
    const double n = total(began);
    return n > 0 ? total(stayed) / n : 0;
  };
  std::size_t tail = 0;
  double last = 0;
  for (std::size_t i = 0; i < survival_lags; ++i) {
    const auto lag = static_cast<std::size_t>(
        std::lround(std::pow(static_cast<double>(regions.n_frames) / 2, (static_cast<double>(i) + 1) / survival_lags)));
    if (static_cast<double>(lag) <= last || lag == 0) continue;
    last = static_cast<double>(lag);
    PieceSums stayed(regions.n_ions, parts), began(regions.n_ions, parts);
    const double p = survivors(lag, stayed, began);
    result.survival_lag.push_back(last * timestep);
    result.survival.push_back(p);
    if (tail == 0 && p < survived_enough && p > survived_too_few && 2 * lag < regions.n_frames / 2) tail = lag;
  }
  double thickness = 0;
  for (const Range& range : partition.regions[r].ranges) thickness = std::max(thickness, range.length() + 2 * margin);
  d.upper_bound = INFINITY;
  if (tail == 0) {
    d.reason = "too few ions leave it, or all at once: the tail of the survival probability is not seen";
    return;
  }
  PieceSums stay1(regions.n_ions, parts), from1 = stay1, stay2 = stay1, from2 = stay1;
  const double p1 = survivors(tail, stay1, from1), p2 = survivors(2 * tail, stay2, from2);
  if (!(p2 > 0)) {
    d.reason = "no ion stays long enough for the tail of the survival probability";
    return;
  }
  const double decay = std::log(p1 / p2);
  PieceSums pieces(regions.n_ions, parts);
  const double s1 = total(stay1), f1 = total(from1), s2 = total(stay2), f2 = total(from2);
  for (std::size_t i = 0; i < pieces.value.size(); ++i)
    pieces.value[i] = (stay1.value[i] / s1 - from1.value[i] / f1 - stay2.value[i] / s2 + from2.value[i] / f2) / decay;
  const Scatter s = scatter_of(pieces);
  d.value =
      decay / (static_cast<double>(tail) * timestep) * thickness * thickness / (std::numbers::pi * std::numbers::pi);
  d.ci95 = interval_of_rate(d.value, s.variance, s.freedom);
  d.upper_bound = upper_limit_of_rate(d.value, s.variance, s.freedom, sure_bound);
  d.events = 1 / s.variance;
  if (d.events < fewest) d.reason = fmt::format("{:.1f} effective exits, fewer than {:g}", d.events, fewest);
  d.resolved = d.reason.empty();
}

// R = kT/q^2 A integral of dz/(rho D): one over the flux, in Ohm cm^2 (1 V/A, the flux in ions a fs).
double ohm_cm2(double fs_per_ion, const InterfaceOptions& options) {
  const double kT = units::boltzmann_eV_per_K * *options.temperature;
  return kT / (options.charge * options.charge * units::elementary_charge_C) * fs_per_ion * 1e-15 * options.area *
         1e-16;
}

// Variance of ln of the mean number of ions in a range: the flux follows the ions that happen to be there.
double variance_of_occupation(const IonPaths& paths, const Partition& partition, Partition::Place place) {
  PieceSums pieces(paths.n_ions, parts_of(paths.n_frames));
  for (std::size_t ion = 0; ion < paths.n_ions; ++ion)
    for (std::size_t t = 0; t < paths.n_frames; ++t) {
      const Partition::Place at = partition.place_of(static_cast<double>(paths.z[ion * paths.n_frames + t]));
      pieces.at(ion, t * pieces.n_parts / paths.n_frames) += at.region == place.region && at.range == place.range;
    }
  const double all = total(pieces);
  if (!(all > 0)) return INFINITY;
  for (double& x : pieces.value) x = x / all - 1 / static_cast<double>(pieces.value.size());
  return scatter_of(pieces).variance;
}

Face face_of(const Range& range, const Across& across, double integral, double of_occupation, double timestep,
             const InterfaceOptions& options) {
  constexpr double freedom = 30;
  Face face{range, across.diffusivity, across.passes};
  const Measured& d = across.diffusivity;
  // `integral` of dz/rho, Å^2 per ion.
  const auto resistance = [&](double diffusivity) {
    return diffusivity > 0 ? ohm_cm2(integral / diffusivity * timestep, options) : INFINITY;
  };
  face.resistance.value = resistance(d.value);
  if (d.resolved) {
    const Interval wider = interval_of_rate(d.value, 1 / d.events + of_occupation, freedom);
    face.resistance.ci95 = {resistance(wider.high), resistance(wider.low)};
  }
  const double more = std::isfinite(of_occupation)
                          ? upper_limit_of_rate(1, std::max(of_occupation, 1e-12), freedom, sure_bound)
                          : INFINITY;
  face.resistance.upper_bound = std::isfinite(d.upper_bound * more) ? resistance(d.upper_bound * more) : 0;
  return face;
}

void add_faces(const IonPaths& paths, InterfaceResult& result, const InterfaceOptions& options) {
  const Partition& partition = result.partition;
  const Nodes& nodes = result.across.nodes.nodes;
  for (std::size_t r = 0; r < partition.regions.size(); ++r) {
    if (partition.regions[r].name != transition_name || !options.temperature) continue;
    for (std::size_t i = 0; i < partition.regions[r].ranges.size(); ++i) {
      double integral = 0;
      for (std::size_t g = 0; g < result.across.nodes.place.size(); ++g)
        if (result.across.nodes.place[g].region == r && result.across.nodes.place[g].range == i)
          integral += nodes.width(g) * nodes.width(g) / result.across.occupation[g];
      result.faces.push_back(face_of(partition.regions[r].ranges[i], result.across.ranges[r][i], integral,
                                     variance_of_occupation(paths, partition, {r, i}), result.timestep, options));
    }
  }
}

}  // namespace

InterfaceResult analyse_interface(const IonPaths& paths, const Partition& partition, const InterfaceOptions& options,
                                  const Session& session) {
  InterfaceResult result;
  result.n_ions = paths.n_ions;
  result.n_frames = paths.n_frames;
  result.timestep = paths.timestep;
  result.temperature = options.temperature;
  result.charge = options.charge;
  result.area = options.area;
  result.margin = options.margin;
  result.partition = partition;
  const NormalPaths along_normal{paths.n_ions, paths.n_frames, [&](std::size_t ion, double* z) {
                                   const float* from = paths.z.data() + ion * paths.n_frames;
                                   std::copy(from, from + paths.n_frames, z);
                                 }};
  result.across = measure_across(along_normal, partition, options.across, session);
  if (result.across.coarsest_step > too_coarse)
    throw InputError(fmt::format("between frames ions go {:.2f} of a bin (root mean square): too far to see which bins "
                                 "they pass",
                                 result.across.coarsest_step),
                     "Write frames more often, or make the bins wider with --bin.");
  const RegionPaths regions = region_paths(paths, partition, options.margin);
  // Where ions are, not where they count as being until they are well beyond a border.
  const RegionPaths strict = region_paths(paths, partition, 0);
  const std::size_t n = partition.regions.size();
  const Visits visits = visits_of(regions, n), places = visits_of(strict, n);
  result.exchanges = exchanges_of(regions, n);
  const auto transition =
      static_cast<std::size_t>(std::find_if(partition.regions.begin(), partition.regions.end(),
                                            [](const Region& r) { return r.name == transition_name; }) -
                               partition.regions.begin());
  result.crossings = crossings_of(regions, transition, n);
  const double kT = units::boltzmann_eV_per_K * options.temperature.value_or(0);
  for (std::size_t r = 0; r < n; ++r) {
    session.check_stop();
    RegionResult region;
    region.name = partition.regions[r].name;
    region.ranges = partition.regions[r].ranges;
    region.ions = total(places.frames[r]) / static_cast<double>(paths.n_frames);
    region.across = result.across.regions[r];
    region.across_D = in_units(region.across.diffusivity, 1 / paths.timestep);
    region.along = measure_along(strict, r, paths.plane, paths.timestep, options.along, session);
    region.exits = total(visits.exits[r]);
    region.residence = residence_of(visits, r, paths.timestep, options.across.fewest_events);
    double mixing = INFINITY;  // passes between it and the first region
    if (r > 0)
      mixing = r == transition || transition == n ? result.exchanges[0][r] + result.exchanges[r][0] : result.crossings;
    if (options.temperature)
      region.free_energy = free_energy_of(places, r, partition, kT, mixing, options.across.fewest_events);
    add_survival(regions, r, partition, options.margin, paths.timestep, options.across.fewest_events, region);
    result.regions.push_back(std::move(region));
  }
  add_faces(paths, result, options);
  return result;
}

}  // namespace vitrion::interface
