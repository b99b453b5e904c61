// How near atoms of a configuration may be to be worth a label: what a run in ruins passes through is not.
#pragma once

#include <limits>
#include <map>
#include <string>
#include <utility>

#include "vitrion/core/structure.hpp"

namespace vitrion::learn {

/// Shortest distances allowed: a share of those in the training set. A pair that was never met is held to the shortest
/// of all.
class Distances {
 public:
  /// `trained`: Å by pair ("Li-O"), as the model card of a potential has them; empty: any distance is allowed.
  Distances(const std::map<std::string, double>& trained, double factor);

  double limit(const Species& a, const Species& b) const;
  /// "Li-O 0.93 Å"; empty where all atoms keep their distance.
  std::string too_near(const Structure& frame) const;

 private:
  std::map<std::pair<Species, Species>, double> limits_;
  double shortest_ = std::numeric_limits<double>::infinity();
};

}  // namespace vitrion::learn
