#include "vitrion/learn/distances.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vitrion/dataset/describe.hpp"
#include "vitrion/md/start.hpp"

namespace vitrion::learn {

Distances::Distances(const std::map<std::string, double>& trained, double factor) {
  for (const auto& [name, distance] : trained) {
    const auto pair = md::parse_pair(name);
    if (!pair) continue;
    limits_[std::minmax(pair->first, pair->second)] = factor * distance;
    shortest_ = std::min(shortest_, factor * distance);
  }
  if (trained.empty()) shortest_ = 0;
}

double Distances::limit(const Species& a, const Species& b) const {
  const auto found = limits_.find(std::minmax(a, b));
  return found == limits_.end() ? shortest_ : found->second;
}

std::string Distances::too_near(const Structure& frame) const {
  double radius = shortest_;
  for (const auto& [pair, distance] : limits_) radius = std::max(radius, distance);
  if (!(radius > 0)) return {};
  for (const auto& [pair, distance] : dataset::describe({frame}, radius).min_distance)
    if (distance < limit(Species::element(pair.first), Species::element(pair.second)))
      return fmt::format("{}-{} {:.2f} Å", pair.first, pair.second, distance);
  return {};
}

}  // namespace vitrion::learn
