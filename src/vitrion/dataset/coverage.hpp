// How well a dataset covers what a potential will meet: pairs of elements, subsets, densities, temperatures.
#pragma once

#include <limits>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/dataset/describe.hpp"

namespace vitrion::dataset {

/// One pair of species over all frames.
struct PairCoverage {
  Species first, second;
  double shortest = std::numeric_limits<double>::infinity();  ///< Å
  std::size_t n_pairs = 0;                  ///< nearer than the cutoff, each pair once, periodic images counted
  std::size_t n_frames = 0;                 ///< that hold such a pair
  std::vector<std::size_t> histogram = {};  ///< pairs by distance, bins of CoverageOptions::bin from 0

  std::string name() const { return first.name() + "-" + second.name(); }
};

/// The frames that share a value of the subset key.
struct SubsetCoverage {
  Description contents;              ///< without distances
  std::optional<Range> temperature;  ///< K, of the frames that name one
};

struct CoverageOptions {
  double cutoff = 5;  ///< Å: of the potential to be trained
  double bin = 0.1;   ///< Å
  std::string subset_key = "config_type", temperature_key = "temperature_K";
};

struct Coverage {
  CoverageOptions options;
  Description contents;
  std::optional<Range> temperature;
  std::vector<PairCoverage> pairs;                ///< every pair of species of the data, met or not
  std::map<std::string, SubsetCoverage> subsets;  ///< frames without the key stand under "none"

  /// Pairs of species that no frame holds within the cutoff.
  std::vector<std::string> never_met() const;
};

/// Throws InputError when there is no frame or atoms coincide.
Coverage cover(const std::vector<Structure>& frames, const CoverageOptions& options = {});

nlohmann::json to_json(const Coverage& coverage);

}  // namespace vitrion::dataset
