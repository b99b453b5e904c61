#include <algorithm>
#include <limits>

#include "closest.hpp"

namespace outside {

using vitrion::Species;
using vitrion::Structure;

Closest closest_ions(const std::vector<Structure>& structures, const std::string& ion) {
  Closest result{ion, {}};
  const Species species = Species::element(ion);
  for (const Structure& s : structures) {
    double shortest = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < s.size(); ++i)
      for (std::size_t j = i + 1; j < s.size(); ++j)
        if (s.species[i] == species && s.species[j] == species) {
          const auto a = static_cast<Eigen::Index>(i), b = static_cast<Eigen::Index>(j);
          const vitrion::Vector3 d = (s.positions.row(b) - s.positions.row(a)).transpose();
          shortest = std::min(shortest, s.cell.minimum_image(d).norm());
        }
    result.distance.push_back(shortest);
  }
  return result;
}

nlohmann::json to_json(const Closest& result) {
  return {{"ion", result.ion}, {"distance_A", result.distance}};
}

}  // namespace outside
