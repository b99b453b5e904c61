#include "vitrion/interface/models.hpp"

#include <array>
#include <cmath>

#include "vitrion/core/random.hpp"

namespace vitrion::interface {
namespace {

constexpr double cell_length = 36;    // Å
constexpr double lattice = 0.1;       // Å, lattice of the Brownian walk
constexpr double plane_distance = 3;  // Å, planes of sites
const std::vector<Region> slab{{"metal", {{0, 12}}}, {"transition", {{12, 18}, {30, 36}}}, {"glass", {{18, 30}}}};

/// An ion that hops on a ring of sites, and vibrates about them.
struct Ring {
  double spacing = 1, offset = 0;
  std::vector<double> up, down;  // rates a frame from each site
  std::vector<double> weight;    // of each site in equilibrium
  std::vector<double> along;     // Å^2/frame, D parallel at each site
  double vibration = 0, vibration_time = 1;
};

double waiting(Random& random) {
  return -std::log(1 - random.uniform());
}

std::size_t drawn_site(const std::vector<double>& weight, Random& random) {
  double sum = 0;
  for (const double w : weight) sum += w;
  double left = random.uniform() * sum;
  std::size_t site = 0;
  while (site + 1 < weight.size() && left >= weight[site]) left -= weight[site++];
  return site;
}

void walk(const Ring& ring, std::size_t n_frames, Random& random, double* path) {
  const std::size_t n = ring.up.size();
  std::size_t site = drawn_site(ring.weight, random);
  std::int64_t turns = 0;
  double left = waiting(random);  // of the next hop, in units of its rate
  std::array<double, 3> swing{};
  const double kept = ring.vibration_time > 0 ? std::exp(-1 / ring.vibration_time) : 0;
  for (double& x : swing) x = ring.vibration * random.normal();
  double x = 0, y = 0;
  for (std::size_t t = 0; t < n_frames; ++t) {
    const double z = ring.offset + ring.spacing * static_cast<double>(site) +
                     static_cast<double>(turns) * ring.spacing * static_cast<double>(n);
    path[t] = x + swing[0];
    path[n_frames + t] = y + swing[1];
    path[2 * n_frames + t] = z + swing[2];
    double time = 1, parallel = 0;
    while (true) {
      const double rate = ring.up[site] + ring.down[site];
      if (rate * time <= left) {
        left -= rate * time;
        parallel += ring.along[site] * time;
        break;
      }
      const double spent = left / rate;
      time -= spent;
      parallel += ring.along[site] * spent;
      left = waiting(random);
      if (random.uniform() * rate < ring.up[site]) {
        if (++site == n) {
          site = 0;
          ++turns;
        }
      } else if (site-- == 0) {
        site = n - 1;
        --turns;
      }
    }
    const double step = std::sqrt(2 * parallel);
    if (step > 0) {
      x += step * random.normal();
      y += step * random.normal();
    }
    if (ring.vibration > 0)
      for (double& s : swing) s = kept * s + ring.vibration * std::sqrt(1 - kept * kept) * random.normal();
  }
}

SimulatedRun simulate(const Ring& ring, std::size_t n_ions, std::size_t n_frames, std::uint64_t seed,
                      std::uint64_t run) {
  SimulatedRun result{n_ions, n_frames, std::vector<double>(3 * n_ions * n_frames)};
  Random random(seed, run);
  for (std::size_t i = 0; i < n_ions; ++i) walk(ring, n_frames, random, result.paths.data() + 3 * i * n_frames);
  return result;
}

// Rates between neighbors from the flux of each bond in equilibrium.
void set_rates(Ring& ring, const std::vector<double>& flux) {
  const std::size_t n = flux.size();
  ring.up.resize(n);
  ring.down.resize(n);
  for (std::size_t s = 0; s < n; ++s) {
    ring.up[s] = flux[s] / ring.weight[s];
    ring.down[(s + 1) % n] = flux[s] / ring.weight[(s + 1) % n];
  }
}

LayeredMotion motion_of(std::string name, std::size_t n_ions, std::size_t n_frames, Ring ring) {
  LayeredMotion m;
  m.name = std::move(name);
  m.n_ions = n_ions;
  m.n_frames = n_frames;
  m.partition = complete(slab, 0, cell_length, true);
  m.spacing = plane_distance;
  m.simulate = [ring = std::move(ring), n_ions, n_frames](std::uint64_t seed, std::uint64_t run) {
    return simulate(ring, n_ions, n_frames, seed, run);
  };
  return m;
}

}  // namespace

LayeredMotion brownian_motion(const BrownianModel& model) {
  const Partition cell = complete(slab, 0, cell_length, true);
  const auto sites = static_cast<std::size_t>(std::lround(cell_length / lattice));
  Ring ring;
  ring.spacing = lattice;
  ring.offset = 0.5 * lattice;
  ring.vibration = model.vibration;
  ring.vibration_time = model.vibration_time;
  std::vector<std::size_t> region;
  for (std::size_t s = 0; s < sites; ++s) {
    region.push_back(cell.place_of((static_cast<double>(s) + 0.5) * lattice).region);
    ring.weight.push_back(std::exp(-model.free_energy[region[s]]));
    ring.along.push_back(model.along[region[s]]);
  }
  std::vector<double> flux;
  for (std::size_t s = 0; s < sites; ++s) {
    const std::size_t next = (s + 1) % sites;
    const auto half = [&](std::size_t site) {
      return 0.5 * lattice * lattice / (ring.weight[site] * std::max(1e-12, model.across[region[site]]));
    };
    flux.push_back(1 / (half(s) + half(next)));
  }
  set_rates(ring, flux);
  LayeredMotion m = motion_of(model.name, model.n_ions, model.n_frames, std::move(ring));
  m.across = model.across;
  m.along = model.along;
  for (const double f : model.free_energy) m.density_ratio.push_back(std::exp(model.free_energy[0] - f));
  return m;
}

LayeredMotion hopping_motion(const HoppingModel& model) {
  const Partition cell = complete(slab, 0, cell_length, true);
  const auto sites = static_cast<std::size_t>(std::lround(cell_length / plane_distance));
  Ring ring;
  ring.spacing = plane_distance;
  ring.vibration = model.vibration;
  ring.vibration_time = model.vibration_time;
  ring.weight.assign(sites, 1.0);
  ring.along.assign(sites, 0.0);
  std::vector<double> flux;
  for (std::size_t s = 0; s < sites; ++s)
    flux.push_back(model.rate[cell.place_of((static_cast<double>(s) + 0.5) * plane_distance).region]);
  set_rates(ring, flux);
  LayeredMotion m = motion_of(model.name, model.n_ions, model.n_frames, std::move(ring));
  for (const double rate : model.rate) {
    m.across.push_back(rate * plane_distance * plane_distance);
    m.along.push_back(0);
  }
  m.density_ratio.assign(model.rate.size(), 1.0);
  m.mixes = model.rate[1] > 0;
  return m;
}

}  // namespace vitrion::interface
