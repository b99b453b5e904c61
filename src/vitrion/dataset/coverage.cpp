#include "vitrion/dataset/coverage.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "vitrion/core/parallel.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/dataset/pairs.hpp"

namespace vitrion::dataset {
namespace {

// Distances of one frame, by pair of types (row major, lower type first).
struct FramePairs {
  std::vector<double> shortest;
  std::vector<std::vector<std::size_t>> histogram;
};

FramePairs pairs_of(const Structure& s, const std::vector<Species>& species, const CoverageOptions& o) {
  const std::size_t n = species.size();
  FramePairs pairs;
  pairs.shortest.assign(n * n, std::numeric_limits<double>::infinity());
  const auto n_bins = static_cast<std::size_t>(std::ceil(o.cutoff / o.bin));
  pairs.histogram.assign(n * n, std::vector<std::size_t>(n_bins));
  for_each_pair(s, species, o.cutoff, [&](std::size_t a, std::size_t b, double r) {
    pairs.shortest[a * n + b] = std::min(pairs.shortest[a * n + b], r);
    ++pairs.histogram[a * n + b][std::min(n_bins - 1, static_cast<std::size_t>(r / o.bin))];
  });
  return pairs;
}

void gather_pairs(const std::vector<Structure>& frames, Coverage& c) {
  const std::vector<Species>& species = c.contents.species;
  const std::size_t n = species.size();
  std::vector<FramePairs> per_frame(frames.size());
  parallel_for(frames.size(), [&](std::size_t i) { per_frame[i] = pairs_of(frames[i], species, c.options); });
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = a; b < n; ++b) {
      PairCoverage pair{species[a], species[b]};
      for (const FramePairs& frame : per_frame) {
        pair.shortest = std::min(pair.shortest, frame.shortest[a * n + b]);
        const std::vector<std::size_t>& counts = frame.histogram[a * n + b];
        pair.histogram.resize(counts.size());
        std::size_t in_frame = 0;
        for (std::size_t k = 0; k < counts.size(); ++k) {
          pair.histogram[k] += counts[k];
          in_frame += counts[k];
        }
        pair.n_pairs += in_frame;
        pair.n_frames += in_frame > 0 ? 1 : 0;
      }
      if (a == b) {
        // Atoms of one species see each pair from both ends.
        pair.n_pairs /= 2;
        for (std::size_t& count : pair.histogram) count /= 2;
      }
      c.pairs.push_back(std::move(pair));
    }
}

std::optional<double> temperature_of(const Structure& s, const std::string& key) {
  const auto found = s.info.find(key);
  return found == s.info.end() ? std::nullopt : parse_double(found->second);
}

std::optional<Range> temperatures_of(const std::vector<Structure>& frames, const std::string& key) {
  std::optional<Range> range;
  for (const Structure& s : frames)
    if (const std::optional<double> t = temperature_of(s, key))
      range = range ? Range{std::min(range->low, *t), std::max(range->high, *t)} : Range{*t, *t};
  return range;
}

nlohmann::json range_json(const std::optional<Range>& range) {
  if (!range) return nullptr;
  return {range->low, range->high};
}

}  // namespace

std::vector<std::string> Coverage::never_met() const {
  std::vector<std::string> names;
  for (const PairCoverage& pair : pairs)
    if (pair.n_pairs == 0) names.push_back(pair.name());
  return names;
}

Coverage cover(const std::vector<Structure>& frames, const CoverageOptions& options) {
  Coverage c;
  c.options = options;
  c.contents = describe(frames, options.cutoff);
  c.temperature = temperatures_of(frames, options.temperature_key);
  gather_pairs(frames, c);
  std::map<std::string, std::vector<Structure>> subsets;
  for (const Structure& s : frames) {
    const auto found = s.info.find(options.subset_key);
    subsets[found == s.info.end() ? "none" : found->second].push_back(s);
  }
  for (const auto& [name, members] : subsets)
    c.subsets[name] = {describe(members, 0), temperatures_of(members, options.temperature_key)};
  return c;
}

nlohmann::json to_json(const Coverage& c) {
  nlohmann::json pairs = nlohmann::json::object(), subsets = nlohmann::json::object();
  for (const PairCoverage& pair : c.pairs)
    pairs[pair.name()] = {{"shortest_A", pair.n_pairs > 0 ? nlohmann::json(pair.shortest) : nlohmann::json(nullptr)},
                          {"pairs", pair.n_pairs},
                          {"frames", pair.n_frames},
                          {"histogram", pair.histogram}};
  for (const auto& [name, subset] : c.subsets) {
    subsets[name] = to_json(subset.contents);
    for (const char* key : {"hash", "min_distance_A", "pairs_never_met", "pair_search_radius_A"})
      subsets[name].erase(key);
    subsets[name]["temperature_K"] = range_json(subset.temperature);
  }
  nlohmann::json j = to_json(c.contents);
  j["cutoff_A"] = c.options.cutoff;
  j["bin_A"] = c.options.bin;
  j["temperature_K"] = range_json(c.temperature);
  j["pairs"] = pairs;
  j["pairs_never_met"] = c.never_met();
  j["subsets"] = subsets;
  return j;
}

}  // namespace vitrion::dataset
