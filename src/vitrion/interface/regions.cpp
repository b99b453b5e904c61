#include "vitrion/interface/regions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "vitrion/core/error.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::interface {
namespace {

constexpr double touching = 1e-6;  // Å: two borders that are one

struct Named {
  Range range;
  std::size_t region;
};

std::vector<Named> in_order(const std::vector<Region>& regions) {
  std::vector<Named> list;
  for (std::size_t r = 0; r < regions.size(); ++r)
    for (const Range& range : regions[r].ranges) list.push_back({range, r});
  std::sort(list.begin(), list.end(), [](const Named& a, const Named& b) { return a.range.low < b.range.low; });
  return list;
}

void check(const std::vector<Named>& list, const std::vector<Region>& regions, double start, double length,
           bool periodic) {
  const auto text = [&](const Named& n) {
    return fmt::format("{}={:g}:{:g}", regions[n.region].name, n.range.low, n.range.high);
  };
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!(list[i].range.length() > 0))
      throw InputError("region " + text(list[i]) + " ends before it begins", "Write NAME=FROM:TO in Å.");
    if (list[i].range.low < start - touching || (!periodic && list[i].range.high > start + length + touching) ||
        list[i].range.low >= start + length || list[i].range.length() > length + touching)
      throw InputError(fmt::format("region {} leaves the cell, which runs from {:g} to {:g} Å along the normal",
                                   text(list[i]), start, start + length),
                       "Positions count from the origin of the cell.");
    const bool last = i + 1 == list.size();
    if (last && !periodic) continue;
    const double next = last ? list.front().range.low + length : list[i + 1].range.low;
    if (list.size() > 1 && list[i].range.high > next + touching)
      throw InputError("regions " + text(list[i]) + " and " + text(list[last ? 0 : i + 1]) + " overlap",
                       "Let one end where the other begins.");
  }
}

}  // namespace

double Region::length() const {
  double sum = 0;
  for (const Range& range : ranges) sum += range.length();
  return sum;
}

double Partition::into_cell(double z) const {
  return periodic ? z - std::floor((z - start) / length) * length : z;
}

Partition::Place Partition::place_of(double z) const {
  z = into_cell(z);
  Place nearest;
  double best = INFINITY;
  for (std::size_t r = 0; r < regions.size(); ++r)
    for (std::size_t i = 0; i < regions[r].ranges.size(); ++i)
      for (const double shift : {0.0, periodic ? length : 0.0}) {
        const Range& range = regions[r].ranges[i];
        const double away = std::max({0.0, range.low - z - shift, z + shift - range.high});
        if (away < best) {
          best = away;
          nearest = {r, i};
        }
      }
  return nearest;
}

double Partition::outside(double z, std::size_t region) const {
  z = into_cell(z);
  double best = INFINITY;
  for (const Range& range : regions[region].ranges)
    for (const double shift : {-length, 0.0, length}) {
      if (!periodic && shift != 0) continue;
      best = std::min(best, std::max({0.0, range.low - z - shift, z + shift - range.high}));
    }
  return best;
}

Partition complete(std::vector<Region> regions, double start, double length, bool periodic) {
  const std::vector<Named> list = in_order(regions);
  if (list.empty()) throw InputError("no region is named", "For instance --regions metal=0:12,glass=18:40.");
  check(list, regions, start, length, periodic);
  std::vector<Range> free;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const bool last = i + 1 == list.size();
    double end = last ? start + length : list[i + 1].range.low;
    if (last && periodic) end = list.front().range.low + length;
    if (end - list[i].range.high > touching) free.push_back({list[i].range.high, end});
  }
  if (!periodic && list.front().range.low - start > touching) free.push_back({start, list.front().range.low});
  for (Range& range : free)
    if (range.low >= start + length) range = {range.low - length, range.high - length};
  if (!free.empty()) {
    auto own = std::find_if(regions.begin(), regions.end(), [](const Region& r) { return r.name == transition_name; });
    if (own == regions.end()) own = regions.insert(regions.end(), {transition_name, {}});
    own->ranges.insert(own->ranges.end(), free.begin(), free.end());
  }
  if (regions.size() < 2)
    throw InputError(
        "the cell holds one region only, \"" + regions.front().name + "\"",
        "An interface needs two: name them with --regions metal=0:12,glass=18:40, or measure the bulk with "
        "vitrion transport.");
  return {start, length, periodic, std::move(regions)};
}

Partition parse_regions(const std::string& text, double start, double length, bool periodic) {
  std::vector<Region> regions;
  std::string_view rest = text;
  while (!trim(rest).empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view entry = trim(rest.substr(0, comma));
    const std::size_t equals = entry.find('='), colon = entry.find(':');
    const auto number = [&](std::size_t from, std::size_t to) {
      return from < entry.size() ? parse_double(trim(entry.substr(from, to - from))) : std::nullopt;
    };
    const std::optional<double> low = equals < colon ? number(equals + 1, colon) : std::nullopt;
    const std::optional<double> high = colon < entry.size() ? number(colon + 1, entry.size()) : std::nullopt;
    if (equals == 0 || !low || !high)
      throw InputError("\"" + std::string(entry) + "\" is no region", "Write --regions metal=0:12,glass=18:40 (Å).");
    const std::string name(trim(entry.substr(0, equals)));
    auto own = std::find_if(regions.begin(), regions.end(), [&](const Region& r) { return r.name == name; });
    if (own == regions.end()) own = regions.insert(regions.end(), {name, {}});
    own->ranges.push_back({*low, *high});
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return complete(std::move(regions), start, length, periodic);
}

RegionNodes nodes_of(const Partition& partition, double spacing) {
  RegionNodes all;
  for (const auto& [range, region] : in_order(partition.regions)) {
    const auto parts = std::max<std::size_t>(1, static_cast<std::size_t>(std::floor(range.length() / spacing + 1e-9)));
    const auto& ranges = partition.regions[region].ranges;
    const auto which = static_cast<std::size_t>(
        std::find_if(ranges.begin(), ranges.end(), [low = range.low](const Range& r) { return r.low == low; }) -
        ranges.begin());
    for (std::size_t p = 0; p < parts; ++p) {
      all.nodes.position.push_back(range.low + range.length() * static_cast<double>(p) / static_cast<double>(parts));
      all.place.push_back({region, which});
    }
  }
  if (partition.periodic)
    all.nodes.period = partition.length;
  else
    all.nodes.position.push_back(partition.start + partition.length);
  if (all.nodes.size() < 3 || all.nodes.size() > 200)
    throw InputError(fmt::format("the cell, {:g} Å along the normal, makes {} bins of {:g} Å", partition.length,
                                 all.nodes.n_gaps(), spacing),
                     "Between 3 and 200 bins are needed: choose another --bin.");
  return all;
}

void region_path(const double* z, std::size_t n_frames, const Partition& partition, double margin,
                 std::uint8_t* region) {
  std::size_t now = partition.place_of(z[0]).region;
  for (std::size_t t = 0; t < n_frames; ++t) {
    const std::size_t here = partition.place_of(z[t]).region;
    // A region narrower than the margin is entered in its middle.
    if (here != now && partition.outside(z[t], now) >= margin) now = here;
    region[t] = static_cast<std::uint8_t>(now);
  }
}

}  // namespace vitrion::interface
