#include "vitrion/interface/along.hpp"

#include <algorithm>

#include "vitrion/transport/msd.hpp"

namespace vitrion::interface {
namespace {

constexpr double least_share = 0.4;              // of the time in the region
constexpr std::size_t most_frames = 8192;        // of a run: its MSD needs no more
constexpr std::size_t fewest_frames = 24;        // of a window
constexpr std::size_t most_values = 30'000'000;  // of paths in memory

struct Stay {
  std::size_t ion, first;  // first frame
};

std::vector<Stay> stays_of(const RegionPaths& regions, std::size_t region, std::size_t length) {
  std::vector<Stay> stays;
  for (std::size_t first = 0; first + length <= regions.n_frames; first += length)
    for (std::size_t ion = 0; ion < regions.n_ions; ++ion) {
      const std::uint8_t* path = regions.of(ion) + first;
      if (std::all_of(path, path + length, [&](std::uint8_t r) { return r == region; })) stays.push_back({ion, first});
    }
  return stays;
}

std::size_t frames_in(const RegionPaths& regions, std::size_t region) {
  return static_cast<std::size_t>(
      std::count(regions.region.begin(), regions.region.end(), static_cast<std::uint8_t>(region)));
}

}  // namespace

Along measure_along(const RegionPaths& regions, std::size_t region, const PlanePaths& paths, double timestep,
                    transport::DiffusivityOptions options, const Session& session) {
  Along along;
  const auto total = static_cast<double>(frames_in(regions, region));
  std::vector<Stay> stays, fewer;
  std::size_t length = regions.n_frames;
  // Where ions leave soon the windows that hold most of their time, however little.
  for (std::size_t tried = length; tried >= fewest_frames; tried /= 2) {
    fewer = stays_of(regions, region, tried);
    if (fewer.size() * tried > stays.size() * length) {
      stays = fewer;
      length = tried;
    }
    if (static_cast<double>(stays.size() * length) >= least_share * total) break;
  }
  if (stays.empty() || length < fewest_frames) return along;
  std::size_t stride = std::max<std::size_t>(1, std::min(regions.n_frames / most_frames, length / fewest_frames));
  while (stays.size() * 3 * (length / stride) > most_values && length / stride > 2 * fewest_frames) ++stride;
  const std::size_t n = (length + stride - 1) / stride;
  std::vector<double> walkers(stays.size() * 3 * n, 0.0), path(2 * regions.n_frames);
  std::sort(stays.begin(), stays.end(),
            [](const Stay& a, const Stay& b) { return a.ion != b.ion ? a.ion < b.ion : a.first < b.first; });
  for (std::size_t s = 0; s < stays.size(); ++s) {
    session.check_stop();
    if (s == 0 || stays[s].ion != stays[s - 1].ion) paths(stays[s].ion, path.data());
    for (std::size_t k = 0; k < 2; ++k)
      for (std::size_t t = 0; t < n; ++t)
        walkers[(3 * s + k) * n + t] = path[k * regions.n_frames + stays[s].first + t * stride];
  }
  along.measured = true;
  along.walkers = stays.size();
  along.window = timestep * static_cast<double>(length);
  along.displacements =
      transport::displacements_of(walkers, stays.size(), timestep * static_cast<double>(stride), session);
  options.dimensions = 2;
  along.diffusivity = transport::diffusivity({along.displacements}, {.n_ions = stays.size()}, options);
  return along;
}

}  // namespace vitrion::interface
